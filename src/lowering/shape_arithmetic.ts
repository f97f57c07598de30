// What converters leave behind of shapes computed in the graph: SHAPE -> STRIDED_SLICE -> PACK -> RESHAPE. All of it is known
// before anything runs, so it is folded here and never becomes a step.
import { bitsOf, elementCount, type Tensor } from "../graph/tensor";
import type { Lowering } from "./lowering";
import { describe, type Op } from "./op";
import { bytesOfInt32 } from "./packing";

const CONSTANT_ONLY = "constant operands only: folded while lowering";

/** Refuses an operand that only the running model knows, one whose elements are no whole bytes, and another type for the result. */
function constant(op: Op, tensor: Tensor): Uint8Array {
  const output = op.output(), bits = bitsOf(tensor.type);
  if (output.type !== tensor.type) op.invalid(`${describe(tensor)} of ${tensor.type} becomes ${output.type}`);
  if (bits === null || bits % 8 !== 0) op.refuse(`${describe(tensor)} is ${tensor.type}`, "its elements would have to be whole bytes");
  return tensor.data ?? op.refuse(`${describe(tensor)} is computed while the model runs`, "only shape arithmetic on constants is covered so far");
}

export const shape: Lowering = {
  operator: "SHAPE",
  signatures: [{ inputs: ["any"], outputs: ["int32"] }],
  options: "folded: shapes are static",
  check: (op) => op.expectShape([op.input(0).shape.length]),
  fold: (op) => [bytesOfInt32(op.input(0).shape)],
  lower: (op) => op.invalid("not folded"),
};

/** Begin, end and step of every dimension. Source: TFLM reference/strided_slice.h, StartForAxis and StopForAxis. */
function sliceRanges(op: Op): { begin: number; step: number; count: number }[] {
  const { shape } = op.input(0);
  const begins = op.integers(1), ends = op.integers(2), steps = op.integers(3);
  if (op.option("ellipsisMask", 0) !== 0 || op.option("newAxisMask", 0) !== 0 || op.option("offset", false))
    op.refuse("ellipsis_mask, new_axis_mask or offset", "write the slice out per dimension");
  if (begins.length !== shape.length || ends.length !== shape.length || steps.length !== shape.length)
    op.invalid(`begin, end and strides have ${begins.length}, ${ends.length} and ${steps.length} entries for ${shape.length} dimensions`);
  const bit = (mask: string, d: number) => ((op.option(mask, 0) >> d) & 1) === 1;
  return shape.map((n, d) => {
    const step = steps[d]!;
    if (step === 0) op.invalid(`stride 0 of dimension ${d}`);
    const wrap = (i: number) => (i < 0 ? i + n : i);
    const bound = (i: number) => (step > 0 ? Math.min(Math.max(i, 0), n) : Math.min(Math.max(i, -1), n - 1));
    const begin = bound(bit("beginMask", d) ? (step > 0 ? 0 : n - 1) : wrap(begins[d]!));
    if (bit("shrinkAxisMask", d)) return { begin, step: 1, count: 1 };
    const end = bound(bit("endMask", d) ? (step > 0 ? n : -1) : wrap(ends[d]!));
    return { begin, step, count: Math.max(0, Math.ceil((end - begin) / step)) };
  });
}

export const stridedSlice: Lowering = {
  operator: "STRIDED_SLICE",
  signatures: [{ inputs: ["any", "int32", "int32", "int32"], outputs: ["any"] }],
  options: `${CONSTANT_ONLY}; begin, end and shrink_axis masks, any stride`,
  check(op) {
    constant(op, op.input(0));
    const ranges = sliceRanges(op);
    op.expectShape(ranges.filter((_, d) => ((op.option("shrinkAxisMask", 0) >> d) & 1) === 0).map(({ count }) => count));
  },
  fold(op) {
    const input = op.input(0), data = constant(op, input);
    const size = bitsOf(input.type)! / 8;
    const ranges = sliceRanges(op);
    const out = new Uint8Array(elementCount(ranges.map(({ count }) => count)) * size);
    for (let i = 0; i < out.length / size; i++) {
      let rest = i, at = 0, stride = 1;
      for (let d = ranges.length - 1; d >= 0; d--) {
        const { begin, step, count } = ranges[d]!;
        at += (begin + (rest % count) * step) * stride;
        rest = Math.floor(rest / count);
        stride *= input.shape[d]!;
      }
      out.set(data.subarray(at * size, (at + 1) * size), i * size);
    }
    return [out];
  },
  lower: (op) => op.invalid("not folded"),
};

export const pack: Lowering = {
  operator: "PACK",
  signatures: [{ inputs: ["any..."], outputs: ["any"] }],
  options: `${CONSTANT_ONLY}; any axis`,
  check(op) {
    const first = op.input(0);
    for (const input of op.inputs) {
      if (input.type !== first.type || `${input.shape}` !== `${first.shape}`) op.invalid(`${describe(input)} is not of the type and shape of ${describe(first)}`);
      constant(op, input);
    }
    const axis = packAxis(op);
    op.expectShape([...first.shape.slice(0, axis), op.inputs.length, ...first.shape.slice(axis)]);
  },
  fold(op) {
    const { shape, type } = op.input(0);
    const run = (elementCount(shape.slice(packAxis(op))) * bitsOf(type)!) / 8; // bytes that one input adds at once
    const { inputs } = op;
    const out = new Uint8Array(inputs.length * constant(op, inputs[0]!).length);
    inputs.forEach((input, k) => {
      const data = constant(op, input);
      for (let i = 0; i * run < data.length; i++) out.set(data.subarray(i * run, (i + 1) * run), (i * inputs.length + k) * run);
    });
    return [out];
  },
  lower: (op) => op.invalid("not folded"),
};

function packAxis(op: Op): number {
  const rank = op.input(0).shape.length + 1;
  const axis = op.option("axis", 0);
  if (axis < -rank || axis >= rank) op.invalid(`axis ${axis} of ${rank} dimensions`);
  return axis < 0 ? axis + rank : axis;
}
