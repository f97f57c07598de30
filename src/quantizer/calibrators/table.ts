import type { Calibrator } from "./calibrator";
import { kl } from "./kl";
import { minmax } from "./minmax";
import { movingAverage } from "./moving_average";
import { mse } from "./mse";
import { percentile } from "./percentile";

export const CALIBRATORS: readonly Calibrator[] = [minmax, movingAverage, percentile, mse, kl];

export const CALIBRATOR_NAMES = ["minmax", "moving-average", "percentile", "mse", "kl"] as const;
export type CalibratorName = (typeof CALIBRATOR_NAMES)[number];
