// Codes of one integer type into codes of another (assembly/kernels/requantize.ts), and what is made of it: RELU and RELU6 of int16.
import * as abi from "../../assembly/abi/requantize";
import { elementCount } from "../graph/tensor";
import { clampRange } from "./activation";
import type { Emitter, Lowering } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import type { Op } from "./op";
import { checkZeroPoint, quantizationOf } from "./quantization";
import { checkRequantize } from "./unary";

/** One step, for any two types of which not both are int8. */
export function emitRequantize(op: Op, emit: Emitter, { min, max }: { min: number; max: number }): void {
  const input = quantizationOf(op.input(0)), output = quantizationOf(op.output());
  const { mantissa, shift } = quantizeMultiplier(input.scale / output.scale);
  emit.step(`requantize_${op.input(0).type}_${op.output().type}`, abi.REQUANTIZE_SIZE, (r) => {
    r.input(abi.REQUANTIZE_INPUT, op.input(0));
    r.output(abi.REQUANTIZE_OUTPUT, op.output());
    r.i32(abi.REQUANTIZE_COUNT, elementCount(op.output().shape));
    r.i32(abi.REQUANTIZE_INPUT_OFFSET, -input.zeroPoint);
    r.i32(abi.REQUANTIZE_MULTIPLIER, mantissa);
    r.i32(abi.REQUANTIZE_SHIFT, shift);
    r.i32(abi.REQUANTIZE_OUTPUT_OFFSET, output.zeroPoint);
    r.i32(abi.REQUANTIZE_MIN, min);
    r.i32(abi.REQUANTIZE_MAX, max);
    r.inPlace(op.input(0), op.output());
  });
}

/** TFLM ignores the rescale of RELU6; where both sides share a quantization that is the same. */
function relu(operator: string, bounds: readonly [number, number]): Lowering {
  return {
    operator,
    signatures: [{ inputs: ["int16"], outputs: ["int16"] }],
    options: "any two scales; zero points 0",
    check(op) {
      checkRequantize(op);
      checkZeroPoint(op, op.input(0), op.output());
    },
    lower: (op, emit) => emitRequantize(op, emit, clampRange(op.output(), bounds)),
  };
}

export const RELU_INT16: readonly Lowering[] = [relu("RELU", [0, Infinity]), relu("RELU6", [0, 6])];
