// Operators that move bytes and compute nothing: PAD, PADV2, CONCATENATION, TRANSPOSE.
import * as abi from "../../assembly/abi/copy";
import { byteLength, elementCount, type Tensor } from "../graph/tensor";
import { checkActivation } from "./activation";
import { checkCopy, emitCopy, MOVABLE, type BoxCopy } from "./copy";
import { concatenated } from "./legacy_codes";
import type { Emitter, Lowering, TypeSignature } from "./lowering";
import { describe, type Op } from "./op";
import { checkPerTensor, checkSameQuantization, quantizationOf } from "./quantization";
import { denseStrides } from "./strides";
import { emitLookup } from "./unary";
import { int8Of } from "./weights";

const MOVED: readonly TypeSignature[] = MOVABLE.map((type) => ({ inputs: [type], outputs: [type] }));

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

/** The input's elements, where they go. */
function paddedCopy(op: Op): BoxCopy {
  const input = op.input(0), output = op.output();
  const to = denseStrides(output.shape);
  return { input, output, dims: input.shape, inputStrides: denseStrides(input.shape), outputStrides: to, outputAt: paddingsOf(op).reduce((at, [before], d) => at + before * to[d]!, 0) };
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
      checkCopy(op, paddedCopy(op));
    },
    lower(op, emit) {
      const output = op.output();
      emit.step("fill", abi.FILL_SIZE, (r) => {
        r.output(abi.FILL_OUTPUT, output);
        r.i32(abi.FILL_BYTES, byteLength(output));
        r.i32(abi.FILL_VALUE, valueOf(op));
      });
      emitCopy(op, emit, paddedCopy(op));
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
  options: "any number of inputs, any axis; quantized inputs share the output's scale and zero point, or are uint8; no fused activation",
  check(op) {
    checkActivation(op);
    if (op.option("fusedActivationFunction", "NONE") !== "NONE") op.refuse("a fused activation", "put the activation behind the operator");
    const output = op.output();
    const axis = axisOf(op);
    const sum = op.inputs.reduce((total, input) => {
      if (input.shape.length !== output.shape.length || input.shape.some((n, d) => d !== axis && n !== output.shape[d]))
        op.invalid(`${describe(input)} of shape [${input.shape}] does not go into [${output.shape}] along axis ${axis}`);
      if (output.rebased) checkPerTensor(op, input, output);
      else if (input.quantization || output.quantization) checkSameQuantization(op, input, output);
      return total + input.shape[axis]!;
    }, 0);
    op.expectShape(output.shape.map((n, d) => (d === axis ? sum : n)));
  },
  lower(op, emit) {
    const axis = axisOf(op);
    const output = op.output(), outputStrides = denseStrides(output.shape);
    let outputAt = 0;
    for (const stored of op.inputs) {
      const input = requantized(op, emit, stored, output);
      emitCopy(op, emit, { input, output, dims: input.shape, inputStrides: denseStrides(input.shape), outputStrides, outputAt });
      outputAt += input.shape[axis]! * outputStrides[axis]!;
    }
  },
};

/** An input in the output's quantization: legacy uint8 may differ. */
function requantized(op: Op, emit: Emitter, input: Tensor, output: Tensor): Tensor {
  if (!output.rebased) return input;
  const a = quantizationOf(input), b = quantizationOf(output);
  if (a.scale === b.scale && a.zeroPoint === b.zeroPoint) return input;
  const code = concatenated(input, output);
  if (input.data) return { ...input, data: Uint8Array.from(int8Of(input), code) };
  const like = emit.temporary(input);
  emitLookup(op, emit, code, input, like);
  return like;
}

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
    checkCopy(op, transposed(op));
  },
  lower(op, emit) {
    emitCopy(op, emit, transposed(op));
  },
};

/** The output's dimensions, with the input's and the output's steps through them. */
function transposed(op: Op): BoxCopy {
  const input = op.input(0), output = op.output();
  const steps = denseStrides(input.shape);
  return { input, output, dims: output.shape, inputStrides: op.integers(1).map((d) => steps[d]!), outputStrides: denseStrides(output.shape) };
}
