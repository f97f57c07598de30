// REVERSE_SEQUENCE: the first elements of every sequence are turned round, as many as its length says. Source: LiteRT reference_ops ReverseSequence.
import * as abi from "../../assembly/abi/reverse_sequence";
import { elementCount } from "../graph/tensor";
import { MOVABLE } from "./copy";
import { bytesOfElement } from "./indexed";
import type { Lowering } from "./lowering";
import { axisIn } from "./mover";
import { describe, type Op } from "./op";
import { denseStrides } from "./strides";

function axesOf(op: Op): { steps: number; batches: number } {
  const rank = op.input(0).shape.length;
  return { steps: axisIn(op, op.option("seqDim", 0), rank), batches: axisIn(op, op.option("batchDim", 0), rank) };
}

const reverseSequence: Lowering = {
  operator: "REVERSE_SEQUENCE",
  signatures: MOVABLE.map((type) => ({ inputs: [type, "int32|int64"], outputs: [type] })),
  options: "any two dimensions; constant and computed lengths, which trap beyond the sequence",
  check(op) {
    const { shape } = op.input(0), lengths = op.input(1), { steps, batches } = axesOf(op);
    op.expectShape(shape);
    if (steps === batches) op.invalid(`dimension ${steps} for sequences and for batches`);
    if (lengths.shape.length !== 1 || lengths.shape[0] !== shape[batches]) op.invalid(`${describe(lengths)} has shape [${lengths.shape}] for ${shape[batches]} sequences`);
    if (lengths.data && op.integers(1).some((n) => n < 0 || n > shape[steps]!)) op.invalid(`lengths ${op.integers(1).join(", ")} of sequences of ${shape[steps]}`);
  },
  lower(op, emit) {
    const input = op.input(0), { shape } = input, lengths = op.input(1), { steps, batches } = axesOf(op), bytes = bytesOfElement(input);
    const strides = denseStrides(shape).map((step) => step * bytes), first = Math.min(steps, batches), second = Math.max(steps, batches);
    if (elementCount(shape) === 0) return;
    emit.step("reverse_sequence", abi.REVERSE_SEQUENCE_SIZE, (r) => {
      r.input(abi.REVERSE_SEQUENCE_INPUT, input);
      r.input(abi.REVERSE_SEQUENCE_LENGTHS, lengths);
      r.output(abi.REVERSE_SEQUENCE_OUTPUT, op.output());
      r.i32(abi.REVERSE_SEQUENCE_LENGTH_BYTES, bytesOfElement(lengths));
      r.i32(abi.REVERSE_SEQUENCE_BATCHES, shape[batches]!);
      r.i32(abi.REVERSE_SEQUENCE_BATCH_STEP, strides[batches]!);
      r.i32(abi.REVERSE_SEQUENCE_STEPS, shape[steps]!);
      r.i32(abi.REVERSE_SEQUENCE_STEP, strides[steps]!);
      r.i32(abi.REVERSE_SEQUENCE_OUTER, elementCount(shape.slice(0, first)));
      r.i32(abi.REVERSE_SEQUENCE_OUTER_STEP, shape[first]! * strides[first]!);
      r.i32(abi.REVERSE_SEQUENCE_MIDDLE, elementCount(shape.slice(first + 1, second)));
      r.i32(abi.REVERSE_SEQUENCE_MIDDLE_STEP, shape[second]! * strides[second]!);
      r.i32(abi.REVERSE_SEQUENCE_RUN, strides[second]!);
    });
  },
};

export const SEQUENCES: readonly Lowering[] = [reverseSequence];
