// An average of the samples' own ranges, in the order of the data set, in which older samples fade: one outlier among many samples widens it little.
// As TensorFlow's quantization-aware training takes it (contrib/quantize quant_ops.py, MovingAvgQuantize: each range is widened to zero, decay 0.999),
// with the weights brought to a sum of 1 (moving_averages.py, zero_debias), so that the start needs no made-up range.
import type { Calibrator } from "./calibrator";

export const movingAverage: Calibrator = {
  name: "moving-average",
  describe: ({ decay }) => `moving average, decay ${decay}`,
  range({ samples }, { decay }) {
    let min = 0, max = 0, weight = 0;
    for (const sample of samples) {
      min = decay * min + (1 - decay) * Math.min(sample.min, 0);
      max = decay * max + (1 - decay) * Math.max(sample.max, 0);
      weight = decay * weight + (1 - decay);
    }
    return { min: min / weight, max: max / weight };
  },
};
