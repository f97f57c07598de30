// Builds everything: the cores (asc), the library and the command line (esbuild). Each part only where its sources changed.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { ensureInstalled, fail, filesBelow, isFresh, ROOT, run, write } from "./support.mjs";

ensureInstalled();
const at = (...parts) => path.join(ROOT, ...parts);
const node = (bin, ...args) => run(process.execPath, [at("node_modules", bin), ...args]);

/** `device` is `mcu` with its weights staged from flash: what src/link takes kernels from. It keeps names, for the reports of compilers. */
const CORES = ["mcu", "device", "simd", "relaxed"];

/** Those that have the kernels of assembly/simd as well. */
const SIMD = ["simd", "relaxed"];

/** Kernel files are entry files, found by folder; their exports are the core's. */
function buildCores() {
  const kernels = (folder) => filesBelow(at("assembly", folder)).filter((file) => file.endsWith(".ts"));
  const entries = (target) => [at("assembly", "memory.ts"), ...kernels("kernels"), ...(SIMD.includes(target) ? kernels("simd") : [])];
  const asc = (name, files, target) =>
    node("assemblyscript/bin/asc.js", ...files.map((file) => path.relative(ROOT, file)), "--target", target, "--outFile", `build/core/${name}.wasm`, "--textFile", `build/core/${name}.wat`);
  const sources = ["assembly", "asconfig.json", "package-lock.json"];
  for (const target of CORES) {
    if (isFresh(at("build/core", `${target}.wasm`), sources)) continue;
    asc(target, entries(target), target);
    checkCore(target);
  }
  // What the tests of assembly/arithmetic call: the functions that kernels have inlined.
  if (!isFresh(at("build/core/arithmetic.wasm"), [...sources, "tests/arithmetic"])) asc("arithmetic", [at("tests/arithmetic/exports.ts")], "mcu");
}

/** A core that could grow its memory would lose WAMR's shrunk memory (docs/architecture.md); `mcu` has to do without SIMD. */
function checkCore(target) {
  const text = readFileSync(at("build/core", `${target}.wat`), "utf8");
  const banned = ["memory.grow", "memory.size", ...(!SIMD.includes(target) ? ["v128", "i8x16", "i16x8", "i32x4"] : [])];
  const found = banned.filter((word) => text.includes(word));
  if (found.length > 0) fail(`core ${target} contains ${found.join(", ")}: a kernel allocates, or uses what its target lacks`);
}

/** All boards in one file, which the library loads where it is asked for them. */
function buildBoards() {
  const files = filesBelow(at("boards")).filter((file) => path.basename(file) === "board.json");
  const boards = files.map((file) => JSON.parse(readFileSync(file, "utf8"))).sort((a, b) => (a.name < b.name ? -1 : 1));
  const text = JSON.stringify(boards);
  const out = at("build/boards.json");
  if (!existsSync(out) || readFileSync(out, "utf8") !== text) write(out, text);
}

/** What the page runs at one click, of models/digits. */
const EXAMPLE = ["digits_int8.tflite", "labels.txt", "samples/digit_4.png"];

async function buildLibrary() {
  if (isFresh(at("dist/cli.js"), ["src", "models/digits", "build/core/relaxed.wasm", "build/boards.json", "package-lock.json", "scripts/build.mjs"])) return;
  rmSync(at("dist"), { recursive: true, force: true }); // chunks carry their hash: old ones would stay
  const { build } = await import("esbuild");
  const common = { bundle: true, format: "esm", target: "es2022", absWorkingDir: ROOT, loader: { ".wasm": "binary", ".css": "text" }, logLevel: "warning", legalComments: "none" };
  // The library brings flatbuffers and the loader along, and runs anywhere: a platform of its own, no Node modules. The page shares its chunks.
  await build({ ...common, entryPoints: { index: "src/index.ts", "page/main": "src/page/main.ts", "page/worker": "src/page/worker.ts" }, outdir: "dist", chunkNames: "chunks/[name]-[hash]", splitting: true, platform: "neutral", mainFields: ["module", "main"], minify: true });
  await build({ ...common, entryPoints: { cli: "src/cli/main.ts", collect_worker: "src/cli/collect_worker.ts", trial_worker: "src/cli/trial_worker.ts" }, outdir: "dist", chunkNames: "chunks/[name]-[hash]", splitting: true, platform: "node", packages: "external", banner: { js: "#!/usr/bin/env node" } });
  await build({ ...common, entryPoints: ["src/page/style.css"], outdir: "dist/page", minify: true, loader: {} });
  mkdirSync(at("dist/page/example"), { recursive: true });
  copyFileSync(at("src/page/index.html"), at("dist/page/index.html"));
  for (const file of EXAMPLE) copyFileSync(at("models/digits", file), at("dist/page/example", path.basename(file)));
}

buildCores();
buildBoards();
await buildLibrary();
if (process.argv.includes("--sizes")) for (const target of CORES) console.log(`core ${target}: ${statSync(at("build/core", `${target}.wasm`)).size} bytes`);
