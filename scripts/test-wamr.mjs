// npm run test:wamr: the firmware host under WAMR on emulated boards (boards/wamr). Takes QEMU, the cross compilers, WAMR's sources and
// LLVM 19; where one is missing it says what to install and counts the tests as skipped. `npm run test:wamr -- NAME` runs the files whose
// path contains NAME. Ends with `N passed, N failed, N skipped`.
import path from "node:path";
import { ensureInstalled, filesBelow, ROOT } from "./support.mjs";
import { toolVersion } from "./wamr/tools.mjs";
import { findWamr } from "./wamr/wamr.mjs";

ensureInstalled();
const TOOLS = ["qemu-system-arm", "qemu-system-riscv32", "arm-none-eabi-gcc", "riscv64-unknown-elf-gcc", "llvm-config-19", "cmake", "ninja", "gcc", "g++"];

const folder = path.join(ROOT, "tests/wamr");
const wanted = process.argv.slice(2);
const files = filesBelow(folder).filter((file) => file.endsWith(".test.mjs")).filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));

const absent = [];
for (const tool of TOOLS) {
  try {
    console.error(toolVersion(tool));
  } catch (error) {
    absent.push(error.message);
  }
}
try {
  const { root, version, from } = await findWamr();
  console.error(`WAMR ${version} from ${from}: ${root}`);
} catch (error) {
  absent.push(error.message);
}

if (absent.length > 0) {
  for (const message of absent) console.log(message);
  console.log(`\n0 passed, 0 failed, ${files.length} skipped`);
} else {
  const { runTests } = await import("./run-tests.mjs");
  process.exitCode = await runTests(files.map((file) => ({ name: path.relative(ROOT, file), file })));
}
