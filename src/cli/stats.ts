import { availableParallelism } from "node:os";
import { InvalidArgumentError, Option } from "commander";
import { printable } from "../arena/labels";
import { ArenulaError } from "../errors";
import { ShardJoiner } from "../inspect/shards";
import type { ModelStatistics } from "../inspect/statistics";
import { decodeStatistics, encodeStatistics } from "../inspect/statistics_file";
import { CALIBRATOR_NAMES, type CalibratorName } from "../quantizer/calibrators/table";
import { collect, type CollectOptions } from "./collect";
import { coreOption, jsonOption, positive, type CommandFile } from "./command";
import { dataOptions } from "./data";
import type { SampleFlags } from "./feed";
import { readFile, sha256, writeFileAtomically } from "./files";
import type { Io } from "./io";
import { openModel, type OpenModel } from "./model";
import { progressBar } from "./progress";
import { drawAll, drawOne, statisticsJson, tensorNamed, type Candidate } from "./stats_view";
import type { CoreChoice } from "../runtime/core";

export interface CalibratorFlags<Name extends string> {
  calibrator: Name;
  decay?: number;
  percentile?: number;
}

interface StatsFlags extends SampleFlags, CalibratorFlags<CalibratorName> {
  data?: string;
  samples?: number;
  shard?: ModelStatistics["shard"];
  out?: string;
  merge?: string[];
  skipBad?: boolean;
  keepState?: boolean;
  jobs?: number;
  tensor?: string;
  core: CoreChoice;
  json?: boolean;
}

/** The options that calibrators take, here and in `quantize`. @param more choices beside the calibrators @param about what there is to say of them */
export const calibratorOptions = (more: readonly string[] = [], about = ""): Option[] => [
  new Option("--calibrator <name>", `how a range follows from what was seen${about}`).choices([...CALIBRATOR_NAMES, ...more]).default("minmax"),
  new Option("--decay <share>", "moving-average: what is kept of the samples before (default: 0.99)").argParser((text) => between(text, 0, 0.999999)),
  new Option("--percentile <p>", "percentile: per cent of the values below the upper end, and above the lower one (default: 99.99)").argParser((text) => between(text, 50, 100)),
];

export const KEEP_STATE = "the samples are a stream: LSTM, SVDF and other variables go on from each to the next (one worker)";

export const stats: CommandFile = {
  name: "stats",
  summary: "ranges, histograms and codes used by every tensor over a data set",
  examples: [
    "arenula stats float.tflite --data samples.npy", "arenula stats int8.tflite --data test.csv --mean 0 --std 255 --tensor conv1",
    "arenula stats float.tflite --data images/ --shard 3/16 -o part3.stats", "arenula stats float.tflite --merge part*.stats --json",
  ],
  declare(command, act) {
    command.argument("<model>", "a .tflite file, float32 or quantized");
    for (const option of dataOptions().filter(({ long }) => long !== "--input" && long !== "--labels")) command.addOption(option);
    command.addOption(new Option("--shard <k/n>", "only every n-th sample, from the k-th on: one part of n, written with -o").argParser(shardOf))
      .option("-o, --out <file>", "write the statistics, to merge them or to calibrate with them later")
      .option("--merge <files...>", "instead of --data: all parts of one set, written by --shard")
      .option("--skip-bad", "pass over samples that cannot be read or run, and list them")
      .option("--keep-state", KEEP_STATE)
      .addOption(new Option("--jobs <n>", "workers (default: the machine's cores)").argParser(positive))
      .option("--tensor <name>", "one tensor in detail: its name, a part of it, or its index");
    for (const option of calibratorOptions()) command.addOption(option);
    command.addOption(coreOption()).addOption(jsonOption()).action((model: string, flags: StatsFlags) => act((io) => showStatistics(model, flags, io)));
  },
};

function shardOf(text: string): ModelStatistics["shard"] {
  const [, number, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (!number || !of || number > of) throw new InvalidArgumentError("K/N, such as 3/16, with K from 1 to N.");
  return { number, of };
}

function between(text: string, least: number, most: number): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!(value >= least && value <= most)) throw new InvalidArgumentError(`A number from ${least} to ${most}.`);
  return value;
}

async function showStatistics(file: string, flags: StatsFlags, io: Io): Promise<0> {
  checkUsage(flags);
  const opened = await openModel(file);
  const statistics = flags.merge ? await mergeParts(opened, flags.merge) : await collectSamples(opened, flags.data!, flags, io);
  if (flags.out !== undefined) await writeFileAtomically(flags.out, encodeStatistics(statistics));
  if (statistics.skipped.length > 0 && !flags.json) {
    io.err(`${io.errColors.yellow(`${statistics.skipped.length} of ${statistics.data.count} samples passed over`)}: ${statistics.skipped.slice(0, 3).map(({ name, message }) => printable(`${name} (${message})`)).join("; ")}${statistics.skipped.length > 3 ? "; ..." : ""}\n`);
  }
  const candidate: Candidate = { calibrator: flags.calibrator, options: { ...(flags.decay !== undefined && { decay: flags.decay }), ...(flags.percentile !== undefined && { percentile: flags.percentile }) } };
  const tensor = flags.tensor === undefined ? null : tensorNamed(statistics, flags.tensor);
  if (flags.json) io.out(`${JSON.stringify(statisticsJson(opened.model, statistics, tensor, candidate))}\n`);
  else if (tensor) drawOne(statistics, tensor, candidate, io);
  else drawAll(opened, statistics, candidate, io);
  if (flags.out !== undefined) io.err(`wrote ${flags.out}\n`);
  return 0;
}

function checkUsage({ data, merge, shard, out, jobs, keepState, decay, percentile, calibrator }: StatsFlags): void {
  const refuse = (message: string, hint: string) => new ArenulaError("USAGE", message, { hint });
  if (data === undefined && !merge) throw refuse("nothing to take statistics of", "--data SET, or --merge FILES that `stats --shard` wrote");
  if (data !== undefined && merge) throw refuse("--merge takes what was collected before, --data collects", "give one of them");
  if (merge && shard) throw refuse("--merge joins all shards", "leave --shard out");
  if (shard && out === undefined) throw refuse("--shard collects a part, and nothing says where to put it", `-o part${shard.number}.stats`);
  if (keepState && (shard || merge)) throw refuse("--keep-state needs all samples in their order", "leave --shard and --merge out");
  if (keepState && (jobs ?? 1) > 1) throw refuse("--keep-state takes one sample after the other: one worker", "leave --jobs out");
  if (merge && jobs !== undefined) throw refuse("--jobs are workers for --data", "leave it out");
  checkCalibrator({ calibrator, ...(decay !== undefined && { decay }), ...(percentile !== undefined && { percentile }) });
}

/** @throws ArenulaError USAGE for an option of another calibrator */
export function checkCalibrator({ calibrator, decay, percentile }: CalibratorFlags<string>): void {
  const refuse = (option: string, name: string) => new ArenulaError("USAGE", `${option} belongs to --calibrator ${name}`, { hint: "add it" });
  if (decay !== undefined && !["moving-average", "auto"].includes(calibrator)) throw refuse("--decay", "moving-average");
  if (percentile !== undefined && !["percentile", "auto"].includes(calibrator)) throw refuse("--percentile", "percentile");
}

/** Parts of one set, written by `stats -o`. */
export async function mergeParts({ file, bytes }: OpenModel, files: readonly string[]): Promise<ModelStatistics> {
  const model = sha256(bytes), joiner = new ShardJoiner();
  for (const part of files) {
    const statistics = decodeStatistics(await readFile(part), part);
    if (statistics.model !== model) throw new ArenulaError("STATISTICS_MISMATCH", `collected from another model than ${file}`, { where: part, hint: "give the .tflite file that the parts were collected with" });
    joiner.add(part, statistics);
  }
  return joiner.result();
}

/** Statistics of a data set, with a bar. */
export async function collectSamples({ bytes }: OpenModel, data: string, flags: CollectOptions, io: Io): Promise<ModelStatistics> {
  const bar = progressBar(io, `statistics, ${flags.jobs ?? availableParallelism()} workers`);
  try {
    const statistics = await collect(bytes, data, flags, { progress: bar.update, note: (text) => io.err(`${io.errColors.dim(printable(text))}\n`) });
    if (statistics.samples.length === 0 && statistics.skipped.length > 0)
      throw new ArenulaError("DATA_EMPTY", `all ${statistics.skipped.length} samples are bad, the first: ${statistics.skipped[0]!.message}`, { where: data });
    return statistics;
  } finally {
    bar.stop();
  }
}
