// Statistics of a float model's tensors -> the ranges to quantize them with.
import { ArenulaError } from "../errors";
import { distributionOf, sampleRanges, type ModelStatistics, type TensorStatistics } from "../inspect/statistics";
import type { CalibratorOptions, Observed } from "./calibrators/calibrator";
import { CALIBRATORS, type CalibratorName } from "./calibrators/table";
import type { Range, Ranges } from "./range";

export type { CalibratorName } from "./calibrators/table";

const DEFAULTS: Required<CalibratorOptions> = { decay: 0.99, percentile: 99.99, codes: 256 };

/**
 * The ranges of all float32 tensors that have values.
 * @throws ArenulaError ACTIVATION_NAN
 */
export function rangesOf(statistics: ModelStatistics, calibrator: CalibratorName, options: CalibratorOptions = {}): Ranges {
  const ranges = new Map<number, Range>();
  for (const tensor of statistics.tensors) {
    refuseUnfit(statistics, tensor);
    if (tensor.info.quantization || tensor.count === 0) continue;
    ranges.set(tensor.info.index, rangeOf({ distribution: distributionOf(tensor), samples: sampleRanges(tensor) }, calibrator, options));
  }
  return ranges;
}

/** The range of one tensor. */
export function rangeOf(observed: Observed, name: CalibratorName, options: CalibratorOptions = {}): Range {
  const filled = { ...DEFAULTS, ...options };
  const { range, describe } = CALIBRATORS.find((calibrator) => calibrator.name === name)!;
  return { ...range(observed, filled), source: `${describe(filled)}, ${observed.samples.length} sample${observed.samples.length === 1 ? "" : "s"}` };
}

function refuseUnfit({ samples }: ModelStatistics, { info, unfit: [first, ...others] }: TensorStatistics): void {
  if (!first) return;
  const { name } = samples.find(({ index }) => index === first.sample)!;
  throw new ArenulaError("ACTIVATION_NAN", `${first.nan > 0 ? `${first.nan} values are not a number` : `${first.infinite} values are infinite`} for sample '${name}'${others.length > 0 ? `, and for ${others.length} more` : ""}`, {
    where: `tensor ${info.index} '${info.name}'`, hint: "leave such samples out, or look for what overflows: `arenula stats` lists every tensor",
  });
}
