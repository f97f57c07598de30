// All but a small share of the values at either end.
import { quantile, type Calibrator } from "./calibrator";

export const percentile: Calibrator = {
  name: "percentile",
  describe: (options) => `percentile ${options.percentile}`,
  range: ({ distribution }, options) => ({ min: quantile(distribution, 1 - options.percentile / 100), max: quantile(distribution, options.percentile / 100) }),
};
