// npm run bench:device -- [--board NAME] [--engine NAME]... [--model NAME]... [--layers]: instructions of whole networks under WAMR on an
// emulated board. Deterministic: two runs print the same. Outputs are compared with TFLM's goldens. docs/benchmarks.md explains the table.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { fail, lcg, ROOT, run } from "./support.mjs";

/** Models of ../shared with the limit of linear memory that the project sets them. */
const MODELS = { kws_ref_model: 20480, person_detect: 63488, pretrainedResnet_quant: 55296, ad01_int8: 6144, vww_96_int8: 63488 };
const ENGINES = ["wamr-fast", "wamr-classic", "wamr-aot", "wamr-xip"];

const { values: flags } = parseArgs({
  options: {
    board: { type: "string", default: "mps2-an386" }, engine: { type: "string", multiple: true, default: ENGINES },
    model: { type: "string", multiple: true, default: Object.keys(MODELS) }, layers: { type: "boolean", default: false },
  },
});

run(process.execPath, [path.join(ROOT, "scripts/build.mjs")]);
const { bundleTests } = await import("./run-tests.mjs");
const entries = ["firmware", "emulator", "ram"].map((name) => path.join(ROOT, "src/firmware", `${name}.ts`));
const [{ buildFirmware }, { runFirmware }, { ramBytes }] = await Promise.all((await bundleTests(entries)).map(({ file }) => import(file)));
const folder = mkdtempSync(path.join(tmpdir(), "arenula-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** What a command of ours prints with --json. */
function arenula(...argv) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(ROOT, "dist/cli.js"), ...argv, "--json"], { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) fail(stdout || stderr);
  return JSON.parse(stdout);
}

const row = (cells) => console.log(cells.map((cell, i) => (i < 2 ? String(cell).padEnd(i === 0 ? 23 : 13) : String(cell).padStart(i === 2 ? 13 : 9))).join(""));
console.log(`${flags.board}, emulated\n`);
row(["model", "engine", "instructions", "per MAC", "linear", "RAM", ".wasm", "slice"]);
for (const name of flags.model) {
  const file = path.join(ROOT, "../shared/models", `${name}.tflite`);
  if (!existsSync(file)) {
    console.log(`${name}: skipped, ${file} is not there`);
    continue;
  }
  const { macs, operators } = arenula("inspect", file);
  const [golden] = JSON.parse(readFileSync(path.join(ROOT, `../shared/conformance/goldens/${name}.json`), "utf8")).cases;
  const inputs = lcg(golden.seed, golden.inputs[0].shape.reduce((product, n) => product * n, 1));
  const linked = path.join(folder, `${name}.wasm`);
  const built = arenula("build", file, "--ram", String(MODELS[name] ?? 65536), "-o", linked);
  for (const engine of flags.engine) {
    const firmware = await buildFirmware({ board: flags.board, engine, jobs: [{ module: readFileSync(linked), inputs }] });
    const { jobs: [job] } = await runFirmware(firmware, { timeoutMs: 600_000 });
    if (job.error) fail(`${name}, ${engine}: ${job.error.stage}: ${job.error.reason ?? job.error.error}`);
    const [sample] = job.samples;
    if (sample.outputs[0].crc32 !== golden.outputs[0].crc32) fail(`${name}, ${engine}: the output has CRC ${sample.outputs[0].crc32}, TFLM's ${golden.outputs[0].crc32}`);
    row([name, engine, sample.instructions.toLocaleString("en"), (sample.instructions / macs).toFixed(2), built.linear_memory_bytes, ramBytes(firmware, job), built.wasm_bytes, built.slice_bytes]);
    if (flags.layers)
      for (const { operator, instructions } of job.operators) {
        const { op, macs: own } = operators[operator];
        row([`  ${operator} ${op}`, "", instructions.toLocaleString("en"), own ? (instructions / own).toFixed(2) : ""]);
      }
  }
}
