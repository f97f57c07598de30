// CIRCULAR_BUFFER, int8: the oldest slot leaves, the input becomes the newest one. Record: CIRCULAR_BUFFER_* in abi/circular_buffer.ts.
// Dialect: reference. Source: TFLM micro/kernels/circular_buffer.cc.
import {
  CIRCULAR_BUFFER_BATCHES, CIRCULAR_BUFFER_COUNT, CIRCULAR_BUFFER_CYCLES, CIRCULAR_BUFFER_DEPTH, CIRCULAR_BUFFER_GOES_ON, CIRCULAR_BUFFER_INPUT, CIRCULAR_BUFFER_SIZE,
  CIRCULAR_BUFFER_SLOT_BYTES, CIRCULAR_BUFFER_SLOTS,
} from "../abi/circular_buffer";
import { within } from "../inner/within";

export function circular_buffer(record: usize): void {
  record = within(record, CIRCULAR_BUFFER_SIZE);
  const depth = load<i32>(record, CIRCULAR_BUFFER_DEPTH), bytes = load<i32>(record, CIRCULAR_BUFFER_SLOT_BYTES), kept = bytes - depth;
  let x: usize = load<u32>(record, CIRCULAR_BUFFER_INPUT), slots: usize = load<u32>(record, CIRCULAR_BUFFER_SLOTS);
  for (let batch = load<i32>(record, CIRCULAR_BUFFER_BATCHES); batch > 0; batch--, x += depth, slots += bytes) {
    memory.copy(slots, slots + depth, kept);
    memory.copy(slots + kept, x, depth);
  }
  const at: usize = load<u32>(record, CIRCULAR_BUFFER_COUNT), count = load<i32>(at) + 1;
  const goes_on = count >= load<i32>(record, CIRCULAR_BUFFER_CYCLES);
  store<i32>(at, goes_on ? 0 : count);
  store<bool>(load<u32>(record, CIRCULAR_BUFFER_GOES_ON), goes_on);
}
