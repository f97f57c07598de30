// REVERSE_SEQUENCE: of every sequence as many elements as its length says are turned round. Record: REVERSE_SEQUENCE_* in abi/reverse_sequence.ts.
// Dialect: LiteRT, reference_ops ReverseSequence; TFLM does not have it.
import {
  REVERSE_SEQUENCE_INPUT, REVERSE_SEQUENCE_LENGTHS, REVERSE_SEQUENCE_OUTPUT, REVERSE_SEQUENCE_LENGTH_BYTES, REVERSE_SEQUENCE_BATCHES, REVERSE_SEQUENCE_BATCH_STEP,
  REVERSE_SEQUENCE_STEPS, REVERSE_SEQUENCE_STEP, REVERSE_SEQUENCE_OUTER, REVERSE_SEQUENCE_OUTER_STEP, REVERSE_SEQUENCE_MIDDLE, REVERSE_SEQUENCE_MIDDLE_STEP,
  REVERSE_SEQUENCE_RUN, REVERSE_SEQUENCE_SIZE,
} from "../abi/reverse_sequence";
import { index_at } from "../inner/indexed";
import { within } from "../inner/within";

export function reverse_sequence(record: usize): void {
  record = within(record, REVERSE_SEQUENCE_SIZE);
  const length_bytes = load<i32>(record, REVERSE_SEQUENCE_LENGTH_BYTES), steps = load<i32>(record, REVERSE_SEQUENCE_STEPS), step = load<i32>(record, REVERSE_SEQUENCE_STEP);
  const input: usize = load<u32>(record, REVERSE_SEQUENCE_INPUT), out: usize = load<u32>(record, REVERSE_SEQUENCE_OUTPUT), run = load<i32>(record, REVERSE_SEQUENCE_RUN);
  for (let batch = 0; batch < load<i32>(record, REVERSE_SEQUENCE_BATCHES); batch++) {
    const length = index_at(load<u32>(record, REVERSE_SEQUENCE_LENGTHS) + batch * length_bytes, length_bytes);
    if (<u64>length > <u64>steps) unreachable();
    for (let outer = 0; outer < load<i32>(record, REVERSE_SEQUENCE_OUTER); outer++) {
      for (let middle = 0; middle < load<i32>(record, REVERSE_SEQUENCE_MIDDLE); middle++) {
        const row = outer * load<i32>(record, REVERSE_SEQUENCE_OUTER_STEP) + batch * load<i32>(record, REVERSE_SEQUENCE_BATCH_STEP) + middle * load<i32>(record, REVERSE_SEQUENCE_MIDDLE_STEP);
        for (let i = 0; i < steps; i++) memory.copy(out + row + i * step, input + row + (i < <i32>length ? <i32>length - 1 - i : i) * step, run);
      }
    }
  }
}
