// The program of a worker of collect.ts: an entry of its own in scripts/build.mjs. One interpreter, one open data set; samples are taken one by one,
// as a shared counter tells, until there are no more.
import path from "node:path";
import { ArenulaError } from "../errors";
import { Interpreter, Model } from "../index";
import { Collector } from "../inspect/collect";
import { isInShard } from "../inspect/shards";
import type { DataIdentity, ModelStatistics, SampleName, SkippedSample } from "../inspect/statistics";
import { encodeStatistics } from "../inspect/statistics_file";
import type { CoreChoice } from "../runtime/core";
import { inputOptionsOf, type SampleFlags } from "./feed";
import { openDataSet, type DataSet } from "./inputs/data_set";
import { inputsOf } from "./inputs/inputs";

export interface CollectTask {
  readonly modelBytes: Uint8Array;
  readonly dataPath: string;
  readonly flags: SampleFlags;
  readonly shard: ModelStatistics["shard"];
  readonly data: DataIdentity;
  readonly model: string;
  readonly core: CoreChoice;
  readonly skipBad: boolean;
  readonly keepState: boolean;
  /** Shared by all workers: the next sample, samples done, and 1 where all shall stop. */
  readonly control: Int32Array;
}

const NEXT = 0, DONE = 1, STOP = 2;

/** What a worker has when there are no more samples. Errors lose their class on the way: they travel as data. */
export interface TaskResult {
  /** A statistics file; null where it failed. */
  readonly statistics: Uint8Array | null;
  /** The sample of the error, -1 where it is none's. */
  readonly failure: { readonly sample: number; readonly error: ReturnType<ArenulaError["toJSON"]> } | null;
}

export default async function collectPart(task: CollectTask): Promise<TaskResult> {
  const { control, shard, skipBad, data, dataPath } = task;
  let sample = -1;
  try {
    const model = Model.parse(task.modelBytes);
    const collector = new Collector(await Interpreter.create(model, { core: task.core }), task.keepState);
    const set = await openDataSet(dataPath, inputsOf(model), await inputOptionsOf(task.flags));
    const skipped: SkippedSample[] = [];
    try {
      while (Atomics.load(control, STOP) === 0 && (sample = Atomics.add(control, NEXT, 1)) < data.count) {
        if (!isInShard(sample, shard)) continue;
        await addSample(collector, set, sample, dataPath).catch((error: unknown) => {
          if (!skipBad || !(error instanceof ArenulaError)) throw error;
          skipped.push({ index: sample, name: nameInSet(error.where || String(sample), dataPath), code: error.code, message: error.message });
        });
        Atomics.add(control, DONE, 1);
      }
    } finally {
      await set.close();
    }
    return { statistics: encodeStatistics({ model: task.model, data, shard, skipped, ...collector.result }), failure: null };
  } catch (error) {
    Atomics.store(control, STOP, 1);
    if (!(error instanceof ArenulaError)) throw error;
    return { statistics: null, failure: { sample, error: error.toJSON() } };
  }
}

/** @throws ArenulaError with the sample's name in `where` */
async function addSample(collector: Collector, set: DataSet, index: number, dataPath: string): Promise<void> {
  const { name, inputs } = await set.sample(index);
  const sample: SampleName = { index, name: nameInSet(name, dataPath) };
  try {
    collector.add(sample, inputs.map(({ bytes }) => bytes));
  } catch (error) {
    if (error instanceof ArenulaError) error.where = error.where ? `${name}, ${error.where}` : name;
    throw error;
  }
}

/** Names of files are taken relative to their set: the same on every machine that has the set, wherever it lies. */
function nameInSet(name: string, dataPath: string): string {
  const folder = /\.csv$/i.test(dataPath) ? path.dirname(dataPath) : dataPath;
  const relative = path.relative(folder, name);
  return relative.startsWith("..") || path.isAbsolute(relative) ? name : relative.split(path.sep).join("/");
}
