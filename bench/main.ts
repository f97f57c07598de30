// npm run bench -- [--core mcu|simd|relaxed|all] [--model NAME] [--layers MODEL] [--rounds N] [--json]: docs/benchmarks.md explains the tables.
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import v8 from "node:v8";
import { parseArgs } from "node:util";
import type { CoreName } from "../src/lowering/lowering";
import { benchInference, benchLayers, type Inference, type Layer } from "./inference";
import { medianLoad, timeLoad, type LoadCost } from "./load";
import { openModels } from "./models";
import { table } from "./statistics";
import { Yardstick } from "./yardstick";

v8.setFlagsFromString("--experimental-wasm-relaxed-simd"); // Node 20 has relaxed SIMD behind this flag

const usage = "usage: npm run bench -- [--core mcu|simd|relaxed|all] [--model NAME] [--layers MODEL] [--rounds N] [--json]";
const { values: flags } = parseArgs({
  options: {
    root: { type: "string", default: "." }, core: { type: "string", default: "mcu" }, model: { type: "string", default: "" }, layers: { type: "string" },
    rounds: { type: "string", default: "100" }, json: { type: "boolean", default: false }, "cold-load": { type: "boolean", default: false }, help: { type: "boolean", default: false },
  },
});
const CORES: readonly CoreName[] = ["mcu", "simd", "relaxed"];
const cores = CORES.filter((core) => flags.core === "all" || core === flags.core);
const rounds = Number(flags.rounds);
if (flags.help || cores.length === 0 || !(rounds >= 1)) {
  console.log(usage);
  process.exit(flags.help ? 0 : 2);
}

const LOAD_MODEL = "person_detect", LOADS = 50, COLD_LOADS = 7, LOAD_LIMIT_MS = 20;
const absent = (name: string, file: string) => console.error(`${name}: skipped, ${file} is not there`);

if (flags["cold-load"]) {
  const [model] = openModels(flags.root, LOAD_MODEL, absent);
  console.log(JSON.stringify(await timeLoad(model!.bytes, cores[0]!)));
  process.exit(0);
}

const machine = { cpu: os.cpus()[0]!.model.trim(), cpus: os.cpus().length, node: process.version, v8: process.versions.v8, load: os.loadavg()[0]! };
const yardstick = await Yardstick.create();
const print = (text: string) => flags.json || console.log(text);
print(`${machine.cpu}, ${machine.cpus} CPUs, Node ${machine.node}, load ${machine.load.toFixed(1)}\n`);

if (flags.layers !== undefined) {
  for (const model of openModels(flags.root, flags.layers, absent))
    for (const core of cores) {
      const layers = await benchLayers(model, core, yardstick, rounds);
      if (flags.json) console.log(JSON.stringify({ machine, model: model.name, core, layers }));
      print(`${model.name}, core ${core}, ${rounds} rounds\n\n${layerTable(layers)}\n`);
    }
} else {
  const inferences: Inference[] = [];
  for (const model of openModels(flags.root, flags.model, absent))
    for (const core of cores) {
      if (!flags.json && process.stderr.isTTY) process.stderr.write(`\r\x1b[K${model.name}, core ${core}`);
      inferences.push(await benchInference(model, core, yardstick, rounds));
    }
  if (!flags.json && process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  print(`Inference beside the plain loop, ${rounds} rounds. Outputs equal the goldens.\n\n${inferenceTable(inferences)}\n`);
  const load = await loadCosts();
  if (load) print(`Loading ${LOAD_MODEL}, core ${cores[0]}, ms. First: in each of ${COLD_LOADS} processes; warm: the median of ${LOADS} in one.\n\n${loadTable(load)}\n`);
  const sizes = CORES.map((core) => ({ core, bytes: statSync(path.join(flags.root, "build/core", `${core}.wasm`)).size }));
  print(`Cores\n\n${table(["core", "bytes"], sizes.map(({ core, bytes }) => [core, bytes.toLocaleString("en")]))}`);
  if (flags.json) console.log(JSON.stringify({ machine, rounds, inferences, load, cores: sizes }));
}

interface LoadCosts {
  /** The fastest of the cold loads, and the middle one, by their totals. */
  readonly first_min: LoadCost;
  readonly first_median: LoadCost;
  readonly warm_median: LoadCost;
}

/** First loads come from processes of their own, as nothing of the host may have been compiled. */
async function loadCosts(): Promise<LoadCosts | null> {
  const [model] = openModels(flags.root, LOAD_MODEL, absent);
  if (!model) return null;
  const args = [process.argv[1]!, "--root", flags.root, "--core", cores[0]!, "--cold-load"];
  const runs = Array.from({ length: COLD_LOADS }, () => JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as LoadCost);
  runs.sort((a, b) => a.total - b.total);
  return { first_min: runs[0]!, first_median: runs[COLD_LOADS >> 1]!, warm_median: await medianLoad(model.bytes, cores[0]!, LOADS) };
}

function inferenceTable(rows: readonly Inference[]): string {
  return table(
    ["model", "core", "MACs", "ms min", "ms median", "ns/MAC", "plain ns/MAC", "ratio", "limit", ""],
    rows.map((row) => [
      row.model, row.core, row.macs.toLocaleString("en"), row.ms_min.toFixed(4), row.ms_median.toFixed(4), row.ns_per_mac.toFixed(3),
      row.plain_ns_per_mac.toFixed(3), row.ratio.toFixed(3), row.limit?.toFixed(2) ?? "", row.limit === null ? "" : row.ratio <= row.limit ? "reached" : "missed",
    ]),
  );
}

function layerTable(rows: readonly Layer[]): string {
  const total = rows.reduce((sum, { ms_median }) => sum + ms_median, 0);
  return table(
    ["operator", "kernel", "MACs", "ms min", "ms median", "share", "ns/MAC", "ratio"],
    rows.map((row) => [
      `${row.operator} ${row.op}`, row.kernel, row.macs > 0 ? row.macs.toLocaleString("en") : "", row.ms_min.toFixed(4), row.ms_median.toFixed(4),
      `${((100 * row.ms_median) / total).toFixed(1)} %`, row.ns_per_mac?.toFixed(3) ?? "", row.ratio?.toFixed(3) ?? "",
    ]),
  );
}

function loadTable(costs: LoadCosts): string {
  const stages = ["compile_core", "parse", "verify", "lower", "plan", "instantiate", "total"] as const;
  const names = {
    compile_core: "compile the core, once per process", parse: "parse, verification included", verify: "  verification alone", lower: "lower", plan: "plan",
    instantiate: "instantiate, write the image", total: `parse to image (limit ${LOAD_LIMIT_MS})`,
  };
  const of = (cost: LoadCost, stage: keyof LoadCost) => cost[stage].toFixed(2);
  return table(["stage", "first, fastest", "first, median", "warm"],
    stages.map((stage) => [names[stage], of(costs.first_min, stage), of(costs.first_median, stage), of(costs.warm_median, stage)]));
}
