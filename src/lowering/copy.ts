// Boxes of elements that move from one strided place to another: what every operator is made of that computes nothing.
import * as abi from "../../assembly/abi/copy";
import { bitsOf, elementCount, type Tensor } from "../graph/tensor";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { operandOf, partsOf } from "./parts";
import { normalizeFor } from "./strides";

/** Types whose elements are whole bytes. */
export const MOVABLE = ["int8", "int16", "int32", "int64", "uint8", "float32", "bool"] as const;

/** `dims` elements of `input` that go to `output`. Strides and places are in elements; strides may be 0 or negative on the input's side. */
export interface BoxCopy {
  readonly input: Tensor;
  readonly output: Tensor;
  readonly dims: readonly number[];
  readonly inputStrides: readonly number[];
  readonly outputStrides: readonly number[];
  /** The first element read, and written. */
  readonly inputAt?: number;
  readonly outputAt?: number;
}

/** Refuses a box of too many dimensions. */
export function checkCopy(op: Op, copy: BoxCopy): void {
  boxOf(op, copy);
}

/** One step, or one for every slice of a constant that is larger. @param inPlace whether both may be the same bytes */
export function emitCopy(op: Op, emit: Emitter, copy: BoxCopy, inPlace = false): void {
  const { input, output, inputAt = 0, outputAt = 0 } = copy;
  if (copy.dims.includes(0)) return;
  const bytes = bitsOf(input.type)! / 8;
  const box = boxOf(op, copy);
  const [from, to] = box.strides.map((steps) => [...steps, 1]) as [number[], number[]]; // the run is the innermost dimension
  const divided = input.data !== null && inputAt === 0 && from.every((step) => step >= 0);
  for (const part of partsOf([...box.dims, box.run], from, divided ? emit.target.sliceBytes : Infinity)) {
    const source = divided ? operandOf(input, part, from) : { tensor: input, byteOffset: inputAt * bytes };
    emit.step("copy", abi.COPY_SIZE, (r) => {
      r.input(abi.COPY_INPUT, source.tensor, source.byteOffset);
      r.output(abi.COPY_OUTPUT, output, outputAt * bytes + operandOf(output, part, to).byteOffset);
      r.i32(abi.COPY_RUN, part.dims.at(-1)!);
      r.i32s(abi.COPY_DIMS, part.dims.slice(0, -1));
      r.i32s(abi.COPY_INPUT_STRIDES, box.strides[0]!);
      r.i32s(abi.COPY_OUTPUT_STRIDES, box.strides[1]!);
      if (inPlace) r.inPlace(source.tensor, output);
    });
  }
}

/** All of a tensor into one of the same size. @param inPlace whether both may be the same bytes */
export function emitCopyAll(op: Op, emit: Emitter, input: Tensor, output: Tensor, inPlace = false): void {
  const dims = [elementCount(input.shape)];
  emitCopy(op, emit, { input, output, dims, inputStrides: [1], outputStrides: [1] }, inPlace);
}

/** Copies a box on the host. */
export function copyBytes(op: Op, copy: BoxCopy, from: Uint8Array, to: Uint8Array): void {
  const { inputAt = 0, outputAt = 0 } = copy, bytes = bitsOf(copy.input.type)! / 8;
  const { run, dims, strides: [fromSteps, toSteps] } = boxOf(op, copy);
  const walk = (d: number, fromAt: number, toAt: number): void => {
    if (d === dims.length) return to.set(from.subarray(fromAt, fromAt + run), toAt);
    for (let i = 0; i < dims[d]!; i++) walk(d + 1, fromAt + i * fromSteps![d]!, toAt + i * toSteps![d]!);
  };
  walk(0, inputAt * bytes, outputAt * bytes);
}

/** Merges dimensions and takes a last one that is contiguous on both sides into the run. Run and strides come back in bytes. */
export function boxOf(op: Op, { input, dims, inputStrides, outputStrides }: BoxCopy) {
  const bytes = bitsOf(input.type)! / 8;
  const box = normalizeFor(op, { dims, strides: [inputStrides, outputStrides] });
  const last = box.dims.length - 1;
  const strides = box.strides.map((s) => s.map((step) => step * bytes));
  if (!box.strides.every((s) => s[last] === 1)) return { run: bytes, dims: box.dims, strides };
  return { run: bytes * box.dims[last]!, dims: [1, ...box.dims.slice(0, last)], strides: strides.map((s) => [0, ...s.slice(0, last)]) };
}
