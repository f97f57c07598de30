// Statistics of a data set on all cores of this machine: workers take one sample after the other, and their parts are merged. Node only.
import { availableParallelism } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Tinypool } from "tinypool";
import { ArenulaError } from "../errors";
import { inPackage } from "../firmware/package_root";
import { Model } from "../index";
import { isInShard } from "../inspect/shards";
import { SampleMerger, type DataIdentity, type ModelStatistics } from "../inspect/statistics";
import { decodeStatistics } from "../inspect/statistics_file";
import type { CoreChoice } from "../runtime/core";
import type { CollectTask, TaskResult } from "./collect_worker";
import { inputOptionsOf, type SampleFlags } from "./feed";
import { readFile, sha256 } from "./files";
import { openDataSet } from "./inputs/data_set";
import { inputsOf } from "./inputs/inputs";

export interface CollectOptions extends SampleFlags {
  /** Only the first so many of the set. Defaults to all. */
  readonly samples?: number;
  /** Only samples of this shard. Defaults to all. */
  readonly shard?: ModelStatistics["shard"];
  /** Pass over samples that cannot be read or run, and name them in the statistics. Defaults to refusing them. */
  readonly skipBad?: boolean;
  /** Variables go on from sample to sample, in their order: one worker, no shards. Defaults to false: they start anew with each. */
  readonly keepState?: boolean;
  /** Workers. Defaults to the cores of the machine. */
  readonly jobs?: number;
  readonly core?: CoreChoice;
}

export interface CollectListener {
  /** @param done from 0 to 1 */
  progress(done: number): void;
  /** What is done to the numbers of every sample, in a sentence. */
  note(text: string): void;
}

const PROGRESS_MS = 100;

/**
 * Runs a model over a data set and keeps statistics of all its tensors.
 * @throws ArenulaError FILE_*, DATA_EMPTY, INPUT_* with the sample's name, and what creating an interpreter throws
 */
export async function collect(modelBytes: Uint8Array, dataPath: string, options: CollectOptions, { progress, note }: CollectListener): Promise<ModelStatistics> {
  const { shard = { number: 1, of: 1 }, skipBad = false, keepState = false, core = "auto", jobs = availableParallelism() } = options;
  const model = Model.parse(modelBytes), inputs = inputsOf(model);
  if (!keepState && model.subgraphs[0]!.tensors.some(({ isVariable }) => isVariable)) note("the model has variables: each sample finds them at zero, as --keep-state was not given");
  const set = await openDataSet(dataPath, inputs, await inputOptionsOf(options)); // what is wrong with all samples is refused here
  const count = Math.min(set.count, options.samples ?? Infinity), mine = Array.from({ length: count }, (_, i) => i).filter((i) => isInShard(i, shard));
  const first = mine[0] === undefined ? null : await set.sample(mine[0]).catch(() => null); // a bad sample is its worker's matter
  await set.close();
  first?.inputs.forEach(({ notes }, i) => notes.length > 0 && note(`${inputs[i]!.name}: ${notes.join("; ")}`));

  const data = await identify(dataPath, count, options);
  const control = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
  const task: CollectTask = { modelBytes, dataPath, flags: options, shard, data, model: sha256(modelBytes), core, skipBad, keepState, control };
  const workers = keepState ? 1 : Math.max(1, Math.min(jobs, mine.length));
  const pool = new Tinypool({ filename: pathToFileURL(inPackage("dist/collect_worker.js")).href, minThreads: workers, maxThreads: workers });
  const timer = setInterval(() => progress(Atomics.load(control, 1) / Math.max(1, mine.length)), PROGRESS_MS);
  try {
    const results = (await Promise.all(Array.from({ length: workers }, () => pool.run(task)))) as TaskResult[];
    refuseFirst(results);
    const merger = new SampleMerger(shard);
    for (const result of results) merger.add(decodeStatistics(result.statistics!, "worker"));
    return merger.result();
  } finally {
    clearInterval(timer);
    await pool.destroy();
  }
}

/** Workers stop at the first error that one of them meets; of several the first sample's is told. */
function refuseFirst(results: readonly TaskResult[]): void {
  const failures = results.flatMap(({ failure }) => failure ?? []).sort((a, b) => a.sample - b.sample);
  if (!failures[0]) return;
  const { code, message, where, hint } = failures[0].error;
  throw new ArenulaError(code, message, { where, hint: [hint, ...(failures[0].sample >= 0 ? ["--skip-bad passes over such samples and lists them"] : [])].filter(Boolean).join("; ") });
}

async function identify(dataPath: string, count: number, { mean, std, fit, frontEnd, stride, keepState }: CollectOptions): Promise<DataIdentity> {
  const options = { mean, std, fit, front_end: frontEnd === undefined ? undefined : sha256(await readFile(frontEnd)), stride, keep_state: keepState };
  return { name: path.basename(path.resolve(dataPath)), count, options: JSON.parse(JSON.stringify(options)) }; // without what is undefined
}
