import { crc32 } from "../crc32";
import { ArenulaError } from "../errors";
import { operatorMacs, type Interpreter, type Model } from "../index";
import type { CoreChoice } from "../runtime/core";
import { coreOption, inputOptions, jsonOption, positive, type CommandFile } from "./command";
import { feed, readInputs, type InputFlags } from "./feed";
import { readFile } from "./files";
import * as format from "./format";
import type { DecodedInput } from "./inputs/types";
import type { Io } from "./io";
import { createInterpreter, openModel } from "./model";
import { progressBar } from "./progress";
import { facts, table, type Column } from "./table";

interface BenchFlags extends InputFlags {
  core: CoreChoice;
  runs?: number;
  board?: string;
  engine?: string;
  baseline?: string;
  json?: boolean;
}

export const bench: CommandFile = {
  name: "bench",
  summary: "time per inference and per layer, on this machine",
  examples: ["arenula bench model.tflite", "arenula bench model.tflite --core mcu --json > before.json", "arenula bench model.tflite --baseline before.json"],
  declare(command, act) {
    command.argument("<model>", "a .tflite file").addOption(coreOption())
      .option("--runs <n>", "inferences to time (default: one second of them, at least 10)", positive)
      .option("--baseline <file>", "compare with what --json wrote earlier")
      .option("--board <name>", "a device (not yet: desktop only)").option("--engine <engine>", "with --board");
    for (const option of inputOptions()) command.addOption(option);
    command.addOption(jsonOption()).action((model: string, flags: BenchFlags) => act((io) => benchFile(model, flags, io)));
  },
};

interface Layer {
  operator: number;
  op: string;
  macs: number;
  ms: number;
}

interface Result {
  core: string;
  runs: number;
  ms_min: number;
  ms_median: number;
  macs: number;
  arena_bytes: number;
  layers: Layer[];
  outputs: { name: string; crc32: string }[];
}

async function benchFile(file: string, flags: BenchFlags, io: Io): Promise<0> {
  if (flags.board !== undefined) {
    throw new ArenulaError("CORE_UNAVAILABLE", "device benchmarks are not there yet: `bench` times this machine", {
      where: `--board ${flags.board}`, hint: "without --board, --core mcu runs the kernels that a device runs; `arenula plan --board` and `arenula check --board` measure the memory",
    });
  }
  const baseline = flags.baseline === undefined ? null : await readBaseline(flags.baseline);
  const opened = await openModel(file);
  const net = await createInterpreter(opened, { core: flags.core });
  const input = flags.input.length > 0 ? flags.input : ["lcg:1"]; // times do not depend on the values
  const decoded = await readInputs(opened.model, { ...flags, input }, io);
  const result = measure(net, opened.model, decoded, flags.runs, io);
  const comparison = baseline && compare(baseline, result);
  io.out(flags.json ? `${JSON.stringify({ ...result, ...(comparison && { baseline: { file: flags.baseline, ...comparison } }) })}\n` : draw(opened.name, result, comparison, io));
  return 0;
}

const WARM_UP_MS = 100, WARM_UP_RUNS = 3;
const MEASURE_MS = 1000, LEAST_RUNS = 10;
const PROFILES = 20;

/** Engines compile kernels a second time while they run: the first inferences warm up, and the smallest times are the machine's own. */
function measure(net: Interpreter, model: Model, decoded: readonly DecodedInput[], runs: number | undefined, io: Io): Result {
  const timed = (act: () => void): number => {
    feed(net, decoded); // its bytes may have been reused
    const start = performance.now();
    act();
    return performance.now() - start;
  };
  for (let i = 0, start = performance.now(); i < WARM_UP_RUNS || performance.now() - start < WARM_UP_MS; i++) timed(() => net.invoke());
  const bar = progressBar(io, "timing");
  const times: number[] = [];
  const start = performance.now();
  const done = () => (runs === undefined ? Math.min(times.length / LEAST_RUNS, (performance.now() - start) / MEASURE_MS) : times.length / runs);
  while (done() < 1) {
    times.push(timed(() => net.invoke()));
    bar.update(done());
  }
  bar.stop();
  times.sort((a, b) => a - b);
  const outputs = net.outputs.map(({ name, bytes }) => ({ name, crc32: crc32(bytes) }));

  const { operators } = model.subgraphs[0];
  const macs = operatorMacs(model);
  const perOperator = operators.map(() => [] as number[]);
  for (let i = 0; i < Math.min(PROFILES, times.length); i++) {
    feed(net, decoded);
    const sums = operators.map(() => 0);
    for (const step of net.profile().steps) sums[step.operator] += step.ms;
    sums.forEach((ms, operator) => perOperator[operator].push(ms));
  }
  return {
    core: net.core, runs: times.length, ms_min: times[0], ms_median: median(times), macs: macs.reduce((sum, n) => sum + n, 0), arena_bytes: net.arena.bytes,
    layers: operators.map((operator, i) => ({ operator: operator.index, op: operator.name, macs: macs[i], ms: median(perOperator[i].sort((a, b) => a - b)) })),
    outputs,
  };
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

type Baseline = Pick<Result, "ms_min" | "ms_median" | "outputs"> & { core?: string };

async function readBaseline(file: string): Promise<Baseline> {
  const refuse = (message: string) => new ArenulaError("FILE_UNREADABLE", message, { where: file, hint: "--baseline takes what `arenula bench MODEL --json` printed" });
  let json: Partial<Baseline> | null;
  try {
    json = JSON.parse(new TextDecoder().decode(await readFile(file))) as Partial<Baseline> | null;
  } catch (error) {
    throw error instanceof ArenulaError ? error : refuse(`not JSON: ${(error as Error).message}`);
  }
  if (typeof json?.ms_min !== "number" || typeof json.ms_median !== "number" || !Array.isArray(json.outputs)) throw refuse("no benchmark: ms_min, ms_median or outputs is missing");
  return json as Baseline;
}

interface Comparison {
  core: string | null;
  ms_min: number;
  ms_median: number;
  /** Earlier time through present time, of the medians: above 1 is faster now. */
  speedup: number;
  outputs_equal: boolean;
}

function compare(baseline: Baseline, result: Result): Comparison {
  const same = baseline.outputs.length === result.outputs.length && baseline.outputs.every(({ crc32 }, i) => crc32 === result.outputs[i].crc32);
  return { core: baseline.core ?? null, ms_min: baseline.ms_min, ms_median: baseline.ms_median, speedup: baseline.ms_median / result.ms_median, outputs_equal: same };
}

const BAR_COLUMNS = 20;

function draw(name: string, result: Result, comparison: Comparison | null, io: Io): string {
  const { outColors: colors, columns } = io;
  const sum = result.layers.reduce((total, { ms }) => total + ms, 0) || 1;
  const number = (title: string): Column => ({ title, align: "right" });
  const rate = (macs: number, ms: number) => (macs > 0 && ms > 0 ? (macs / ms / 1e6).toFixed(2) : "");
  return [
    `${colors.bold(name)}  ${result.core} core, ${format.plural(result.runs, "run")}\n\n`,
    facts([
      ["median", colors.bold(format.duration(result.ms_median))], ["fastest", format.duration(result.ms_min)],
      ["MACs", `${format.count(result.macs)}${result.macs > 0 ? `, ${rate(result.macs, result.ms_median)} billion per second` : ""}`],
      ["outputs", result.outputs.map(({ crc32 }) => crc32).join(" ")],
      ...(comparison ? comparisonFacts(comparison, colors) : []),
    ], colors),
    "\n",
    table(
      [number("#"), { title: "operator", shrinks: true }, number("MACs"), number("ms"), number("GMAC/s"), number(""), { title: "" }],
      result.layers.map(({ operator, op, macs, ms }) => [
        String(operator), op, macs > 0 ? format.count(macs) : "", ms > 0 ? ms.toFixed(4) : "", rate(macs, ms), `${((100 * ms) / sum).toFixed(1)} %`,
        { text: "█".repeat(Math.round((BAR_COLUMNS * ms) / sum)), paint: colors.cyan },
      ]),
      { columns, colors },
    ),
  ].join("");
}

function comparisonFacts({ core, ms_median, speedup, outputs_equal }: Comparison, colors: Io["outColors"]): (readonly [string, string])[] {
  const word = speedup >= 1 ? colors.green(`${format.short(speedup)} times as fast`) : colors.yellow(`${format.short(1 / speedup)} times as slow`);
  return [
    ["baseline", `${format.duration(ms_median)}${core ? ` on the ${core} core` : ""}: now ${word}`],
    ["", outputs_equal ? "outputs are equal" : colors.red("outputs differ: another model, another input, or a defect")],
  ];
}
