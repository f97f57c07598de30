// Parts of one data set, collected apart (`stats --shard K/N`), become what one run over everything gives.
import { ArenulaError } from "../errors";
import { SampleMerger, shardSize, type ModelStatistics } from "./statistics";

/** Whether sample `index` of a set belongs to a shard. In turns, as neighbours of a sorted set are alike. */
export function isInShard(index: number, { number, of }: ModelStatistics["shard"]): boolean {
  return index % of === number - 1;
}

/** Joins all shards of one set, in any order. Each is added as it is read, and none is kept. */
export class ShardJoiner {
  private readonly merger = new SampleMerger({ number: 1, of: 1 });
  private first: { readonly file: string; readonly statistics: Omit<ModelStatistics, "tensors"> } | null = null;
  private readonly files = new Map<number, string>();

  /**
   * @param file its name, for messages
   * @throws ArenulaError STATISTICS_MISMATCH: of another model or data than the first, not whole, or added before
   */
  add(file: string, statistics: ModelStatistics): void {
    const refuse = (message: string, hint: string) => new ArenulaError("STATISTICS_MISMATCH", message, { where: file, hint });
    const { model, data, shard, samples, skipped } = statistics;
    this.first ??= { file, statistics: { model, data, shard, samples: [], skipped: [] } };
    const { file: firstFile, statistics: expected } = this.first;
    if (model !== expected.model) throw refuse(`collected from another model than ${firstFile}`, "collect every part with the same .tflite file");
    if (data.name !== expected.data.name || data.count !== expected.data.count)
      throw refuse(`part of ${data.count} samples of '${data.name}', ${firstFile} of ${expected.data.count} of '${expected.data.name}'`, "collect every part from the same data set, as a whole: --shard takes its part");
    if (JSON.stringify(data.options) !== JSON.stringify(expected.data.options))
      throw refuse(`its samples were prepared with ${JSON.stringify(data.options)}, those of ${firstFile} with ${JSON.stringify(expected.data.options)}`, "give --mean, --std, --fit and --front-end alike");
    if (shard.of !== expected.shard.of) throw refuse(`shard ${shard.number} of ${shard.of}, ${firstFile} is ${expected.shard.number} of ${expected.shard.of}`, "collect all with the same N in --shard K/N");
    const before = this.files.get(shard.number);
    if (before) throw refuse(`shard ${shard.number} of ${shard.of} a second time: ${before} is the first`, "name each part once");
    if ([...samples, ...skipped].some(({ index }) => !isInShard(index, shard) || index >= data.count) || samples.length + skipped.length !== shardSize(data.count, shard))
      throw refuse(`${samples.length + skipped.length} samples, not the ${shardSize(data.count, shard)} of shard ${shard.number} of ${shard.of}`, "collect this part again");
    this.files.set(shard.number, file);
    this.merger.add(statistics);
  }

  /**
   * To be asked for once.
   * @throws ArenulaError STATISTICS_MISMATCH where a shard is missing
   */
  result(): ModelStatistics {
    const { file, statistics: { shard: { of } } } = this.first!;
    const missing = Array.from({ length: of }, (_, i) => i + 1).filter((number) => !this.files.has(number));
    if (missing.length > 0) throw new ArenulaError("STATISTICS_MISMATCH", `shard${missing.length > 1 ? "s" : ""} ${missing.join(", ")} of ${of} missing`, { where: file, hint: missing.map((number) => `--shard ${number}/${of}`).slice(0, 3).join(", ") });
    return this.merger.result();
  }
}
