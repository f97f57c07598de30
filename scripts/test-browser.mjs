// npm run test:browser: the page of `arenula serve` in headless Chromium, and the conformance data there on every core. Without Chromium it says what to install
// and counts the tests as skipped. `npm run test:browser -- NAME` runs the files whose path contains NAME; with --docs the picture in docs/page.md is taken again.
// Screens go to build/screens. Ends with `N passed, N failed, N skipped`.
import path from "node:path";
import { filesBelow, ROOT, run } from "./support.mjs";

run(process.execPath, [path.join(ROOT, "scripts/build.mjs")], { stdio: ["inherit", 2, "inherit"] });
const { build } = await import("esbuild");
const { bundleTests, runTests } = await import("./run-tests.mjs");

const folder = path.join(ROOT, "tests/browser");
const wanted = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const files = filesBelow(folder).filter((file) => file.endsWith(".test.ts")).filter((file) => wanted.length === 0 || wanted.some((part) => path.relative(ROOT, file).includes(part)));
// The runner of conformance cases for a worker of the browser: the same code, with files that come from the test's server.
await build({
  entryPoints: [path.join(folder, "conformance_worker.ts")], outfile: path.join(ROOT, "build/browser/conformance_worker.js"), bundle: true, format: "esm", platform: "neutral", mainFields: ["module", "main"],
  target: "es2022", loader: { ".wasm": "binary" }, alias: { "node:fs": path.join(folder, "served_files.ts"), "node:path": path.join(folder, "posix_path.ts") }, absWorkingDir: ROOT, logLevel: "warning",
});
const [chromium, ...tests] = await bundleTests([path.join(folder, "chromium.ts"), ...files]);

const { findChromium, MISSING } = await import(chromium.file);
if (findChromium() === null) {
  console.log(`${MISSING}\n\n0 passed, 0 failed, ${files.length} skipped`);
} else {
  if (process.argv.includes("--docs")) process.env.ARENULA_DOCS = "1";
  process.exitCode = await runTests(tests);
}
