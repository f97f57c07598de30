// npm run bench -- [options]: builds, compiles the plain loop of bench/, then runs bench/main.ts (docs/benchmarks.md).
import path from "node:path";
import { isFresh, ROOT, run } from "./support.mjs";

run(process.execPath, [path.join(ROOT, "scripts/build.mjs")], { stdio: ["inherit", 2, "inherit"] });
const plain = "build/bench/plain_loop.wasm";
if (!isFresh(path.join(ROOT, plain), ["bench/plain_loop.ts", "package-lock.json"]))
  run(process.execPath, ["node_modules/assemblyscript/bin/asc.js", "bench/plain_loop.ts", "-O3", "--runtime", "stub", "--noAssert", "--importMemory", "--outFile", plain]);
const { build } = await import("esbuild");
const outfile = path.join(ROOT, "build/bench/main.mjs");
await build({
  entryPoints: [path.join(ROOT, "bench/main.ts")], outfile, bundle: true, format: "esm", platform: "node", packages: "external",
  target: "es2022", loader: { ".wasm": "binary" }, absWorkingDir: ROOT, logLevel: "warning", sourcemap: "inline",
});
run(process.execPath, ["--enable-source-maps", outfile, "--root", ROOT, ...process.argv.slice(2)]);
