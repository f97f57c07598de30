// npm run bench:grid, npm run bench:operators, npm run bench:slices -- [options]: builds, then runs bench/<name>.ts (docs/benchmarks.md).
import path from "node:path";
import { ROOT, run } from "./support.mjs";

const [name, ...options] = process.argv.slice(2);
run(process.execPath, [path.join(ROOT, "scripts/build.mjs")], { stdio: ["inherit", 2, "inherit"] });
const { build } = await import("esbuild");
const outfile = path.join(ROOT, `build/bench/${name}.mjs`);
await build({
  entryPoints: [path.join(ROOT, `bench/${name}.ts`)], outfile, bundle: true, format: "esm", platform: "node", packages: "external",
  target: "es2022", loader: { ".wasm": "binary" }, absWorkingDir: ROOT, logLevel: "warning", sourcemap: "inline",
});
run(process.execPath, ["--enable-source-maps", outfile, "--root", ROOT, ...options]);
