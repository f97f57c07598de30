// `copy` moves a box of bytes from one strided place to another, `fill` sets bytes: what PAD, PADV2, CONCATENATION and
// TRANSPOSE are made of, for every element type. Records: COPY_* and FILL_* in abi/copy.ts.
import { COPY_INPUT, COPY_OUTPUT, COPY_RUN, COPY_DIMS, COPY_INPUT_STRIDES, COPY_OUTPUT_STRIDES, COPY_SIZE, FILL_OUTPUT, FILL_BYTES, FILL_SIZE, FILL_VALUE } from "../abi/copy";
import { OUTER } from "../abi/shape";
import { outer_count, outer_offset } from "../inner/strided";
import { within } from "../inner/within";

export function copy(record: usize): void {
  record = within(record, COPY_SIZE);
  const dims = record + COPY_DIMS, from_strides = record + COPY_INPUT_STRIDES, to_strides = record + COPY_OUTPUT_STRIDES;
  const run = load<i32>(record, COPY_RUN), runs = load<i32>(dims, OUTER << 2);
  const from_step = load<i32>(from_strides, OUTER << 2), to_step = load<i32>(to_strides, OUTER << 2);
  const rows = outer_count(dims);
  for (let row = 0; row < rows; row++) {
    let from: usize = load<u32>(record, COPY_INPUT) + outer_offset(dims, from_strides, row);
    let to: usize = load<u32>(record, COPY_OUTPUT) + outer_offset(dims, to_strides, row);
    if (run == 1) {
      for (let n = runs; n > 0; n--, from += from_step, to += to_step) store<u8>(within(to, 1), load<u8>(within(from, 1)));
    } else {
      for (let n = runs; n > 0; n--, from += from_step, to += to_step) memory.copy(to, from, run);
    }
  }
}

export function fill(record: usize): void {
  record = within(record, FILL_SIZE);
  memory.fill(load<u32>(record, FILL_OUTPUT), <u8>load<i32>(record, FILL_VALUE), load<i32>(record, FILL_BYTES));
}
