import * as abi from "../../assembly/abi/softmax";
import { bitsOf, elementCount } from "../graph/tensor";
import type { Lowering } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import { checkPerTensor, quantizationOf } from "./quantization";

/** How far TFLM lets the scale of int16 probabilities be off, as a part of it: kernels/softmax_common.cc. */
const SCALE_TOLERANCE = 1e-3;

export const softmax: Lowering = {
  operator: "SOFTMAX",
  signatures: ["int8", "int16"].map((type) => ({ inputs: ["int8"], outputs: [type] })),
  options: "over the last axis, any beta; int8 output: scale 1/256, zero point -128; int16: 1/65536, -32768",
  check(op) {
    const input = op.input(0), output = op.output();
    checkPerTensor(op, input, output);
    const { scale, zeroPoint } = quantizationOf(output), codes = 2 ** bitsOf(output.type)!;
    if (!(Math.abs(scale * codes - 1) <= (codes === 256 ? 0 : SCALE_TOLERANCE)) || zeroPoint !== -codes / 2)
      op.refuse(`output scale ${scale} and zero point ${zeroPoint}`, `the format fixes them to 1/${codes} and ${-codes / 2}: convert again`);
    if (!(op.option("beta", 0) > 0 && op.option("beta", 0) < Infinity)) op.refuse(`beta ${op.option("beta", 0)}`, "beta has to be positive and finite");
    if (input.shape.length < 1) op.invalid("the input is a scalar");
    const { shift } = differenceScaling(quantizationOf(input).scale, op.option("beta", 0));
    if (shift < 1) op.refuse(`input scale ${quantizationOf(input).scale} times beta is below 2^-26`, "rescale the logits: every class would get the same probability");
    op.expectShape(input.shape);
  },
  lower(op, emit) {
    const input = op.input(0);
    const depth = input.shape[input.shape.length - 1]!;
    const { mantissa, shift } = differenceScaling(quantizationOf(input).scale, op.option("beta", 0));
    emit.step(op.output().type === "int8" ? "softmax" : "softmax_int8_int16", abi.SOFTMAX_SIZE, (r) => {
      r.input(abi.SOFTMAX_INPUT, input);
      r.output(abi.SOFTMAX_OUTPUT, op.output());
      r.i32(abi.SOFTMAX_ROWS, elementCount(input.shape) / depth);
      r.i32(abi.SOFTMAX_DEPTH, depth);
      r.i32(abi.SOFTMAX_MULTIPLIER, mantissa);
      r.i32(abi.SOFTMAX_LEFT_SHIFT, shift);
      r.i32(abi.SOFTMAX_DIFF_MIN, differenceMin(shift));
      r.inPlace(input, op.output());
    });
  },
};

/** beta * scale as a multiplier to Q5.26. Source: TFLM quantization_util.cc, PreprocessSoftmaxScaling. */
export function differenceScaling(scale: number, beta: number) {
  return quantizeMultiplier(Math.min(beta * scale * 2 ** 26, 2 ** 31 - 1));
}

/** Differences below this would leave Q5.26 when they are scaled. Source: TFLM quantization_util.cc, CalculateInputRadius with 5 integer bits. */
export function differenceMin(shift: number): number {
  return -Math.floor((31 * 2 ** 26) / 2 ** shift);
}
