// Two operands that broadcast into one box of elements: the steps of ADD, SUB, MUL, DIV and all that are like them, of any type.
import * as abi from "../../assembly/abi/binary";
import { bitsOf, elementCount, type Tensor } from "../graph/tensor";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { operandOf, partsOf } from "./parts";
import type { RecordWriter } from "./record";
import { broadcast, denseStrides, normalizeFor } from "./strides";

/** Where a record has what all of them share. */
export interface BinaryFields {
  readonly a: number;
  readonly b: number;
  readonly output: number;
  readonly dims: number;
  /** In elements. */
  readonly aStrides: number;
  readonly bStrides: number;
}

/** Refuses operands that do not broadcast to the output's shape, or in too many dimensions. */
export function checkBinary(op: Op): void {
  op.expectShape(broadcast(op, op.input(0).shape, op.input(1).shape).shape);
  box(op, op.input(0), op.input(1));
}

/** Dimensions of the output and both operands' steps, merged. */
function box(op: Op, a: Tensor, b: Tensor): { dims: number[]; strides: [number[], number[]] } {
  const { shape, strides } = broadcast(op, a.shape, b.shape);
  const { dims, strides: [aStrides, bStrides] } = normalizeFor(op, { dims: shape, strides: [...strides, denseStrides(shape)] });
  return { dims, strides: [aStrides!, bStrides!] };
}

/**
 * One step, or one for every slice of a constant operand that is larger. `fill` writes what is the same in all.
 * @param operands if not the operator's own in their order
 */
export function emitBinary(
  op: Op, emit: Emitter, kernel: string, size: number, fields: BinaryFields, fill: (r: RecordWriter) => void = () => {}, [a, b]: readonly [Tensor, Tensor] = [op.input(0), op.input(1)],
): void {
  const output = op.output();
  if (elementCount(output.shape) === 0) return;
  const { dims, strides: [aStrides, bStrides] } = box(op, a, b);
  const bytesOf = (tensor: Tensor) => bitsOf(tensor.type)! / 8;
  const operand = (tensor: Tensor, strides: readonly number[]) => ({ tensor, bytes: bytesOf(tensor), steps: strides.map((step) => step * bytesOf(tensor)) });
  const operandA = operand(a, aStrides), operandB = operand(b, bStrides), target = operand(output, denseStrides(dims));
  const larger = (b.data?.length ?? 0) >= (a.data?.length ?? 0) ? operandB : operandA;
  for (const part of partsOf(dims, larger.steps, larger.tensor.data ? emit.target.sliceBytes : Infinity, larger.bytes)) {
    emit.step(kernel, size, (r) => {
      const partA = operandOf(a, part, operandA.steps, operandA.bytes), partB = operandOf(b, part, operandB.steps, operandB.bytes);
      r.input(fields.a, partA.tensor, partA.byteOffset);
      r.input(fields.b, partB.tensor, partB.byteOffset);
      r.output(fields.output, output, operandOf(output, part, target.steps).byteOffset);
      r.i32s(fields.dims, part.dims);
      r.i32s(fields.aStrides, aStrides);
      r.i32s(fields.bStrides, bStrides);
      for (const tensor of [a, b]) r.inPlace(tensor, output); // none that is broadcast: it has fewer elements
      fill(r);
    });
  }
}

const FIELDS: BinaryFields = {
  a: abi.BINARY_A, b: abi.BINARY_B, output: abi.BINARY_OUTPUT, dims: abi.BINARY_DIMS, aStrides: abi.BINARY_A_STRIDES, bStrides: abi.BINARY_B_STRIDES,
};

/** Steps of a kernel on assembly/inner/binary.ts; `own`: a record that is longer, and what fills its own fields. */
export function emitFunctionOfTwo(op: Op, emit: Emitter, kernel: string, operands?: readonly [Tensor, Tensor], own?: { size: number; fill: (r: RecordWriter) => void }): void {
  emitBinary(op, emit, kernel, own?.size ?? abi.BINARY_SIZE, FIELDS, own?.fill, operands);
}
