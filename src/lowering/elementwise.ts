import * as addAbi from "../../assembly/abi/add";
import * as mulAbi from "../../assembly/abi/mul";
import type { Tensor } from "../graph/tensor";
import { activationRange, checkActivation } from "./activation";
import { checkBinary, emitBinary, type BinaryFields } from "./binary";
import { kernelOf } from "./kernel_of";
import type { Lowering, TypeSignature } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import type { Op } from "./op";
import { checkPerTensor, checkRescale, checkZeroPoint, quantizationOf } from "./quantization";

const SIGNATURES: readonly TypeSignature[] = ["int8", "int16"].map((type) => ({ inputs: [type, type], outputs: [type] }));
const OPTIONS = "broadcasting, either operand constant; fused NONE, RELU, RELU_N1_TO_1, RELU6";

/** Checks that ADD, SUB and MUL share. */
function check(op: Op): void {
  checkActivation(op);
  checkPerTensor(op, ...op.inputs.filter((input) => !isZero(input)), op.output());
  checkBinary(op);
}

/** A constant of scale 0, which the converter makes of a constant 0 in int16x8: it stands for zeros. */
function isZero({ data, quantization }: Tensor): boolean {
  return data !== null && quantization?.scale.length === 1 && quantization.scale[0] === 0;
}

const ADD_FIELDS: BinaryFields = {
  a: addAbi.ADD_A, b: addAbi.ADD_B, output: addAbi.ADD_OUTPUT, dims: addAbi.ADD_DIMS, aStrides: addAbi.ADD_A_STRIDES, bStrides: addAbi.ADD_B_STRIDES,
};
const MUL_FIELDS: BinaryFields = {
  a: mulAbi.MUL_A, b: mulAbi.MUL_B, output: mulAbi.MUL_OUTPUT, dims: mulAbi.MUL_DIMS, aStrides: mulAbi.MUL_A_STRIDES, bStrides: mulAbi.MUL_B_STRIDES,
};

/** ADD and SUB: both inputs rescaled to twice the larger scale. Source: TFLM kernels/add_common.cc, sub_common.cc. */
function addOrSub(operator: string, kernel: string): Lowering {
  const leftShift = (output: Tensor) => (output.type === "int16" ? 15 : 20);
  const multipliers = (a: Tensor, b: Tensor, output: Tensor) => {
    const scaleA = quantizationOf(a).scale, scaleB = quantizationOf(b).scale;
    const twice = 2 * Math.max(scaleA, scaleB);
    return {
      a: quantizeMultiplier(scaleA / twice), b: quantizeMultiplier(scaleB / twice),
      output: quantizeMultiplier(twice / (2 ** leftShift(output) * quantizationOf(output).scale)),
    };
  };
  return {
    operator,
    signatures: SIGNATURES,
    options: OPTIONS,
    check(op) {
      check(op);
      if (op.inputs.every(isZero)) op.refuse("both operands are constants of scale 0", "leave the operator out: it gives zeros");
      const { output } = multipliers(op.input(0), op.input(1), op.output());
      if (output.shift > 0) op.refuse(`the input scales are more than 2^${leftShift(op.output()) - 1} times the output's ${quantizationOf(op.output()).scale}`, "quantize with a wider output range");
    },
    lower(op, emit) {
      const a = op.input(0), b = op.input(1), output = op.output();
      const m = multipliers(a, b, output);
      const { min, max } = activationRange(op, output);
      emitBinary(op, emit, kernelOf(kernel, output), addAbi.ADD_SIZE, ADD_FIELDS, (r) => {
        r.i32(addAbi.ADD_A_OFFSET, -quantizationOf(a).zeroPoint);
        r.i32(addAbi.ADD_B_OFFSET, -quantizationOf(b).zeroPoint);
        r.i32(addAbi.ADD_OUTPUT_OFFSET, quantizationOf(output).zeroPoint);
        r.i32(addAbi.ADD_LEFT_SHIFT, leftShift(output));
        r.i32(addAbi.ADD_A_MULTIPLIER, m.a.mantissa);
        r.i32(addAbi.ADD_A_RIGHT, -m.a.shift);
        r.i32(addAbi.ADD_B_MULTIPLIER, m.b.mantissa);
        r.i32(addAbi.ADD_B_RIGHT, -m.b.shift);
        r.i32(addAbi.ADD_OUTPUT_MULTIPLIER, m.output.mantissa);
        r.i32(addAbi.ADD_OUTPUT_RIGHT, -m.output.shift);
        r.i32(addAbi.ADD_MIN, min);
        r.i32(addAbi.ADD_MAX, max);
      });
    },
  };
}

export const add = addOrSub("ADD", "add");
export const sub = addOrSub("SUB", "sub");

/** From the product of two codes to the output's. Source: TFLM kernels/mul_common.cc. */
function productFactor(op: Op): number {
  return (quantizationOf(op.input(0)).scale * quantizationOf(op.input(1)).scale) / quantizationOf(op.output()).scale;
}

export const mul: Lowering = {
  operator: "MUL",
  signatures: SIGNATURES,
  options: OPTIONS,
  check(op) {
    check(op);
    if (op.output().type === "int16") checkZeroPoint(op, ...op.inputs, op.output());
    checkRescale(op, productFactor(op));
  },
  lower(op, emit) {
    const a = op.input(0), b = op.input(1), output = op.output();
    const product = quantizeMultiplier(productFactor(op));
    const { min, max } = activationRange(op, output);
    emitBinary(op, emit, kernelOf("mul", output), mulAbi.MUL_SIZE, MUL_FIELDS, (r) => {
      r.i32(mulAbi.MUL_A_OFFSET, -quantizationOf(a).zeroPoint);
      r.i32(mulAbi.MUL_B_OFFSET, -quantizationOf(b).zeroPoint);
      r.i32(mulAbi.MUL_OUTPUT_OFFSET, quantizationOf(output).zeroPoint);
      r.i32(mulAbi.MUL_MULTIPLIER, product.mantissa);
      r.i32(mulAbi.MUL_SHIFT, product.shift);
      r.i32(mulAbi.MUL_MIN, min);
      r.i32(mulAbi.MUL_MAX, max);
    });
  },
};
