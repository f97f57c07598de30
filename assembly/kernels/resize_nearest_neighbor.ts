// RESIZE_NEAREST_NEIGHBOR of elements of any size. Record: RESIZE_* in abi/resize.ts. Source: TFLM reference/resize_nearest_neighbor.h.
import {
  RESIZE_BATCH_BYTES, RESIZE_BATCHES, RESIZE_CHANNELS, RESIZE_COLUMN_TABLE, RESIZE_COLUMNS, RESIZE_INPUT, RESIZE_OUTPUT, RESIZE_ROW_TABLE, RESIZE_ROWS, RESIZE_SIZE,
} from "../abi/resize";
import { within } from "../inner/within";

export function resize_nearest_neighbor(record: usize): void {
  record = within(record, RESIZE_SIZE);
  const rows: usize = load<u32>(record, RESIZE_ROW_TABLE), columns: usize = load<u32>(record, RESIZE_COLUMN_TABLE);
  const rows_end = rows + (load<u32>(record, RESIZE_ROWS) << 2), columns_end = columns + (load<u32>(record, RESIZE_COLUMNS) << 2);
  const bytes = load<u32>(record, RESIZE_CHANNELS), batch_bytes = load<u32>(record, RESIZE_BATCH_BYTES);
  let image: usize = load<u32>(record, RESIZE_INPUT), out: usize = load<u32>(record, RESIZE_OUTPUT);
  for (let n = load<i32>(record, RESIZE_BATCHES); n > 0; n--, image += batch_bytes) {
    for (let y = rows; y != rows_end; y += 4) {
      const row = image + load<u32>(within(y, 4));
      for (let x = columns; x != columns_end; x += 4, out += bytes) {
        const from = row + load<u32>(within(x, 4));
        if (bytes == 1) store<u8>(within(out, 1), load<u8>(within(from, 1)));
        else memory.copy(out, from, bytes);
      }
    }
  }
}
