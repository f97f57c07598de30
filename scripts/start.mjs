// npm start: installs and builds what is not there yet, then runs examples/first_run on the bundled models.
import path from "node:path";
import { isFresh, ROOT, run } from "./support.mjs";

run(process.execPath, [path.join(ROOT, "scripts/build.mjs")], { stdio: ["inherit", "ignore", "inherit"] });
const outfile = path.join(ROOT, "build/examples/first_run.mjs");
if (!isFresh(outfile, ["examples/first_run", "package-lock.json", "scripts/start.mjs"])) {
  const { build } = await import("esbuild");
  // "arenula" stays an import: Node finds this very package, as it would when installed.
  await build({
    entryPoints: [path.join(ROOT, "examples/first_run/main.ts")], outfile, bundle: true, format: "esm", platform: "node", packages: "external",
    target: "es2022", absWorkingDir: ROOT, tsconfigRaw: {}, logLevel: "warning",
  });
}
run(process.execPath, [outfile, ...process.argv.slice(2)]);
