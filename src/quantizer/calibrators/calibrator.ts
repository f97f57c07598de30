import type { Distribution, SampleRange } from "../../inspect/statistics";

/** What a calibrator sees of a tensor: nothing but what merges exactly. */
export interface Observed {
  /** Of all values; at least one. */
  readonly distribution: Distribution;
  /** In the order of the data set; at least one. */
  readonly samples: readonly SampleRange[];
}

export interface CalibratorOptions {
  /** Moving average: the weight of what came before. Defaults to 0.99. */
  readonly decay?: number;
  /** Percentile: the share of the values, in per cent, that lies below the upper end, and as much above the lower one. Defaults to 99.99. */
  readonly percentile?: number;
  /** Codes of the quantized type: 256, or 65,536 for int16. Defaults to 256. */
  readonly codes?: number;
}

export interface Interval {
  readonly min: number;
  readonly max: number;
}

/** One way from what was observed to a range. */
export interface Calibrator {
  readonly name: string;
  /** For help and reports; options are written out. */
  readonly describe: (options: Required<CalibratorOptions>) => string;
  readonly range: (observed: Observed, options: Required<CalibratorOptions>) => Interval;
}

/** The value below which a share of a distribution lies; within a piece values are taken as evenly spread. */
export function quantile({ count, max, pieces }: Distribution, share: number): number {
  const wanted = share * count;
  let below = 0;
  for (const { low, high, count: n } of pieces) {
    if (below + n >= wanted) return low + (high - low) * Math.max(0, (wanted - below) / n);
    below += n;
  }
  return max;
}
