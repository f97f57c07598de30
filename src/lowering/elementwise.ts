import * as addAbi from "../../assembly/abi/add";
import * as mulAbi from "../../assembly/abi/mul";
import { bitsOf, type Tensor } from "../graph/tensor";
import { activationRange, checkActivation } from "./activation";
import { kernelOf } from "./kernel_of";
import type { Emitter, Lowering, TypeSignature } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import type { Op } from "./op";
import { operandOf, partsOf } from "./parts";
import { checkPerTensor, checkRescale, checkZeroPoint, quantizationOf } from "./quantization";
import type { RecordWriter } from "./record";
import { broadcast, denseStrides, normalizeFor } from "./strides";

const SIGNATURES: readonly TypeSignature[] = ["int8", "int16"].map((type) => ({ inputs: [type, type], outputs: [type] }));
const OPTIONS = "broadcasting, either operand constant; fused NONE, RELU, RELU_N1_TO_1, RELU6";

/** Checks that ADD, SUB and MUL share. */
function check(op: Op): void {
  checkActivation(op);
  checkPerTensor(op, ...op.inputs.filter((input) => !isZero(input)), op.output());
  op.expectShape(broadcast(op, op.input(0).shape, op.input(1).shape).shape);
  box(op);
}

/** A constant of scale 0, which the converter makes of a constant 0 in int16x8: it stands for zeros. */
function isZero({ data, quantization }: Tensor): boolean {
  return data !== null && quantization?.scale.length === 1 && quantization.scale[0] === 0;
}

/** Dimensions of the output and both operands' steps in bytes, merged. */
function box(op: Op): { dims: number[]; strides: [number[], number[]] } {
  const { shape, strides } = broadcast(op, op.input(0).shape, op.input(1).shape);
  const { dims, strides: [a, b] } = normalizeFor(op, { dims: shape, strides: [...strides, denseStrides(shape)] });
  const bytes = bitsOf(op.output().type)! / 8;
  return { dims, strides: [a!.map((step) => step * bytes), b!.map((step) => step * bytes)] };
}

/** Where the records of ADD, SUB and MUL have what they share. */
interface BoxFields {
  readonly a: number;
  readonly b: number;
  readonly output: number;
  readonly dims: number;
  readonly aStrides: number;
  readonly bStrides: number;
}

/** One step, or one for every slice of a constant operand that is larger. `fill` writes what is the same in all. */
function emitBox(op: Op, emit: Emitter, kernel: string, size: number, fields: BoxFields, fill: (r: RecordWriter) => void): void {
  const a = op.input(0), b = op.input(1), output = op.output();
  const { dims, strides: [aStrides, bStrides] } = box(op);
  const bytes = bitsOf(output.type)! / 8; // an element is the innermost dimension of what is divided
  const [aSteps, bSteps, outputSteps] = [aStrides, bStrides, denseStrides(dims).map((step) => step * bytes)].map((steps) => [...steps, 1]) as [number[], number[], number[]];
  const constantBytes = (tensor: Tensor) => tensor.data?.length ?? 0;
  const parts = partsOf([...dims, bytes], constantBytes(b) >= constantBytes(a) ? bSteps : aSteps, a.data || b.data ? emit.target.sliceBytes : Infinity);
  for (const part of parts) {
    emit.step(kernelOf(kernel, output), size, (r) => {
      const partA = operandOf(a, part, aSteps), partB = operandOf(b, part, bSteps);
      r.input(fields.a, partA.tensor, partA.byteOffset);
      r.input(fields.b, partB.tensor, partB.byteOffset);
      r.output(fields.output, output, operandOf(output, part, outputSteps).byteOffset);
      r.i32s(fields.dims, part.dims.slice(0, -1));
      r.i32s(fields.aStrides, aStrides);
      r.i32s(fields.bStrides, bStrides);
      // The output may take the place of an operand that is not broadcast: it has the output's size.
      r.inPlace(a, output);
      r.inPlace(b, output);
      fill(r);
    });
  }
}

const ADD_FIELDS: BoxFields = {
  a: addAbi.ADD_A, b: addAbi.ADD_B, output: addAbi.ADD_OUTPUT, dims: addAbi.ADD_DIMS, aStrides: addAbi.ADD_A_STRIDES, bStrides: addAbi.ADD_B_STRIDES,
};
const MUL_FIELDS: BoxFields = {
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
      emitBox(op, emit, kernel, addAbi.ADD_SIZE, ADD_FIELDS, (r) => {
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
    emitBox(op, emit, "mul", mulAbi.MUL_SIZE, MUL_FIELDS, (r) => {
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
