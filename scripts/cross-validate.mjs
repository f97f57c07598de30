// npm run crossvalidate: the table of docs/statistics.md that `quantize --calibrator auto` was decided by. Arguments name networks; none: all.
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, run } from "./support.mjs";

run(process.execPath, [path.join(ROOT, "scripts/build.mjs")], { stdio: ["inherit", 2, "inherit"] });
const { build } = await import("esbuild");
const outfile = path.join(ROOT, "build/crossvalidate/main.mjs");
await build({
  entryPoints: [path.join(ROOT, "tests/stories/cross_validation.ts")], outfile, bundle: true, format: "esm", platform: "node", packages: "external",
  target: "es2022", loader: { ".wasm": "binary" }, absWorkingDir: ROOT, logLevel: "warning",
});
process.chdir(ROOT);
await import(pathToFileURL(outfile).href);
