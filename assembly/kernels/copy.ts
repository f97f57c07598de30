// `copy` moves a box of bytes from one strided place to another, `copy_at` one whose place is only known while the model runs, `fill` sets bytes:
// what operators are made of that move elements of any type. Records: COPY_* and FILL_* in abi/copy.ts, COPY_AT_* in abi/copy_at.ts.
import { COPY_INPUT, COPY_OUTPUT, COPY_SIZE, FILL_OUTPUT, FILL_BYTES, FILL_SIZE, FILL_VALUE } from "../abi/copy";
import { COPY_AT_BEGINS, COPY_AT_BEGIN_BYTES, COPY_AT_DEPTH, COPY_AT_OUTPUT_MOVES, COPY_AT_LAST, COPY_AT_SIZE, COPY_AT_STRIDES } from "../abi/copy_at";
import { copy_box } from "../inner/copy_box";
import { index_at } from "../inner/indexed";
import { within } from "../inner/within";

export function copy(record: usize): void {
  record = within(record, COPY_SIZE);
  copy_box(record, load<u32>(record, COPY_INPUT), load<u32>(record, COPY_OUTPUT));
}

export function copy_at(record: usize): void {
  record = within(record, COPY_AT_SIZE);
  const bytes = load<i32>(record, COPY_AT_BEGIN_BYTES), output_moves = load<i32>(record, COPY_AT_OUTPUT_MOVES) != 0;
  let offset = 0;
  for (let d = 0; d < load<i32>(record, COPY_AT_DEPTH); d++) {
    let begin = index_at(load<u32>(record, COPY_AT_BEGINS) + d * bytes, bytes);
    const last = <i64>load<i32>(record + (d << 2), COPY_AT_LAST);
    if (output_moves) begin = min<i64>(max<i64>(begin, 0), last);
    else if (<u64>begin > <u64>last) unreachable();
    offset += <i32>begin * load<i32>(record + (d << 2), COPY_AT_STRIDES);
  }
  copy_box(record, load<u32>(record, COPY_INPUT) + (output_moves ? 0 : offset), load<u32>(record, COPY_OUTPUT) + (output_moves ? offset : 0));
}

export function fill(record: usize): void {
  record = within(record, FILL_SIZE);
  memory.fill(load<u32>(record, FILL_OUTPUT), <u8>load<i32>(record, FILL_VALUE), load<i32>(record, FILL_BYTES));
}
