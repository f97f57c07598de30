// npm run conformance -- DIR...: builds, then runs every case below each DIR on every core (tests/conformance/main.ts).
import path from "node:path";
import { ROOT, run } from "./support.mjs";

run(process.execPath, [path.join(ROOT, "scripts/build.mjs")], { stdio: ["inherit", 2, "inherit"] });
const { build } = await import("esbuild");
const outfile = path.join(ROOT, "build/conformance/main.mjs");
await build({
  entryPoints: [path.join(ROOT, "tests/conformance/main.ts")], outfile, bundle: true, format: "esm", platform: "node", packages: "external",
  target: "es2022", loader: { ".wasm": "binary" }, absWorkingDir: ROOT, logLevel: "warning", sourcemap: "inline",
});
run(process.execPath, ["--enable-source-maps", outfile, ...process.argv.slice(2)], { cwd: process.env.INIT_CWD ?? process.cwd() });
