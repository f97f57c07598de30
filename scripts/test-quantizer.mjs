// npm run test:quantizer: the quantizer against the TensorFlow Lite converter on drawn ranges (tests/oracle/quantizer). Needs TensorFlow, which the first run installs.
// Passes its arguments on; ends with `N passed, N failed, N skipped`.
import path from "node:path";
import { runOracle } from "./oracle.mjs";
import { ROOT, run } from "./support.mjs";

run(process.execPath, [path.join(ROOT, "scripts/build.mjs")], { stdio: ["inherit", 2, "inherit"] });
const { build } = await import("esbuild");
await build({
  entryPoints: [path.join(ROOT, "tests/quantizer/main.ts")], outfile: path.join(ROOT, "build/quantizer/main.mjs"), bundle: true, format: "esm", platform: "node", packages: "external",
  target: "es2022", absWorkingDir: ROOT, logLevel: "warning", sourcemap: "inline",
});
runOracle("quantizer/run.py", ["requirements.txt", "requirements-networks.txt"]);
