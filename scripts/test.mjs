// npm test: installs, builds, checks types, then runs tests/**/*.test.ts, each a uvu program. `npm test -- NAME` runs the files
// whose path contains NAME. Ends with `N passed, N failed, N skipped`.
import path from "node:path";
import { filesBelow, ROOT, run } from "./support.mjs";

run(process.execPath, [path.join(ROOT, "scripts/build.mjs")]);
run(process.execPath, [path.join(ROOT, "node_modules/typescript/bin/tsc"), "-p", ROOT]);

const wanted = process.argv.slice(2);
const files = filesBelow(path.join(ROOT, "tests"))
  .filter((file) => file.endsWith(".test.ts") && !/[/\\](wamr|browser)[/\\]/.test(file)) // those take QEMU and compilers, or Chromium: npm run test:wamr, test:browser
  .filter((file) => wanted.length === 0 || wanted.some((part) => path.relative(ROOT, file).includes(part)));

const { bundleTests, runTests } = await import("./run-tests.mjs");
process.exitCode = await runTests(await bundleTests(files));
