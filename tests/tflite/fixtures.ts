// Models that several suites bend.

import type { ModelSpec } from "../support/build_model";

/** x -> RELU -> y. */
export const RELU_MODEL: ModelSpec = {
  tensors: [
    { name: "x", type: "int8", shape: [1, 4], scale: 0.5, zeroPoint: -1 },
    { name: "y", type: "int8", shape: [1, 4], scale: 0.25, zeroPoint: 3 },
  ],
  operators: [{ op: "RELU", inputs: ["x"], outputs: ["y"] }],
};

/** x -> CONV_2D -> h -> RELU -> y, per-channel weights and biases, a signature, metadata. */
export const CONV_MODEL: ModelSpec = {
  tensors: [
    { name: "x", type: "int8", shape: [1, 2, 2, 1], scale: 0.5, zeroPoint: -1, shapeSignature: [-1, 2, 2, 1] },
    { name: "w", type: "int8", shape: [2, 1, 1, 1], scale: [0.1, 0.2], data: [3, -4] },
    { name: "b", type: "int32", shape: [2], scale: [0.05, 0.1], data: [100, -100] },
    { name: "h", type: "int8", shape: [1, 2, 2, 2], scale: 1 },
    { name: "y", type: "int8", shape: [1, 2, 2, 2], scale: 1 },
  ],
  operators: [
    { op: "CONV_2D", inputs: ["x", "w", "b"], outputs: ["h"], version: 3, options: { padding: "VALID", strideW: 2, strideH: 3, fusedActivationFunction: "RELU6" } },
    { op: "RELU", inputs: ["h"], outputs: ["y"] },
  ],
  signature: { key: "serving_default", inputs: { image: "x" }, outputs: { scores: "y" } },
  metadata: { min_runtime_version: Uint8Array.of(49, 46, 53) },
};
