// Functions of one float32: the RELU family, LEAKY_RELU, HARD_SWISH, ELU, LOGISTIC, TANH.
import * as abi from "../../assembly/abi/unary_float32";
import { elementCount } from "../graph/tensor";
import type { Lowering } from "./lowering";
import type { Op } from "./op";

/** @param bounds what the kernel takes besides the argument */
function unary(operator: string, kernel: string, options: string, bounds: (op: Op) => { low: number; high: number } = () => ({ low: 0, high: 0 })): Lowering {
  return {
    operator,
    signatures: [{ inputs: ["float32"], outputs: ["float32"] }],
    options,
    check: (op) => op.expectShape(op.input(0).shape),
    lower(op, emit) {
      const { low, high } = bounds(op);
      emit.step(kernel, abi.UNARY_FLOAT32_SIZE, (r) => {
        r.input(abi.UNARY_FLOAT32_INPUT, op.input(0));
        r.output(abi.UNARY_FLOAT32_OUTPUT, op.output());
        r.i32(abi.UNARY_FLOAT32_COUNT, elementCount(op.output().shape));
        r.f32(abi.UNARY_FLOAT32_LOW, low);
        r.f32(abi.UNARY_FLOAT32_HIGH, high);
        r.inPlace(op.input(0), op.output());
      });
    },
  };
}

const clip = (operator: string, low: number, high: number) => unary(operator, "clip_float32", "exact", () => ({ low, high }));

export const FLOAT32_UNARY = [
  clip("RELU", 0, Infinity), clip("RELU6", 0, 6), clip("RELU_N1_TO_1", -1, 1), clip("RELU_0_TO_1", 0, 1),
  unary("LEAKY_RELU", "leaky_relu_float32", "any slope, exact", (op) => ({ low: op.option("alpha", 0), high: 0 })),
  unary("HARD_SWISH", "hard_swish_float32", "exact"),
  unary("ELU", "elu_float32", "own expm1: 1 unit in the last place"),
  unary("LOGISTIC", "logistic_float32", "own exp: 2 units in the last place"),
  unary("TANH", "tanh_float32", "own tanh: 2 units in the last place"),
];
