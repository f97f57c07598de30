import { crc32 } from "../crc32";
import { operatorMacs, type Interpreter, type Model } from "../index";
import { median } from "../median";
import type { CoreChoice } from "../runtime/core";
import { outputsText, readBaseline, sameOutputs, type OutputCrc } from "./baseline";
import { feed, readInputs, type InputFlags } from "./feed";
import * as format from "./format";
import type { DecodedInput } from "./inputs/types";
import type { Io } from "./io";
import { createInterpreter, openModel } from "./model";
import { operatorTimes } from "./operator_times";
import { progressBar } from "./progress";
import { facts, table, type Column } from "./table";

export interface DesktopFlags extends InputFlags {
  core: CoreChoice;
  runs?: number;
  baseline?: string;
  json?: boolean;
}

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
  outputs: OutputCrc[];
}

/** Times inferences on this machine. */
export async function benchDesktop(file: string, flags: DesktopFlags, io: Io): Promise<0> {
  const baseline = flags.baseline === undefined ? null : await readBaseline<Baseline>(flags.baseline, ["ms_min", "ms_median"]);
  const opened = await openModel(file);
  const net = await createInterpreter(opened, { core: flags.core });
  const decoded = await readInputs(opened.model, flags, io);
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
  const outputs = net.outputs.map(({ name, bytes }) => ({ name, crc32: crc32(bytes) }));

  const { operators } = model.subgraphs[0];
  const macs = operatorMacs(model);
  const perOperator = operatorTimes(net, () => feed(net, decoded), Math.min(PROFILES, times.length));
  return {
    core: net.core, runs: times.length, ms_min: times.reduce((least, ms) => Math.min(least, ms)), ms_median: median(times), macs: macs.reduce((sum, n) => sum + n, 0), arena_bytes: net.arena.bytes,
    layers: operators.map((operator, i) => ({ operator: operator.index, op: operator.name, macs: macs[i], ms: perOperator[i]! })),
    outputs,
  };
}

type Baseline = Pick<Result, "ms_min" | "ms_median" | "outputs"> & { core?: string };

interface Comparison {
  core: string | null;
  ms_min: number;
  ms_median: number;
  /** Earlier time through present time, of the medians: above 1 is faster now. */
  speedup: number;
  outputs_equal: boolean;
}

function compare(baseline: Baseline, result: Result): Comparison {
  return { core: baseline.core ?? null, ms_min: baseline.ms_min, ms_median: baseline.ms_median, speedup: baseline.ms_median / result.ms_median, outputs_equal: sameOutputs(baseline, result) };
}

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
        { text: format.bar(ms / sum), paint: colors.cyan },
      ]),
      { columns, colors },
    ),
  ].join("");
}

function comparisonFacts({ core, ms_median, speedup, outputs_equal }: Comparison, colors: Io["outColors"]): (readonly [string, string])[] {
  const word = speedup >= 1 ? colors.green(`${format.short(speedup)} times as fast`) : colors.yellow(`${format.short(1 / speedup)} times as slow`);
  return [
    ["baseline", `${format.duration(ms_median)}${core ? ` on the ${core} core` : ""}: now ${word}`],
    ["", outputsText(outputs_equal, colors)],
  ];
}
