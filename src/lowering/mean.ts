import * as abi from "../../assembly/abi/mean";
import { bitsOf } from "../graph/tensor";
import { kernelOf } from "./kernel_of";
import type { Lowering } from "./lowering";
import { quantizeMultiplier, type Multiplier } from "./multiplier";
import type { Op } from "./op";
import { checkPerTensor, checkRescale, quantizationOf } from "./quantization";
import { denseStrides, normalizeFor } from "./strides";

/** The dimensions that are averaged away, ascending. */
function axesOf(op: Op): number[] {
  const rank = op.input(0).shape.length;
  const axes = op.integers(1).map((axis) => {
    if (axis < -rank || axis >= rank) op.invalid(`axis ${axis} of an input with ${rank} dimensions`);
    return axis < 0 ? axis + rank : axis;
  });
  return [...new Set(axes)].sort((a, b) => a - b);
}

/**
 * The factor input / output, divided by the count with as many bits as the shift leaves room for.
 * Source: TFLM reference/reduce.h, QuantizedMeanOrSum; a count fits 31 bits here.
 */
function meanMultiplier(factor: Multiplier, count: number): Multiplier {
  const bits = Math.min(31 - Math.clz32(count), 31 + factor.shift);
  return { mantissa: Number((BigInt(factor.mantissa) << BigInt(bits)) / BigInt(count)), shift: factor.shift - bits };
}

export const mean: Lowering = {
  operator: "MEAN",
  signatures: ["int8", "int16"].map((type) => ({ inputs: [type, "int32"], outputs: [type] })),
  options: "any set of constant axes, kept or dropped",
  check(op) {
    const input = op.input(0);
    checkPerTensor(op, input, op.output());
    checkRescale(op, quantizationOf(input).scale / quantizationOf(op.output()).scale);
    const axes = axesOf(op);
    const keep = op.option("keepDims", false);
    op.expectShape(input.shape.flatMap((n, d) => (axes.includes(d) ? (keep ? [1] : []) : [n])));
    if (split(op).count === 0) op.invalid(`the mean of no elements: input [${input.shape}], axes [${axes}]`);
  },
  lower(op, emit) {
    const input = quantizationOf(op.input(0)), output = quantizationOf(op.output());
    const { kept, reduced, count } = split(op);
    const { mantissa, shift } = meanMultiplier(quantizeMultiplier(input.scale / output.scale), count);
    emit.step(kernelOf("mean", op.input(0)), abi.MEAN_SIZE, (r) => {
      r.input(abi.MEAN_INPUT, op.input(0));
      r.output(abi.MEAN_OUTPUT, op.output());
      r.i32(abi.MEAN_MULTIPLIER, mantissa);
      r.i32(abi.MEAN_SHIFT, shift);
      r.i32(abi.MEAN_BIAS, Math.imul(-input.zeroPoint, count)); // wraps as the kernel's int32 sums do
      r.i32(abi.MEAN_OUTPUT_OFFSET, output.zeroPoint);
      r.i32s(abi.MEAN_KEPT_DIMS, kept.dims);
      r.i32s(abi.MEAN_KEPT_STRIDES, kept.strides[0]!);
      r.i32s(abi.MEAN_REDUCED_DIMS, reduced.dims);
      r.i32s(abi.MEAN_REDUCED_STRIDES, reduced.strides[0]!);
    });
  },
};

/** Kept and reduced dimensions of the input with their steps in bytes, and how many elements make one mean. */
function split(op: Op) {
  const { shape } = op.input(0);
  const axes = axesOf(op);
  const bytes = bitsOf(op.input(0).type)! / 8;
  const steps = denseStrides(shape).map((step) => step * bytes);
  const part = (wanted: (d: number) => boolean) => {
    const chosen = shape.map((_, d) => d).filter(wanted);
    return normalizeFor(op, { dims: chosen.map((d) => shape[d]!), strides: [chosen.map((d) => steps[d]!)] });
  };
  return {
    kept: part((d) => !axes.includes(d)), reduced: part((d) => axes.includes(d)),
    count: axes.reduce((product, d) => product * shape[d]!, 1),
  };
}
