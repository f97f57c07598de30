// npm test: installs, builds, checks types, then runs tests/**/*.test.ts, each a uvu program. `npm test -- NAME` runs the files
// whose path contains NAME. Ends with `N passed, N failed, N skipped`.
import path from "node:path";
import { filesBelow, ROOT, run } from "./support.mjs";

run(process.execPath, [path.join(ROOT, "scripts/build.mjs")]);
run(process.execPath, [path.join(ROOT, "node_modules/typescript/bin/tsc"), "-p", ROOT]);

const { build } = await import("esbuild");
const wanted = process.argv.slice(2);
const files = filesBelow(path.join(ROOT, "tests"))
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) => wanted.length === 0 || wanted.some((part) => path.relative(ROOT, file).includes(part)));
const outdir = path.join(ROOT, "build/tests");
await build({
  entryPoints: files, outdir, outbase: path.join(ROOT, "tests"), outExtension: { ".js": ".mjs" }, bundle: true, splitting: true, format: "esm", platform: "node",
  packages: "external", target: "es2022", loader: { ".wasm": "binary" }, absWorkingDir: ROOT, logLevel: "warning", sourcemap: "inline",
});

const { runTests } = await import("./run-tests.mjs");
process.exitCode = await runTests(files.map((file) => {
  const name = path.relative(path.join(ROOT, "tests"), file);
  return { name, file: path.join(outdir, name.replace(/\.ts$/, ".mjs")) };
}));
