import * as abi from "../../assembly/abi/softmax";
import { elementCount } from "../graph/tensor";
import type { Lowering } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import { checkPerTensor, quantizationOf } from "./quantization";

export const softmax: Lowering = {
  operator: "SOFTMAX",
  signatures: [{ inputs: ["int8"], outputs: ["int8"] }],
  options: "over the last axis, any beta; output scale 1/256, zero point -128",
  check(op) {
    const input = op.input(0), output = op.output();
    checkPerTensor(op, input, output);
    const { scale, zeroPoint } = quantizationOf(output);
    if (scale !== 1 / 256 || zeroPoint !== -128) op.refuse(`output scale ${scale} and zero point ${zeroPoint}`, "the format fixes them to 1/256 and -128: convert again");
    if (!(op.option("beta", 0) > 0 && op.option("beta", 0) < Infinity)) op.refuse(`beta ${op.option("beta", 0)}`, "beta has to be positive and finite");
    if (input.shape.length < 1) op.invalid("the input is a scalar");
    const { shift } = scaling(quantizationOf(input).scale, op.option("beta", 0));
    if (shift < 1) op.refuse(`input scale ${quantizationOf(input).scale} times beta is below 2^-26`, "rescale the logits: every class would get the same probability");
    op.expectShape(input.shape);
  },
  lower(op, emit) {
    const input = op.input(0);
    const depth = input.shape[input.shape.length - 1]!;
    const { mantissa, shift } = scaling(quantizationOf(input).scale, op.option("beta", 0));
    emit.step("softmax", abi.SOFTMAX_SIZE, (r) => {
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
function scaling(scale: number, beta: number) {
  return quantizeMultiplier(Math.min(beta * scale * 2 ** 26, 2 ** 31 - 1));
}

/** Differences below this would leave Q5.26 when they are scaled. Source: TFLM quantization_util.cc, CalculateInputRadius with 5 integer bits. */
function differenceMin(shift: number): number {
  return -Math.floor((31 * 2 ** 26) / 2 ** shift);
}
