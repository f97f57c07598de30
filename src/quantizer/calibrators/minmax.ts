// The least and the greatest value of all data: nothing is clipped. What the TensorFlow Lite converter does with representative data
// (tensorflow/lite/tools/optimize/calibration/calibration_logger.h, MinMax::Update).
import type { Calibrator } from "./calibrator";

export const minmax: Calibrator = {
  name: "minmax",
  describe: () => "least and greatest value",
  range: ({ distribution: { min, max } }) => ({ min, max }),
};
