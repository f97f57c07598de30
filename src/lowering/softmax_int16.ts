import * as abi from "../../assembly/abi/softmax_int16";
import { elementCount } from "../graph/tensor";
import { interpolationTable } from "./interpolation_table";
import type { Lowering } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import type { Op } from "./op";
import { checkPerTensor, checkZeroPoint, quantizationOf } from "./quantization";

/** How far TFLM lets the output's scale be off, as a part of it: kernels/softmax_common.cc. */
const SCALE_TOLERANCE = 1e-3;
/** Exponentials below exp(-10) count as that. */
const RANGE = 10;
const CODES = 65535;

const EXP = interpolationTable(Math.exp, { scale: RANGE / CODES, zeroPoint: 32767 }, { scale: 2 / CODES, zeroPoint: 0 });
const RECIPROCAL = interpolationTable((x) => 1 / Math.fround(1 + x), { scale: 1 / CODES, zeroPoint: -32768 }, { scale: 2 / CODES, zeroPoint: 0 });

/** From a difference of codes to one of which 65535 are 10. Source: TFLM kernels/softmax_common.cc, CalculateSoftmaxParams. */
function scaling(op: Op) {
  return quantizeMultiplier((quantizationOf(op.input(0)).scale * op.option("beta", 0)) / (RANGE / CODES));
}

export const softmaxInt16: Lowering = {
  operator: "SOFTMAX",
  signatures: [{ inputs: ["int16"], outputs: ["int16"] }],
  options: "over the last axis, any beta; output scale 1/32768; zero points 0",
  check(op) {
    const input = op.input(0), output = op.output(), beta = op.option("beta", 0);
    checkPerTensor(op, input, output);
    checkZeroPoint(op, input, output);
    const { scale } = quantizationOf(output);
    if (!(Math.abs(scale * 32768 - 1) <= SCALE_TOLERANCE)) op.refuse(`output scale ${scale}`, "the format fixes it to 1/32768: convert again");
    if (!(beta > 0 && beta < Infinity)) op.refuse(`beta ${beta}`, "beta has to be positive and finite");
    if (input.shape.length < 1) op.invalid("the input is a scalar");
    const depth = input.shape.at(-1)!;
    if (depth > CODES) op.refuse(`${depth} classes, more than ${CODES}`, "their exponentials are summed in 32 bits: cut the row, or leave SOFTMAX to the caller");
    if (scaling(op).shift > 15) op.refuse(`input scale ${quantizationOf(input).scale} times beta is more than 5`, "quantize the logits more finely: differences of one code are already certain");
    op.expectShape(input.shape);
  },
  lower(op, emit) {
    const input = op.input(0), depth = input.shape.at(-1)!;
    const { mantissa, shift } = scaling(op);
    emit.step("softmax_int16", abi.SOFTMAX_INT16_SIZE, (r) => {
      r.input(abi.SOFTMAX_INT16_INPUT, input);
      r.output(abi.SOFTMAX_INT16_OUTPUT, op.output());
      r.i32(abi.SOFTMAX_INT16_ROWS, elementCount(input.shape) / depth);
      r.i32(abi.SOFTMAX_INT16_DEPTH, depth);
      r.i32(abi.SOFTMAX_INT16_MULTIPLIER, mantissa);
      r.i32(abi.SOFTMAX_INT16_SHIFT, shift);
      r.constant(abi.SOFTMAX_INT16_EXP, EXP);
      r.constant(abi.SOFTMAX_INT16_RECIPROCAL, RECIPROCAL);
      r.inPlace(input, op.output());
    });
  },
};
