// How many rows a shape gives that the running model computes, and zeros behind the last row. Records: EXTENT_* and CLEAR_* in abi/extent.ts.
import {
  CLEAR_EXTENT, CLEAR_MOST, CLEAR_OUTPUT, CLEAR_ROW, CLEAR_SIZE, EXTENT_DIMS, EXTENT_DIVISOR, EXTENT_ENTRY_BYTES, EXTENT_MOST, EXTENT_MULTIPLIER, EXTENT_RANK, EXTENT_ROWS, EXTENT_SHAPE,
  EXTENT_SIZE,
} from "../abi/extent";
import { index_at } from "../inner/indexed";
import { within } from "../inner/within";

/** Traps where the shape is not one that the arena is planned for. */
export function extent(record: usize): void {
  record = within(record, EXTENT_SIZE);
  const bytes = load<i32>(record, EXTENT_ENTRY_BYTES), divisor = <i64>load<i32>(record, EXTENT_DIVISOR);
  let entry: usize = load<u32>(record, EXTENT_SHAPE);
  const elements = index_at(entry, bytes) * <i64>load<i32>(record, EXTENT_MULTIPLIER), rows = elements / divisor;
  if (rows * divisor != elements || <u64>rows > <u64>load<i32>(record, EXTENT_MOST)) unreachable();
  for (let d = 1; d < load<i32>(record, EXTENT_RANK); d++) {
    entry += bytes;
    if (index_at(entry, bytes) != <i64>load<i32>(record + (d << 2), EXTENT_DIMS)) unreachable();
  }
  const out: usize = load<u32>(record, EXTENT_ROWS);
  if (out) store<i32>(within(out, 4), <i32>rows);
  else if (rows != <i64>load<i32>(record, EXTENT_MOST)) unreachable();
}

export function clear_behind(record: usize): void {
  record = within(record, CLEAR_SIZE);
  const rows = load<i32>(within(load<u32>(record, CLEAR_EXTENT), 4)), row = load<i32>(record, CLEAR_ROW);
  memory.fill(load<u32>(record, CLEAR_OUTPUT) + rows * row, 0, (load<i32>(record, CLEAR_MOST) - rows) * row);
}
