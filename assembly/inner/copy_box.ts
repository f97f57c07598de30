import { COPY_RUN, COPY_DIMS, COPY_INPUT_STRIDES, COPY_OUTPUT_STRIDES } from "../abi/copy";
import { OUTER } from "../abi/shape";
import { outer_count, outer_offset } from "./strided";
import { within } from "./within";

/** Moves the box of a record of kernel `copy`. @param input, output addresses of its first bytes */
// @ts-ignore: decorator
@inline
export function copy_box(record: usize, input: usize, output: usize): void {
  const dims = record + COPY_DIMS, from_strides = record + COPY_INPUT_STRIDES, to_strides = record + COPY_OUTPUT_STRIDES;
  const run = load<i32>(record, COPY_RUN), runs = load<i32>(dims, OUTER << 2);
  const from_step = load<i32>(from_strides, OUTER << 2), to_step = load<i32>(to_strides, OUTER << 2);
  const rows = outer_count(dims);
  for (let row = 0; row < rows; row++) {
    let from = input + outer_offset(dims, from_strides, row), to = output + outer_offset(dims, to_strides, row);
    if (run == 1) {
      for (let n = runs; n > 0; n--, from += from_step, to += to_step) store<u8>(within(to, 1), load<u8>(within(from, 1)));
    } else {
      for (let n = runs; n > 0; n--, from += from_step, to += to_step) memory.copy(to, from, run);
    }
  }
}
