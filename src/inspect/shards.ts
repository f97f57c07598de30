// Parts of one data set, collected apart (`stats --shard K/N`), become what one run over everything gives.
import { ArenulaError } from "../errors";
import { mergeSamples, type ModelStatistics } from "./statistics";

/** Whether sample `index` of a set belongs to a shard. In turns, as neighbours of a sorted set are alike. */
export function isInShard(index: number, { number, of }: ModelStatistics["shard"]): boolean {
  return index % of === number - 1;
}

/** A part with the file it came from. */
export interface Part {
  readonly file: string;
  readonly statistics: ModelStatistics;
}

/**
 * Joins all shards of one set, in any order.
 * @throws ArenulaError STATISTICS_MISMATCH: of different models or data, missing, or twice the same
 */
export function joinShards(parts: readonly Part[]): ModelStatistics {
  const [first, ...others] = parts as [Part, ...Part[]];
  const refuse = (message: string, where: string, hint: string) => new ArenulaError("STATISTICS_MISMATCH", message, { where, hint });
  for (const { file, statistics } of others) {
    const { model, data, shard } = statistics, expected = first.statistics;
    if (model !== expected.model) throw refuse(`collected from another model than ${first.file}`, file, "collect every part with the same .tflite file");
    if (data.name !== expected.data.name || data.count !== expected.data.count)
      throw refuse(`part of ${data.count} samples of '${data.name}', ${first.file} of ${expected.data.count} of '${expected.data.name}'`, file, "collect every part from the same data set, as a whole: --shard takes its part");
    if (JSON.stringify(data.options) !== JSON.stringify(expected.data.options))
      throw refuse(`its samples were prepared with ${JSON.stringify(data.options)}, those of ${first.file} with ${JSON.stringify(expected.data.options)}`, file, "give --mean, --std, --fit and --front-end alike");
    if (shard.of !== expected.shard.of) throw refuse(`shard ${shard.number} of ${shard.of}, ${first.file} is ${expected.shard.number} of ${expected.shard.of}`, file, "collect all with the same N in --shard K/N");
  }
  const { of } = first.statistics.shard;
  const byNumber = new Map<number, Part>();
  for (const part of parts) {
    const before = byNumber.get(part.statistics.shard.number);
    if (before) throw refuse(`shard ${part.statistics.shard.number} of ${of} a second time: ${before.file} is the first`, part.file, "name each part once");
    byNumber.set(part.statistics.shard.number, part);
  }
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((number) => !byNumber.has(number));
  if (missing.length > 0) throw refuse(`shard${missing.length > 1 ? "s" : ""} ${missing.join(", ")} of ${of} missing`, first.file, missing.map((number) => `--shard ${number}/${of}`).slice(0, 3).join(", "));
  return mergeSamples(parts.map(({ statistics }) => statistics), { number: 1, of: 1 });
}
