// Two operands that broadcast into one box of elements: the steps of ADD, SUB, MUL, DIV and all that are like them, of any type.
import { bitsOf, type Tensor } from "../graph/tensor";
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
  box(op);
}

/** Dimensions of the output and both operands' steps, merged. */
function box(op: Op): { dims: number[]; strides: [number[], number[]] } {
  const { shape, strides } = broadcast(op, op.input(0).shape, op.input(1).shape);
  const { dims, strides: [a, b] } = normalizeFor(op, { dims: shape, strides: [...strides, denseStrides(shape)] });
  return { dims, strides: [a!, b!] };
}

/** One step, or one for every slice of a constant operand that is larger. `fill` writes what is the same in all. */
export function emitBinary(op: Op, emit: Emitter, kernel: string, size: number, fields: BinaryFields, fill: (r: RecordWriter) => void = () => {}): void {
  const a = op.input(0), b = op.input(1), output = op.output();
  const { dims, strides: [aStrides, bStrides] } = box(op);
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
      // The output may take the place of an operand that is not broadcast: it has the output's size.
      r.inPlace(a, output);
      r.inPlace(b, output);
      fill(r);
    });
  }
}
