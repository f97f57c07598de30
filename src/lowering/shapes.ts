// Questions about shapes, which are known before anything runs but for rows that the data decide (extents.ts): SHAPE, RANK, BROADCAST_ARGS. What converters compute with the answers
// (STRIDED_SLICE, PACK, CONCATENATION, ...) is folded as well, and never becomes a step.
import { emitCopy, emitCopyAll } from "./copy";
import { isOpen } from "./extents";
import type { Lowering } from "./lowering";
import type { Op } from "./op";
import { bytesOfInt32 } from "./packing";
import { broadcast } from "./strides";

/** int32 or int64, as the output has it. */
function bytesOfIntegers(op: Op, values: readonly number[]): Uint8Array {
  return op.output().type === "int64" ? new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer) : bytesOfInt32(values);
}

/** @param valuesOf checks the operator, and gives its output */
function known(operator: string, inputs: readonly string[], outputs: readonly string[], valuesOf: (op: Op) => readonly number[], outputShape: (values: readonly number[]) => number[]): Lowering {
  return {
    operator,
    signatures: outputs.map((type) => ({ inputs: inputs.map((input) => (input === "same" ? type : input)), outputs: [type] })),
    options: "folded: shapes are static",
    check: (op) => op.expectShape(outputShape(valuesOf(op))),
    fold: (op) => [bytesOfIntegers(op, valuesOf(op))],
    lower: () => {}, // always folded
  };
}

const knownShape = known("SHAPE", ["any"], ["int32", "int64"], (op) => op.input(0).shape, (values) => [values.length]);

/** Rows that only the running model knows are written over the most that they can be. */
const shape: Lowering = {
  ...knownShape,
  options: "folded; the rows of a tensor whose extent the data decide are computed",
  rows: () => "own",
  fold: (op) => (isOpen(op.input(0)) && !op.atMost ? null : knownShape.fold!(op)),
  lower(op, emit) {
    const output = op.output(), most = bytesOfIntegers(op, op.input(0).shape);
    emitCopyAll(op, emit, { ...output, data: most }, output);
    emitCopy(op, emit, { input: emit.extent(op.input(0))!, output, dims: [1], inputStrides: [1], outputStrides: [1] }); // the low half of an int64
  },
};
const rank = known("RANK", ["any"], ["int32"], (op) => [op.input(0).shape.length], () => []);
const broadcastArgs = known("BROADCAST_ARGS", ["same", "same"], ["int32", "int64"], (op) => broadcast(op, op.integers(0), op.integers(1)).shape, (values) => [values.length]);

export const SHAPES: readonly Lowering[] = [shape, rank, broadcastArgs];
