// What a model's tensors hold over a data set. Everything here adds up exactly: counts in fixed bins, sums as whole numbers, ranges by sample. So the
// order of samples, and who ran them, leave no trace. docs/statistics.md defines every figure.
import { ArenulaError } from "../errors";
import type { Tensor } from "../graph/tensor";
import { edgesOf } from "./bins";
import { Counts } from "./counts";
import { momentsOf, SQUARES_UNIT, SUM_UNIT, type ExactSums } from "./exact_sum";

/** Which tensor, and what its codes stand for. */
export interface TensorInfo {
  /** In subgraph 0. */
  readonly index: number;
  readonly name: string;
  readonly type: Tensor["type"];
  readonly shape: readonly number[];
  /** What computes it; null for an input of the model. */
  readonly operator: { readonly index: number; readonly name: string } | null;
  /** real = (code - zeroPoint) * scale; null for float32. */
  readonly quantization: { readonly scale: number; readonly zeroPoint: number; readonly least: number; readonly most: number } | null;
}

export interface TensorStatistics {
  readonly info: TensorInfo;
  /** Finite values. */
  count: number;
  /** Samples in which not every value is finite. */
  readonly unfit: { readonly sample: number; readonly nan: number; readonly infinite: number }[];
  /** Float32: by bins.ts. Codes: by code - least. */
  readonly histogram: Counts;
  /** Of float32 values; null for codes, where the histogram has it all. */
  sums: ExactSums | null;
  /** Four numbers for each of `ModelStatistics.samples`: SampleRange. */
  ranges: Float32Array;
}

/** The range of one sample's finite values, all NaN where there are none. Of codes: codes. */
export interface SampleRange {
  readonly min: number;
  /** At most 1 % of the sample lie below; the lower bound of a bin. */
  readonly p1: number;
  /** At most 1 % lie above; the upper bound of a bin. */
  readonly p99: number;
  readonly max: number;
}

export const RANGE_FIELDS = ["min", "p1", "p99", "max"] as const;

export interface SampleName {
  /** In the data set. */
  readonly index: number;
  readonly name: string;
}

/** A sample that was passed over. */
export interface SkippedSample extends SampleName {
  readonly code: string;
  readonly message: string;
}

/** What has to be equal where statistics are merged. */
export interface DataIdentity {
  /** The file's or folder's name, without its path. */
  readonly name: string;
  /** Samples of the whole set. */
  readonly count: number;
  /** What was done to its numbers: --mean, --std, ... */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ModelStatistics {
  /** SHA-256 of the model's file. */
  readonly model: string;
  readonly data: DataIdentity;
  /** Samples `i` of the set with i % of === number - 1. The whole is 1 of 1. */
  readonly shard: { readonly number: number; readonly of: number };
  /** Rising in `index`. */
  readonly samples: readonly SampleName[];
  readonly skipped: readonly SkippedSample[];
  readonly tensors: readonly TensorStatistics[];
}

/** Samples of a set that belong to a shard. */
export function shardSize(count: number, { number, of }: ModelStatistics["shard"]): number {
  return Math.max(0, Math.ceil((count - number + 1) / of));
}

export function emptyTensor(info: TensorInfo): TensorStatistics {
  return { info, count: 0, unfit: [], histogram: new Counts(), sums: info.quantization ? null : { sum: 0n, squares: 0n }, ranges: new Float32Array(0) };
}

/** Statistics of disjoint samples of one set, as one. Parts are added one by one, and none is kept: memory is that of the whole and of one part. */
export class SampleMerger {
  private first: ModelStatistics | null = null;
  /** By place in the shard. */
  private readonly samples: (SampleName | undefined)[] = [];
  private readonly skipped: SkippedSample[] = [];
  private tensors: TensorStatistics[] = [];

  /** @param shard what the parts are together */
  constructor(private readonly shard: ModelStatistics["shard"]) {}

  /** @throws ArenulaError STATISTICS_MISMATCH where a sample is in a part before */
  add(part: ModelStatistics): void {
    const { shard, samples } = this;
    if (!this.first) {
      const places = shardSize(part.data.count, shard);
      this.tensors = part.tensors.map(({ info }) => ({ ...emptyTensor(info), ranges: new Float32Array(places * RANGE_FIELDS.length) }));
    }
    this.first ??= { ...part, tensors: [] };
    const places = part.samples.map((sample) => {
      const place = Math.floor(sample.index / shard.of);
      if (samples[place]) throw new ArenulaError("STATISTICS_MISMATCH", `sample ${sample.index} '${sample.name}' is in two parts`, { hint: "merge each part once" });
      samples[place] = sample;
      return place;
    });
    this.skipped.push(...part.skipped);
    part.tensors.forEach(({ count, histogram, sums, unfit, ranges }, t) => {
      const merged = this.tensors[t]!;
      merged.count += count;
      merged.histogram.merge(histogram);
      merged.unfit.push(...unfit);
      if (sums) merged.sums = { sum: merged.sums!.sum + sums.sum, squares: merged.sums!.squares + sums.squares };
      places.forEach((place, row) => merged.ranges.set(ranges.subarray(row * RANGE_FIELDS.length, (row + 1) * RANGE_FIELDS.length), place * RANGE_FIELDS.length));
    });
  }

  /** Of at least one part. To be asked for once: it closes the gaps that skipped samples left. */
  result(): ModelStatistics {
    const { model, data } = this.first!, { shard } = this;
    const places = [...this.samples.keys()].filter((place) => this.samples[place]);
    for (const tensor of this.tensors) {
      tensor.unfit.sort((a, b) => a.sample - b.sample);
      places.forEach((place, row) => place !== row && tensor.ranges.copyWithin(row * RANGE_FIELDS.length, place * RANGE_FIELDS.length, (place + 1) * RANGE_FIELDS.length));
      tensor.ranges = tensor.ranges.subarray(0, places.length * RANGE_FIELDS.length);
    }
    return { model, data, shard, samples: places.map((place) => this.samples[place]!), skipped: this.skipped.sort((a, b) => a.index - b.index), tensors: this.tensors };
  }
}

/** The ranges of every sample, in the order of the set, as real values. Samples without a finite value are left out. */
export function sampleRanges({ info: { quantization }, ranges }: TensorStatistics): (SampleRange & { row: number })[] {
  const real = (code: number) => (quantization ? (code - quantization.zeroPoint) * quantization.scale : code);
  return Array.from({ length: ranges.length / RANGE_FIELDS.length }, (_, row) => {
    const [min, p1, p99, max] = ranges.subarray(row * RANGE_FIELDS.length, (row + 1) * RANGE_FIELDS.length) as unknown as [number, number, number, number];
    return { min: real(min), p1: real(p1), p99: real(p99), max: real(max), row };
  }).filter(({ min }) => !Number.isNaN(min));
}

/** A piece of the distribution of real values: `count` of them from `low` to `high`, which are equal where all are one value. */
export interface Piece {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** The distribution of a tensor's finite values over all samples. */
export interface Distribution {
  readonly count: number;
  /** NaN where there is no value. */
  readonly min: number;
  readonly max: number;
  /** Rising, apart, not empty. The outer ones end at `min` and `max`. */
  readonly pieces: readonly Piece[];
}

export function distributionOf(tensor: TensorStatistics): Distribution {
  const ranges = sampleRanges(tensor), { quantization } = tensor.info;
  const min = ranges.reduce((least, range) => Math.min(least, range.min), Infinity), max = ranges.reduce((most, range) => Math.max(most, range.max), -Infinity);
  const pieces = tensor.histogram.entries().map(([bin, count]): Piece => {
    if (quantization) {
      const value = (bin + quantization.least - quantization.zeroPoint) * quantization.scale;
      return { low: value, high: value, count };
    }
    const { low, high } = edgesOf(bin);
    return { low: Math.max(low, min), high: Math.min(high, max), count };
  });
  return ranges.length > 0 ? { count: tensor.count, min, max, pieces } : { count: 0, min: NaN, max: NaN, pieces };
}

/** Mean and standard deviation of the real values; NaN where there is none. */
export function meanAndStd({ info: { quantization }, count, sums, histogram }: TensorStatistics): { mean: number; std: number } {
  if (count === 0) return { mean: NaN, std: NaN };
  if (sums) return momentsOf(sums, count);
  // codes are whole numbers: their sums are too
  let sum = 0n, squares = 0n;
  for (const [bin, n] of histogram.entries()) {
    const offset = bin + quantization!.least - quantization!.zeroPoint;
    sum += BigInt(offset) * BigInt(n);
    squares += BigInt(offset * offset) * BigInt(n);
  }
  const { mean, std } = momentsOf({ sum: sum << BigInt(-SUM_UNIT), squares: squares << BigInt(-SQUARES_UNIT) }, count);
  return { mean: mean * quantization!.scale, std: std * quantization!.scale };
}
