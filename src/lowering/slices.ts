// Parts of a tensor, and tensors of parts: STRIDED_SLICE, SPLIT, SPLIT_V, UNPACK, PACK. (SLICE is in dynamic_slice.ts.)
import type { Tensor } from "../graph/tensor";
import type { BoxCopy } from "./copy";
import type { Lowering } from "./lowering";
import { axisIn, checkMoved, mover, outputsOf } from "./mover";
import { describe, type Op } from "./op";
import { denseStrides } from "./strides";

interface Range { readonly begin: number; readonly step: number; readonly count: number }

/** A box of the input that becomes the whole output; dimensions of 1 may be missing in the output. */
export function sliceOf(input: Tensor, output: Tensor, ranges: readonly Range[]): BoxCopy {
  const from = denseStrides(input.shape), dims = ranges.map(({ count }) => count);
  const inputAt = ranges.reduce((at, { begin }, d) => at + begin * from[d]!, 0);
  return { input, output, dims, inputStrides: ranges.map(({ step }, d) => step * from[d]!), outputStrides: denseStrides(dims), inputAt };
}

/** What of every dimension of the input is taken, and the shape of the output. Source: TFLM strided_slice_logic.h, TensorFlow's documentation of the masks. */
function stridedRanges(op: Op): { ranges: Range[]; shape: number[] } {
  const { shape } = op.input(0), rank = shape.length;
  const begins = op.integers(1), ends = op.integers(2), steps = op.integers(3), entries = begins.length;
  if (ends.length !== entries || steps.length !== entries) op.invalid(`begin, end and strides have ${entries}, ${ends.length} and ${steps.length} entries for ${rank} dimensions`);
  const bit = (mask: string, i: number) => ((op.option(mask, 0) >> i) & 1) === 1;
  const numbers = begins.map((_, i) => i);
  const ellipses = numbers.filter((i) => bit("ellipsisMask", i)), added = numbers.filter((i) => !bit("ellipsisMask", i) && bit("newAxisMask", i));
  const open = rank - (entries - ellipses.length - added.length); // dimensions that no entry names
  if (open < 0 || ellipses.length > 1) op.invalid(`begin has ${entries} entries for ${rank} dimensions, ${ellipses.length} of them an ellipsis and ${added.length} new axes`);
  const ranges: Range[] = [], out: number[] = [];
  const takeOpen = () => {
    for (let k = 0; k < open; k++) {
      const count = shape[ranges.length]!;
      out.push(count);
      ranges.push({ begin: 0, step: 1, count });
    }
  };
  for (const i of numbers) {
    if (bit("ellipsisMask", i)) takeOpen();
    else if (bit("newAxisMask", i)) out.push(1);
    else {
      const d = ranges.length, n = shape[d]!, step = steps[i]!;
      if (step === 0) op.invalid(`stride 0 of dimension ${d}`);
      const wrap = (at: number) => (at < 0 ? at + n : at);
      const bound = (at: number) => (step > 0 ? Math.min(Math.max(at, 0), n) : Math.min(Math.max(at, -1), n - 1));
      const begin = bound(bit("beginMask", i) ? (step > 0 ? 0 : n - 1) : wrap(begins[i]!));
      if (bit("shrinkAxisMask", i)) {
        if (begin < 0 || begin >= n) op.invalid(`index ${begins[i]} of dimension ${d}, which has ${n}`);
        ranges.push({ begin, step: 1, count: 1 });
      } else {
        const end = bound(bit("endMask", i) ? (step > 0 ? n : -1) : wrap(op.option("offset", false) ? begin + ends[i]! : ends[i]!));
        const count = Math.max(0, Math.ceil((end - begin) / step));
        ranges.push({ begin, step, count });
        out.push(count);
      }
    }
  }
  if (ellipses.length === 0) takeOpen();
  return { ranges, shape: out };
}

const stridedSlice = mover("STRIDED_SLICE", [{ inputs: ["any", "int32", "int32", "int32"], outputs: ["any"] }], "constant begin, end and strides, any masks", (op) => {
  const input = op.input(0);
  checkMoved(op, input);
  const { ranges, shape } = stridedRanges(op);
  op.expectShape(shape);
  return { copies: [sliceOf(input, op.output(), ranges)] };
});

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

export const SLICES: readonly Lowering[] = [stridedSlice, split, splitV, unpack, pack];
