// Parts of a tensor, and tensors of parts: SPLIT, SPLIT_V, UNPACK, PACK. (STRIDED_SLICE is in strided_slice.ts, SLICE in dynamic_slice.ts.)
import type { Tensor } from "../graph/tensor";
import type { BoxCopy } from "./copy";
import type { Lowering } from "./lowering";
import { axisIn, checkMoved, mover, outputsOf } from "./mover";
import { describe, type Op } from "./op";
import { denseStrides } from "./strides";

export interface Range { readonly begin: number; readonly step: number; readonly count: number }

/** A box of the input that becomes the whole output; dimensions of 1 may be missing in the output. */
export function sliceOf(input: Tensor, output: Tensor, ranges: readonly Range[]): BoxCopy {
  const from = denseStrides(input.shape), dims = ranges.map(({ count }) => count);
  const inputAt = ranges.reduce((at, { begin }, d) => at + begin * from[d]!, 0);
  return { input, output, dims, inputStrides: ranges.map(({ step }, d) => step * from[d]!), outputStrides: denseStrides(dims), inputAt };
}

/** One after the other along an axis. @param extents how much of it every output takes */
function splitAlong(op: Op, input: Tensor, axis: number, extents: readonly number[]): { copies: BoxCopy[] } {
  const outputs = outputsOf(op), sum = extents.reduce((total, n) => total + n, 0);
  checkMoved(op, input);
  if (sum !== input.shape[axis]) op.invalid(`parts of ${extents.join(", ")} do not make up dimension ${axis} of ${describe(input)} of shape [${input.shape}]`);
  let begin = 0;
  return {
    copies: extents.map((extent, i) => {
      const ranges = input.shape.map((n, d) => (d === axis ? { begin, step: 1, count: extent } : { begin: 0, step: 1, count: n }));
      begin += extent;
      return sliceOf(input, outputs[i]!, ranges);
    }),
  };
}

/** The one number of a constant input. */
function scalar(op: Op, i: number): number {
  const numbers = op.integers(i);
  return numbers.length === 1 ? numbers[0]! : op.invalid(`${describe(op.input(i))} has ${numbers.length} elements, not one`);
}

const split = mover("SPLIT", [{ inputs: ["int32", "any"], outputs: ["any..."] }], "any constant axis", (op) => {
  const input = op.input(1), outputs = outputsOf(op), axis = axisIn(op, scalar(op, 0), input.shape.length);
  const extent = Math.floor(input.shape[axis]! / outputs.length);
  for (const output of outputs) op.expectShape(input.shape.map((n, d) => (d === axis ? extent : n)), output);
  return splitAlong(op, input, axis, outputs.map(() => extent));
});

/** Sizes are those of the outputs, as TFLM has it; a size of -1 is what is left. */
const splitV = mover("SPLIT_V", [{ inputs: ["any", "int32|int64", "int32"], outputs: ["any..."] }], "any constant axis and sizes", (op) => {
  const input = op.input(0), outputs = outputsOf(op), axis = axisIn(op, scalar(op, 2), input.shape.length), sizes = op.integers(1);
  if (sizes.length !== outputs.length || sizes.filter((n) => n < 0).length > 1) op.invalid(`sizes ${sizes.join(", ")} for ${outputs.length} outputs`);
  const left = sizes.reduce((rest, n) => (n < 0 ? rest : rest - n), input.shape[axis]!);
  const extents = sizes.map((n) => (n < 0 ? left : n));
  outputs.forEach((output, i) => op.expectShape(input.shape.map((n, d) => (d === axis ? extents[i]! : n)), output));
  return splitAlong(op, input, axis, extents);
});

const unpack = mover("UNPACK", [{ inputs: ["any"], outputs: ["any..."] }], "any axis", (op) => {
  const input = op.input(0), outputs = outputsOf(op), axis = axisIn(op, op.option("axis", 0), input.shape.length);
  for (const output of outputs) op.expectShape(input.shape.filter((_, d) => d !== axis), output);
  return splitAlong(op, input, axis, outputs.map(() => 1));
});

const pack = mover("PACK", [{ inputs: ["any..."], outputs: ["any"] }], "any number of inputs, any axis", (op) => {
  const [first, ...others] = op.inputs as [Tensor, ...Tensor[]], output = op.output();
  for (const input of others)
    if (input.type !== first.type || `${input.shape}` !== `${first.shape}`) op.invalid(`${describe(input)} is not of the type and shape of ${describe(first)}`);
  checkMoved(op, first);
  const { shape } = first, axis = axisIn(op, op.option("axis", 0), shape.length + 1), count = op.inputs.length;
  op.expectShape([...shape.slice(0, axis), count, ...shape.slice(axis)]);
  const steps = denseStrides(output.shape), outputStrides = steps.filter((_, d) => d !== axis);
  return { copies: op.inputs.map((input, i) => ({ input, output, dims: shape, inputStrides: denseStrides(shape), outputStrides, outputAt: i * steps[axis]! })) };
});

export const SLICES: readonly Lowering[] = [split, splitV, unpack, pack];
