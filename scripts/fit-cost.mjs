// npm run fit:cost -- [--check]: builds, then runs bench/cost/main.ts (docs/device.md, "Cycles").
import path from "node:path";
import { ROOT, run } from "./support.mjs";

run(process.execPath, [path.join(ROOT, "scripts/build.mjs")], { stdio: ["inherit", 2, "inherit"] });
const { build } = await import("esbuild");
const outfile = path.join(ROOT, "build/bench/fit_cost.mjs");
await build({
  entryPoints: [path.join(ROOT, "bench/cost/main.ts")], outfile, bundle: true, format: "esm", platform: "node", packages: "external",
  target: "es2022", loader: { ".wasm": "binary" }, absWorkingDir: ROOT, logLevel: "warning", sourcemap: "inline",
});
run(process.execPath, ["--enable-source-maps", outfile, "--root", ROOT, ...process.argv.slice(2)]);
