// npm run bench:device -- [--board NAME] [--engine NAME]... [--model NAME]... [--checks C] [--weights W] [--layers]: `arenula bench --board` for
// the networks of ../shared/models, each with the limit of linear memory that the project sets it. Two runs print the same. Outputs are
// compared with TFLM's goldens. docs/benchmarks.md explains the table.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { fail, ROOT, run } from "./support.mjs";

const MODELS = { kws_ref_model: 20480, person_detect: 63488, pretrainedResnet_quant: 55296, ad01_int8: 6144, vww_96_int8: 63488 };
/** More of it for forms with widened operands. */
const COMPILED_MORE = { "wamr-aot": 4096, "wamr-xip": 4096 };
const ENGINES = ["wamr-fast", "wamr-classic", "wamr-aot", "wamr-xip"];

const { values: flags } = parseArgs({
  options: {
    board: { type: "string", default: "mps2-an386" }, engine: { type: "string", multiple: true, default: ENGINES }, model: { type: "string", multiple: true, default: Object.keys(MODELS) },
    checks: { type: "string" }, weights: { type: "string" }, layers: { type: "boolean", default: false },
  },
});

run(process.execPath, [path.join(ROOT, "scripts/build.mjs")]);

function bench(file, engine, ram, seed) {
  const optional = ["weights", ...(engine === "wamr-aot" || engine === "wamr-xip" ? ["checks"] : [])].flatMap((name) => (flags[name] ? [`--${name}`, flags[name]] : []));
  const args = ["bench", file, "--board", flags.board, "--engine", engine, "--ram", String(ram), "--input", `lcg:${seed}`, ...optional, "--json"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(ROOT, "dist/cli.js"), ...args], { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) fail(stdout || stderr);
  return JSON.parse(stdout);
}

const row = (cells) => console.log(cells.map((cell, i) => (i < 2 ? String(cell).padEnd(i === 0 ? 23 : 13) : String(cell).padStart(i === 2 ? 13 : 9))).join(""));
const rounded = (value) => value?.toFixed(2) ?? "";
console.log(`${flags.board}, emulated\n`);
row(["model", "engine", "instructions", "per MAC", "linear", "RAM", ".wasm", "slice"]);
for (const name of flags.model) {
  const file = path.join(ROOT, "../shared/models", `${name}.tflite`);
  if (!existsSync(file)) {
    console.log(`${name}: skipped, ${file} is not there`);
    continue;
  }
  const [golden] = JSON.parse(readFileSync(path.join(ROOT, `../shared/conformance/goldens/${name}.json`), "utf8")).cases;
  for (const engine of flags.engine) {
    const result = bench(file, engine, (MODELS[name] ?? 65536) + (COMPILED_MORE[engine] ?? 0), golden.seed);
    if (result.outputs[0].crc32 !== golden.outputs[0].crc32) fail(`${name}, ${engine}: the output has CRC ${result.outputs[0].crc32}, TFLM's ${golden.outputs[0].crc32}`);
    row([name, engine, result.instructions.toLocaleString("en"), rounded(result.instructions_per_mac), result.linear_memory_bytes, result.ram_bytes, result.wasm_bytes, result.slice_bytes]);
    if (flags.layers)
      for (const { operator, op, instructions, instructions_per_mac } of result.layers) row([`  ${operator} ${op}`, "", instructions.toLocaleString("en"), rounded(instructions_per_mac)]);
  }
}
