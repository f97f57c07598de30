// npm run test:wamr: the firmware host under WAMR on emulated boards (boards/wamr). Takes QEMU, the cross compilers, WAMR's sources and
// LLVM 19; where one is missing it says what to install and counts the tests as skipped. `npm run test:wamr -- NAME` runs the files whose
// path contains NAME. Ends with `N passed, N failed, N skipped`.
import path from "node:path";
import { filesBelow, ROOT, run } from "./support.mjs";

run(process.execPath, [path.join(ROOT, "scripts/build.mjs")], { stdio: ["inherit", 2, "inherit"] });
const { bundleTests, runTests } = await import("./run-tests.mjs");

const folder = path.join(ROOT, "tests/wamr");
const wanted = process.argv.slice(2);
const files = filesBelow(folder).filter((file) => file.endsWith(".test.ts")).filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
const [report, ...tests] = await bundleTests([path.join(folder, "tool_report.ts"), ...files]);

const { toolReport } = await import(report.file);
const { found, absent } = await toolReport();
for (const line of found) console.error(line);
if (absent.length > 0) {
  for (const line of absent) console.log(line);
  console.log(`\n0 passed, 0 failed, ${files.length} skipped`);
} else {
  process.exitCode = await runTests(tests);
}
