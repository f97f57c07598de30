// SOFTMAX, LOG_SOFTMAX and L2_NORMALIZATION over the last dimension, float32.
import * as abi from "../../assembly/abi/rows_float32";
import { elementCount } from "../graph/tensor";
import type { Lowering } from "./lowering";
import type { Op } from "./op";

function rows(operator: string, kernel: string, options: string, check: (op: Op) => void = () => {}): Lowering {
  return {
    operator,
    signatures: [{ inputs: ["float32"], outputs: ["float32"] }],
    options,
    check(op) {
      if (op.input(0).shape.length < 1) op.invalid("the input is a scalar");
      check(op);
      op.expectShape(op.input(0).shape);
    },
    lower(op, emit) {
      const input = op.input(0), depth = input.shape[input.shape.length - 1]!;
      emit.step(kernel, abi.ROWS_FLOAT32_SIZE, (r) => {
        r.input(abi.ROWS_FLOAT32_INPUT, input);
        r.output(abi.ROWS_FLOAT32_OUTPUT, op.output());
        r.i32(abi.ROWS_FLOAT32_ROWS, elementCount(input.shape) / depth);
        r.i32(abi.ROWS_FLOAT32_DEPTH, depth);
        r.f32(abi.ROWS_FLOAT32_BETA, op.option("beta", 0));
        r.inPlace(input, op.output());
      });
    },
  };
}

export const FLOAT32_ROWS = [
  rows("SOFTMAX", "softmax_float32", "over the last axis, any beta; own exp: a few units in the last place"),
  rows("LOG_SOFTMAX", "log_softmax_float32", "over the last axis; own exp and log: a few units in the last place"),
  rows("L2_NORMALIZATION", "l2_normalization_float32", "over the last axis, exact; no fused activation", (op) => {
    const name = op.option("fusedActivationFunction", "NONE");
    if (name !== "NONE") op.refuse(`fused activation ${name}`, "put the activation behind the operator instead of fusing it");
  }),
];
