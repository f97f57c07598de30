// How well a grid of codes suits what a tensor holds: what it clips, and how many of its codes are used, by all samples and by single ones.
import { codeOf, endsOf, type Grid } from "./grid";
import type { Distribution, SampleRange, TensorStatistics } from "./statistics";
import { distributionOf, sampleRanges } from "./statistics";

export interface Occupancy {
  /** Share of the values beyond the ends by more than half a step. Of a tensor that is quantized already: share of the values in the two outermost codes, but for real zero: a RELU's zeros are not clipped. */
  readonly clipped: number;
  /** Codes that some value falls on. Of float32 values an estimate, as a bin can lie across codes: no bin takes more of them than it has values. */
  readonly codesUsed: number;
  /** By row of `ModelStatistics.samples`: codes from p1 to p99, so that 98 % of the sample lie on them. Samples without a finite value have none. */
  readonly perSample: readonly { readonly row: number; readonly codes: number }[];
}

export function occupancyOf(tensor: TensorStatistics, grid: Grid): Occupancy {
  const distribution = distributionOf(tensor);
  return {
    clipped: tensor.info.quantization ? shareAtEnds(distribution, grid) : shareBeyond(distribution, grid),
    codesUsed: codesUsed(distribution, grid),
    perSample: sampleRanges(tensor).map((range) => ({ row: range.row, codes: codesOfSample(range, grid) })),
  };
}

function codesOfSample({ p1, p99 }: SampleRange, grid: Grid): number {
  return codeOf(grid, p99) - codeOf(grid, p1) + 1;
}

function shareAtEnds({ pieces, count }: Distribution, grid: Grid): number {
  const atEnds = pieces.filter(({ low }) => low !== 0 && [0, grid.codes - 1].includes(codeOf(grid, low)));
  return atEnds.reduce((sum, piece) => sum + piece.count, 0) / Math.max(1, count);
}

function shareBeyond({ pieces, count }: Distribution, grid: Grid): number {
  const { first, last } = endsOf(grid), low = first - grid.scale / 2, high = last + grid.scale / 2;
  return pieces.reduce((sum, piece) => sum + piece.count * (1 - shareWithin(piece, low, high)), 0) / Math.max(1, count);
}

/** Values are taken as evenly spread over their piece. */
function shareWithin({ low, high }: { low: number; high: number }, from: number, to: number): number {
  if (low === high) return low >= from && low <= to ? 1 : 0;
  return Math.max(0, Math.min(high, to) - Math.max(low, from)) / (high - low);
}

function codesUsed({ pieces }: Distribution, grid: Grid): number {
  let used = 0, next = 0; // pieces rise: codes below `next` are counted
  for (const { low, high, count } of pieces) {
    const first = Math.max(next, codeOf(grid, low)), end = codeOf(grid, high) + 1;
    used += Math.min(count, Math.max(0, end - first)); // as many values as there are take no more codes
    next = Math.max(next, end);
  }
  return used;
}

/** Counts in even bars from the least to the greatest value, as fractions where a bin is wider than a bar. */
export function bars({ min, max, pieces }: Distribution, count: number): number[] {
  const heights = new Array<number>(count).fill(0), width = (max - min) / count;
  for (const { low, high, count: n } of pieces) {
    const from = width > 0 ? (low - min) / width : 0, to = width > 0 ? (high - min) / width : 0;
    const first = Math.min(count - 1, Math.floor(from)), last = Math.min(count - 1, Math.floor(to));
    if (first === last) heights[first]! += n;
    else for (let bar = first; bar <= last; bar++) heights[bar]! += (n * (Math.min(to, bar + 1) - Math.max(from, bar))) / (to - from);
  }
  return heights;
}

/** TFLite gives the outputs of these a fixed scale: how few codes a sample takes is their nature. */
export const FIXED_SCALE: ReadonlySet<string> = new Set(["SOFTMAX", "LOG_SOFTMAX", "LOGISTIC", "TANH", "L2_NORMALIZATION"]);
