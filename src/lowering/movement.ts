// Operators that move bytes and compute nothing: PAD, PADV2, CONCATENATION, TRANSPOSE.
import * as abi from "../../assembly/abi/copy";
import { bitsOf, byteLength, elementCount, type Tensor } from "../graph/tensor";
import { checkActivation } from "./activation";
import type { Emitter, Lowering, TypeSignature } from "./lowering";
import { describe, type Op } from "./op";
import { operandOf, partsOf } from "./parts";
import { checkSameQuantization, quantizationOf } from "./quantization";
import { denseStrides, normalizeFor } from "./strides";

const elementBytes = (tensor: Tensor): number => bitsOf(tensor.type)! / 8;

/** Types whose elements are whole bytes. */
const MOVABLE = ["int8", "int16", "int32", "int64", "uint8", "float32", "bool"] as const;
const MOVED: readonly TypeSignature[] = MOVABLE.map((type) => ({ inputs: [type], outputs: [type] }));

/**
 * Copies a box of elements: one step, or one for every slice of a constant that is larger.
 * @param strides of the input and the output, in elements
 * @param at first element written
 */
function copyBox(op: Op, emit: Emitter, input: Tensor, dims: readonly number[], [from, to]: readonly [readonly number[], readonly number[]], at = 0): void {
  if (dims.includes(0)) return;
  const bytes = elementBytes(input);
  const box = copyBoxDims(op, input, dims, [from, to]);
  const [fromSteps, toSteps] = box.strides.map((steps) => [...steps, 1]) as [number[], number[]]; // the run is the innermost dimension
  for (const part of partsOf([...box.dims, box.run], fromSteps, input.data ? emit.target.sliceBytes : Infinity)) {
    emit.step("copy", abi.COPY_SIZE, (r) => {
      const source = operandOf(input, part, fromSteps);
      r.input(abi.COPY_INPUT, source.tensor, source.byteOffset);
      r.output(abi.COPY_OUTPUT, op.output(), at * bytes + operandOf(op.output(), part, toSteps).byteOffset);
      r.i32(abi.COPY_RUN, part.dims.at(-1)!);
      r.i32s(abi.COPY_DIMS, part.dims.slice(0, -1));
      r.i32s(abi.COPY_INPUT_STRIDES, box.strides[0]!);
      r.i32s(abi.COPY_OUTPUT_STRIDES, box.strides[1]!);
    });
  }
}

/** Merges dimensions and takes a last one that is contiguous on both sides into the run. Strides come back in bytes. */
function copyBoxDims(op: Op, input: Tensor, dims: readonly number[], [from, to]: readonly [readonly number[], readonly number[]]) {
  const bytes = elementBytes(input);
  const box = normalizeFor(op, { dims, strides: [from, to] });
  const last = box.dims.length - 1;
  const strides = box.strides.map((s) => s.map((step) => step * bytes));
  if (!box.strides.every((s) => s[last] === 1)) return { run: bytes, dims: box.dims, strides };
  const run = bytes * box.dims[last]!;
  return {
    run,
    dims: [1, ...box.dims.slice(0, last)],
    strides: strides.map((s) => [0, ...s.slice(0, last)]),
  };
}

/** [before, after] of every dimension. */
function paddingsOf(op: Op): [number, number][] {
  const { shape } = op.input(0);
  const flat = op.integers(1);
  if (flat.length !== 2 * shape.length) op.invalid(`${flat.length} paddings for ${shape.length} dimensions`);
  return shape.map((_, d) => {
    const before = flat[2 * d]!, after = flat[2 * d + 1]!;
    if (before < 0 || after < 0) op.invalid(`paddings ${before} and ${after} of dimension ${d}`);
    return [before, after];
  });
}

function padding(operator: string, signatures: readonly TypeSignature[], valueOf: (op: Op) => number): Lowering {
  return {
    operator,
    signatures,
    options: "constant paddings of any dimensions; PADV2 takes a constant value",
    check(op) {
      const input = op.input(0);
      checkSameQuantization(op, input, op.output());
      const paddings = paddingsOf(op);
      op.expectShape(input.shape.map((n, d) => n + paddings[d]![0] + paddings[d]![1]));
      valueOf(op);
      copyBoxDims(op, input, input.shape, [denseStrides(input.shape), denseStrides(op.output().shape)]);
    },
    lower(op, emit) {
      const input = op.input(0), output = op.output();
      const paddings = paddingsOf(op);
      const to = denseStrides(output.shape);
      emit.step("fill", abi.FILL_SIZE, (r) => {
        r.output(abi.FILL_OUTPUT, output);
        r.i32(abi.FILL_BYTES, byteLength(output));
        r.i32(abi.FILL_VALUE, valueOf(op));
      });
      copyBox(op, emit, input, input.shape, [denseStrides(input.shape), to], paddings.reduce((at, [before], d) => at + before * to[d]!, 0));
    },
  };
}

/** PAD writes real zero. */
export const pad = padding("PAD", ["int32", "int64"].map((type) => ({ inputs: ["int8", type], outputs: ["int8"] })), (op) => quantizationOf(op.output()).zeroPoint);

/** PADV2 writes a value that shares the input's quantization. */
export const padV2 = padding("PADV2", ["int32", "int64"].map((type) => ({ inputs: ["int8", type, "int8"], outputs: ["int8"] })), (op) => {
  const value = op.input(2);
  if (!value.data) op.refuse(`pad value ${describe(value)} is computed while the model runs`, "make it a constant");
  if (elementCount(value.shape) !== 1) op.invalid(`pad value ${describe(value)} has ${elementCount(value.shape)} elements`);
  checkSameQuantization(op, value, op.output());
  return (value.data![0]! << 24) >> 24;
});

export const concatenation: Lowering = {
  operator: "CONCATENATION",
  signatures: MOVABLE.map((type) => ({ inputs: [`${type}...`], outputs: [type] })),
  options: "any number of inputs, any axis; quantized inputs share the output's scale and zero point; no fused activation",
  check(op) {
    checkActivation(op);
    if (op.option("fusedActivationFunction", "NONE") !== "NONE") op.refuse("a fused activation", "put the activation behind the operator");
    const output = op.output();
    const axis = axisOf(op);
    const sum = op.inputs.reduce((total, input) => {
      if (input.shape.length !== output.shape.length || input.shape.some((n, d) => d !== axis && n !== output.shape[d]))
        op.invalid(`${describe(input)} of shape [${input.shape}] does not go into [${output.shape}] along axis ${axis}`);
      if (input.quantization || output.quantization) checkSameQuantization(op, input, output);
      return total + input.shape[axis]!;
    }, 0);
    op.expectShape(output.shape.map((n, d) => (d === axis ? sum : n)));
  },
  lower(op, emit) {
    const axis = axisOf(op);
    const to = denseStrides(op.output().shape);
    let at = 0;
    for (const input of op.inputs) {
      copyBox(op, emit, input, input.shape, [denseStrides(input.shape), to], at);
      at += input.shape[axis]! * to[axis]!;
    }
  },
};

function axisOf(op: Op): number {
  const rank = op.output().shape.length;
  const axis = op.option("axis", 0);
  if (axis < -rank || axis >= rank) op.invalid(`axis ${axis} of ${rank} dimensions`);
  return axis < 0 ? axis + rank : axis;
}

export const transpose: Lowering = {
  operator: "TRANSPOSE",
  signatures: MOVED.map(({ inputs, outputs }) => ({ inputs: [...inputs, "int32"], outputs })),
  options: "any constant permutation that merges to six dimensions or fewer",
  check(op) {
    const { shape } = op.input(0);
    const order = op.integers(1);
    if (order.length !== shape.length || [...order].sort((a, b) => a - b).some((d, i) => d !== i)) op.invalid(`[${order}] is no permutation of ${shape.length} dimensions`);
    op.expectShape(order.map((d) => shape[d]!));
    transposedBox(op);
  },
  lower(op, emit) {
    const { dims, strides } = transposedBox(op);
    copyBox(op, emit, op.input(0), dims, strides);
  },
};

/** The output's dimensions, with the input's and the output's steps through them. */
function transposedBox(op: Op): { dims: readonly number[]; strides: [number[], number[]] } {
  const steps = denseStrides(op.input(0).shape);
  const dims = op.output().shape;
  const strides: [number[], number[]] = [op.integers(1).map((d) => steps[d]!), denseStrides(dims)];
  copyBoxDims(op, op.input(0), dims, strides);
  return { dims, strides };
}
