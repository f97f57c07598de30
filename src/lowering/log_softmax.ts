import * as abi from "../../assembly/abi/log_softmax";
import { elementCount } from "../graph/tensor";
import type { Lowering } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import { checkPerTensor, quantizationOf } from "./quantization";
import { differenceMin, differenceScaling } from "./softmax";

export const logSoftmax: Lowering = {
  operator: "LOG_SOFTMAX",
  signatures: [{ inputs: ["int8"], outputs: ["int8"] }],
  options: "over the last axis; output scale 1/16, zero point 127",
  check(op) {
    const input = op.input(0), output = op.output();
    checkPerTensor(op, input, output);
    const { scale, zeroPoint } = quantizationOf(output), inFile = output.rebased ? 128 : 0;
    if (scale !== 1 / 16 || zeroPoint !== 127) op.refuse(`output scale ${scale} and zero point ${zeroPoint + inFile}`, `the format fixes them to 1/16 and ${127 + inFile}: convert again`);
    if (input.shape.length < 1) op.invalid("the input is a scalar");
    if (differenceScaling(quantizationOf(input).scale, 1).shift < 1) op.refuse(`input scale ${quantizationOf(input).scale} is below 2^-26`, "rescale the logits: every class would get the same probability");
    op.expectShape(input.shape);
  },
  lower(op, emit) {
    const input = op.input(0), depth = input.shape.at(-1)!;
    if (elementCount(input.shape) === 0) return;
    const { mantissa, shift } = differenceScaling(quantizationOf(input).scale, 1);
    const reverse = quantizeMultiplier(2 ** (31 - shift) / mantissa); // Source: TFLM quantization_util.cc, PreprocessLogSoftmaxScalingExp
    emit.step("log_softmax", abi.LOG_SOFTMAX_SIZE, (r) => {
      r.input(abi.LOG_SOFTMAX_INPUT, input);
      r.output(abi.LOG_SOFTMAX_OUTPUT, op.output());
      r.i32(abi.LOG_SOFTMAX_ROWS, elementCount(input.shape) / depth);
      r.i32(abi.LOG_SOFTMAX_DEPTH, depth);
      r.i32(abi.LOG_SOFTMAX_MULTIPLIER, mantissa);
      r.i32(abi.LOG_SOFTMAX_LEFT_SHIFT, shift);
      r.i32(abi.LOG_SOFTMAX_DIFF_MIN, differenceMin(shift));
      r.i32(abi.LOG_SOFTMAX_REVERSE_MULTIPLIER, reverse.mantissa);
      r.i32(abi.LOG_SOFTMAX_REVERSE_SHIFT, reverse.shift);
      r.inPlace(input, op.output());
    });
  },
};
