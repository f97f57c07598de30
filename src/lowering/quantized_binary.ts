// SQUARED_DIFFERENCE, DIV and PRELU of codes.
import * as divAbi from "../../assembly/abi/div";
import * as preluAbi from "../../assembly/abi/prelu";
import * as squaredAbi from "../../assembly/abi/squared_difference";
import { activationRange, checkActivation } from "./activation";
import { checkBinary, emitFunctionOfTwo } from "./binary";
import type { Lowering } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import { describe, type Op } from "./op";
import { checkPerTensor, checkRescale, quantizationOf } from "./quantization";

const OPTIONS = "broadcasting, either operand constant";

/** Checks that all three share. */
function check(op: Op): void {
  checkPerTensor(op, ...op.inputs, op.output());
  checkBinary(op);
  for (const tensor of [...op.inputs, op.output()])
    if (tensor.type === "int16" && quantizationOf(tensor).zeroPoint !== 0) op.refuse(`${describe(tensor)} is int16 with zero point ${quantizationOf(tensor).zeroPoint}`, "int16 is symmetric: convert again");
}

/** Bits that operands are shifted left by before they are rescaled: squares of the widest differences stay within 32 bits. */
const LEFT_SHIFT: Readonly<Record<string, number>> = { int8: 7, int16: 0 };

/** Source: TFLM kernels/squared_difference.cc, PrepareQuantized. */
function squaredFactors(op: Op) {
  const [a, b, output] = [op.input(0), op.input(1), op.output()].map((tensor) => quantizationOf(tensor).scale) as [number, number, number];
  const twice = 2 * Math.max(a, b);
  return { a: a / twice, b: b / twice, output: twice ** 2 / (2 ** (2 * LEFT_SHIFT[op.output().type]!) * output) };
}

const squaredDifference: Lowering = {
  operator: "SQUARED_DIFFERENCE",
  signatures: ["int8", "int16"].map((type) => ({ inputs: [type, type], outputs: [type] })),
  options: OPTIONS,
  check(op) {
    check(op);
    checkRescale(op, squaredFactors(op).output);
  },
  lower(op, emit) {
    const factors = squaredFactors(op);
    const a = quantizeMultiplier(factors.a), b = quantizeMultiplier(factors.b), output = quantizeMultiplier(factors.output);
    emitFunctionOfTwo(op, emit, `squared_difference_${op.output().type}`, undefined, {
      size: squaredAbi.SQUARED_DIFFERENCE_SIZE,
      fill(r) {
        r.i32(squaredAbi.SQUARED_DIFFERENCE_A_OFFSET, -quantizationOf(op.input(0)).zeroPoint);
        r.i32(squaredAbi.SQUARED_DIFFERENCE_B_OFFSET, -quantizationOf(op.input(1)).zeroPoint);
        r.i32(squaredAbi.SQUARED_DIFFERENCE_OUTPUT_OFFSET, quantizationOf(op.output()).zeroPoint);
        r.i32(squaredAbi.SQUARED_DIFFERENCE_LEFT_SHIFT, LEFT_SHIFT[op.output().type]!);
        r.i32(squaredAbi.SQUARED_DIFFERENCE_A_MULTIPLIER, a.mantissa);
        r.i32(squaredAbi.SQUARED_DIFFERENCE_A_RIGHT, -a.shift);
        r.i32(squaredAbi.SQUARED_DIFFERENCE_B_MULTIPLIER, b.mantissa);
        r.i32(squaredAbi.SQUARED_DIFFERENCE_B_RIGHT, -b.shift);
        r.i32(squaredAbi.SQUARED_DIFFERENCE_MULTIPLIER, output.mantissa);
        r.i32(squaredAbi.SQUARED_DIFFERENCE_SHIFT, output.shift);
      },
    });
  },
};

/** From the quotient of two codes to the output's. Source: TFLM kernels/div.cc; of int16, which LiteRT alone has, its kernels/div.cc: in float32. */
function quotientFactor(op: Op): number {
  const [a, b, output] = [op.input(0), op.input(1), op.output()].map((tensor) => quantizationOf(tensor).scale) as [number, number, number];
  return op.output().type === "int16" ? Math.fround(a / Math.fround(b * output)) : a / (b * output);
}

const div: Lowering = {
  operator: "DIV",
  signatures: ["int8", "int16"].map((type) => ({ inputs: [type, type], outputs: [type] })),
  options: `${OPTIONS}; fused NONE, RELU, RELU_N1_TO_1, RELU6; a divisor of 0 counts as its scale`,
  check(op) {
    check(op);
    checkActivation(op);
    if (!(quotientFactor(op) < 2 ** 23)) op.refuse(`its quotients are rescaled by ${quotientFactor(op)}, 2^23 or more`, "quantize with a wider output range");
  },
  lower(op, emit) {
    const factor = quantizeMultiplier(quotientFactor(op)), { min, max } = activationRange(op, op.output());
    emitFunctionOfTwo(op, emit, `div_${op.output().type}`, undefined, {
      size: divAbi.DIV_SIZE,
      fill(r) {
        r.i32(divAbi.DIV_A_OFFSET, -quantizationOf(op.input(0)).zeroPoint);
        r.i32(divAbi.DIV_B_OFFSET, -quantizationOf(op.input(1)).zeroPoint);
        r.i32(divAbi.DIV_OUTPUT_OFFSET, quantizationOf(op.output()).zeroPoint);
        r.i32(divAbi.DIV_MULTIPLIER, factor.mantissa);
        r.i32(divAbi.DIV_SHIFT, factor.shift);
        r.i32(divAbi.DIV_MIN, min);
        r.i32(divAbi.DIV_MAX, max);
      },
    });
  },
};

/** For inputs that are not negative, and for negative ones times their slope. Source: TFLM kernels/prelu_common.cc */
function preluFactors(op: Op) {
  const [input, alpha, output] = [op.input(0), op.input(1), op.output()].map((tensor) => quantizationOf(tensor).scale) as [number, number, number];
  return { positive: input / output, negative: (input * alpha) / output };
}

const prelu: Lowering = {
  operator: "PRELU",
  signatures: [{ inputs: ["int8", "int8"], outputs: ["int8"] }, { inputs: ["int16", "int8"], outputs: ["int16"] }],
  options: "slopes of any shape that broadcasts, constant or computed",
  check(op) {
    check(op);
    checkRescale(op, preluFactors(op).positive);
    checkRescale(op, preluFactors(op).negative);
  },
  lower(op, emit) {
    const factors = preluFactors(op), positive = quantizeMultiplier(factors.positive), negative = quantizeMultiplier(factors.negative);
    emitFunctionOfTwo(op, emit, `prelu_${op.output().type}`, undefined, {
      size: preluAbi.PRELU_SIZE,
      fill(r) {
        r.i32(preluAbi.PRELU_INPUT_OFFSET, -quantizationOf(op.input(0)).zeroPoint);
        r.i32(preluAbi.PRELU_ALPHA_OFFSET, -quantizationOf(op.input(1)).zeroPoint);
        r.i32(preluAbi.PRELU_OUTPUT_OFFSET, quantizationOf(op.output()).zeroPoint);
        r.i32(preluAbi.PRELU_MULTIPLIER, positive.mantissa);
        r.i32(preluAbi.PRELU_SHIFT, positive.shift);
        r.i32(preluAbi.PRELU_ALPHA_MULTIPLIER, negative.mantissa);
        r.i32(preluAbi.PRELU_ALPHA_SHIFT, negative.shift);
      },
    });
  },
};

export const QUANTIZED_BINARY: readonly Lowering[] = [squaredDifference, div, prelu];
