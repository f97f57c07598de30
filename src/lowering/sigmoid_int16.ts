// LOGISTIC and TANH of int16: a table of the sigmoid, interpolated.
import * as abi from "../../assembly/abi/sigmoid_int16";
import { elementCount } from "../graph/tensor";
import { roundHalfAway } from "./activation";
import type { Lowering } from "./lowering";
import type { Op } from "./op";
import { checkPerTensor, checkZeroPoint, quantizationOf } from "./quantization";
import { SIGMOID_TABLE } from "./sigmoid_table";

const { fround } = Math;

/** The exponent of a scale that is a power of two or nearly so; null for others. Source: TFLM kernels/kernel_util.cc, CheckedLog2, in float32. */
function exponentOf(scale: number): number | null {
  const exponent = fround(fround(Math.log(scale)) * fround(1 / fround(Math.log(2)))), rounded = roundHalfAway(exponent);
  return Math.abs(fround(exponent - rounded)) < fround(1e-3) ? rounded : null;
}

/**
 * code * multiplier / 2^right: three times the argument in Q3.12. Source: TFLM kernels/logistic_common.cc and tanh.cc.
 * @param left shifts to the left of a power of two that are taken as they are
 */
function scaling(op: Op, left: readonly number[]): { multiplier: number; right: number } {
  const { scale } = quantizationOf(op.input(0)), exponent = exponentOf(scale);
  if (exponent !== null && left.includes(exponent + 12)) return { multiplier: 3 * 2 ** (exponent + 12), right: 0 };
  let multiplier = scale * 4096 * 3, right = 0;
  while (multiplier <= 32767 / 2 && right <= 30) {
    multiplier *= 2;
    right++;
  }
  return { multiplier: Math.trunc(multiplier), right };
}

function sigmoidal(operator: string, kernel: string, left: readonly number[]): Lowering {
  return {
    operator,
    signatures: [{ inputs: ["int16"], outputs: ["int16"] }],
    options: "any input scale up to 2.6; output scale 1/32768; zero points 0",
    check(op) {
      const input = op.input(0), output = op.output();
      checkPerTensor(op, input, output);
      checkZeroPoint(op, input, output);
      const { scale } = quantizationOf(output);
      if (exponentOf(scale) !== -15) op.refuse(`output scale ${scale}`, "the format fixes it to 1/32768: convert again");
      if (scaling(op, left).multiplier > 32767) op.refuse(`input scale ${quantizationOf(input).scale}`, "quantize the input more finely: differences of one code saturate the function");
      op.expectShape(input.shape);
    },
    lower(op, emit) {
      const { multiplier, right } = scaling(op, left);
      emit.step(kernel, abi.SIGMOID_INT16_SIZE, (r) => {
        r.input(abi.SIGMOID_INT16_INPUT, op.input(0));
        r.output(abi.SIGMOID_INT16_OUTPUT, op.output());
        r.i32(abi.SIGMOID_INT16_COUNT, elementCount(op.output().shape));
        r.i32(abi.SIGMOID_INT16_MULTIPLIER, multiplier);
        r.i32(abi.SIGMOID_INT16_RIGHT, right);
        r.constant(abi.SIGMOID_INT16_TABLE, SIGMOID_TABLE);
        r.inPlace(op.input(0), op.output());
      });
    },
  };
}

export const SIGMOID_INT16: readonly Lowering[] = [sigmoidal("LOGISTIC", "logistic_int16", [0]), sigmoidal("TANH", "tanh_int16", [0, 1])];
