// What becomes one along some axes: the boxes of reductions, ARG_MAX, ARG_MIN and CUMSUM.
import * as abi from "../../assembly/abi/reduce";
import { bitsOf, type Tensor } from "../graph/tensor";
import type { Op } from "./op";
import type { RecordWriter } from "./record";
import { denseStrides, normalizeFor } from "./strides";

/** Dimensions with their steps in bytes, merged. */
interface Box {
  readonly dims: readonly number[];
  readonly strides: readonly number[];
}

/** An axis of the input, counted from the front. */
export function axisOf(op: Op, axis: number, rank = op.input(0).shape.length): number {
  if (axis < -rank || axis >= rank) op.invalid(`axis ${axis} of an input with ${rank} dimensions`);
  return axis < 0 ? axis + rank : axis;
}

/** The axes that input 1 names: ascending, each once. */
export function axesOf(op: Op): number[] {
  return [...new Set(op.integers(1).map((axis) => axisOf(op, axis)))].sort((a, b) => a - b);
}

/** The one axis that input 1 names. */
export function singleAxis(op: Op): number {
  const axes = op.integers(1);
  if (axes.length !== 1) op.invalid(`${axes.length} axes, not one`);
  return axisOf(op, axes[0]!);
}

/** Refuses an output that does not have the input's shape without the axes, or with 1 there (`keepDims`). */
export function checkReduced(op: Op, axes: readonly number[], keepDims: boolean): void {
  op.expectShape(op.input(0).shape.flatMap((n, d) => (axes.includes(d) ? (keepDims ? [1] : []) : [n])));
  splitAt(op, op.input(0), axes);
}

/** Kept and reduced dimensions of a tensor, and how many elements become one. */
export function splitAt(op: Op, { shape, type }: Tensor, axes: readonly number[]): { kept: Box; reduced: Box; count: number } {
  const steps = denseStrides(shape).map((step) => (step * bitsOf(type)!) / 8);
  const part = (wanted: (d: number) => boolean): Box => {
    const chosen = shape.map((_, d) => d).filter(wanted);
    const { dims, strides } = normalizeFor(op, { dims: chosen.map((d) => shape[d]!), strides: [chosen.map((d) => steps[d]!)] });
    return { dims, strides: strides[0]! };
  };
  return { kept: part((d) => !axes.includes(d)), reduced: part((d) => axes.includes(d)), count: axes.reduce((product, d) => product * shape[d]!, 1) };
}

/** The fields of REDUCE_*. @param skipped bytes before the element that the kernel begins with, in input and output */
export function writeReduced(r: RecordWriter, op: Op, axes: readonly number[], skipped = 0): void {
  const { kept, reduced, count } = splitAt(op, op.input(0), axes);
  r.input(abi.REDUCE_INPUT, op.input(0), skipped);
  r.output(abi.REDUCE_OUTPUT, op.output(), skipped);
  r.i32(abi.REDUCE_COUNT, count);
  r.i32s(abi.REDUCE_KEPT_DIMS, kept.dims);
  r.i32s(abi.REDUCE_KEPT_STRIDES, kept.strides);
  r.i32s(abi.REDUCE_REDUCED_DIMS, reduced.dims);
  r.i32s(abi.REDUCE_REDUCED_STRIDES, reduced.strides);
}
