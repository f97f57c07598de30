// npm run docs: writes what is generated: the page of operators, the output of npm start in README.md, the pictures of arenas.
import path from "node:path";
import { ROOT, run } from "./support.mjs";

const PICTURES = {
  "docs/images/digits_arena.svg": "models/digits/digits_int8.tflite",
  "docs/images/keywords_arena.svg": "models/keywords/keywords_int8.tflite",
};

run(process.execPath, [path.join(ROOT, "scripts/build.mjs")], { stdio: ["inherit", 2, "inherit"] });
const { build } = await import("esbuild");
const outfile = path.join(ROOT, "build/docs/write.mjs");
await build({
  entryPoints: [path.join(ROOT, "tests/docs/write.ts")], outfile, bundle: true, format: "esm", platform: "node", packages: "external",
  target: "es2022", loader: { ".wasm": "binary" }, absWorkingDir: ROOT, logLevel: "warning",
});
run(process.execPath, [outfile]);
for (const [picture, model] of Object.entries(PICTURES)) run(process.execPath, [path.join(ROOT, "dist/cli.js"), "plan", model, "--svg", picture], { stdio: ["inherit", "ignore", "inherit"] });
