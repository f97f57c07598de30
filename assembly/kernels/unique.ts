// UNIQUE: every value once, in the order in which they come, and which of them each element is. Record: UNIQUE_* in abi/where.ts. Source: TFLite kernels/unique.cc.
import { UNIQUE_COUNT, UNIQUE_EXTENT, UNIQUE_INDEX_BYTES, UNIQUE_INDICES, UNIQUE_INPUT, UNIQUE_OUTPUT, UNIQUE_ROWS, UNIQUE_SIZE } from "../abi/where";
import { within } from "../inner/within";

// @ts-ignore: decorator
@inline
function unique<T>(record: usize): void {
  record = within(record, UNIQUE_SIZE);
  const count = load<i32>(record, UNIQUE_COUNT), index_bytes = load<i32>(record, UNIQUE_INDEX_BYTES), rows: usize = load<u32>(record, UNIQUE_ROWS);
  const values: usize = load<u32>(record, UNIQUE_OUTPUT);
  let x: usize = load<u32>(record, UNIQUE_INPUT), index: usize = load<u32>(record, UNIQUE_INDICES), found = 0;
  for (let n = rows ? load<i32>(within(rows, 4)) : count; n > 0; n--, x += sizeof<T>(), index += index_bytes) {
    const value = load<T>(within(x, sizeof<T>()));
    let at = 0;
    while (at < found && load<T>(within(values + at * sizeof<T>(), sizeof<T>())) != value) at++;
    if (at == found) {
      store<T>(within(values + at * sizeof<T>(), sizeof<T>()), value);
      found++;
    }
    store<i32>(within(index, 4), at);
    if (index_bytes == 8) store<i32>(within(index, 8), 0, 4);
  }
  memory.fill(values + found * sizeof<T>(), 0, <usize>(count - found) * sizeof<T>());
  store<i32>(within(load<u32>(record, UNIQUE_EXTENT), 4), found);
}

export function unique_8(record: usize): void {
  unique<u8>(record);
}

export function unique_16(record: usize): void {
  unique<u16>(record);
}

export function unique_32(record: usize): void {
  unique<u32>(record);
}

export function unique_64(record: usize): void {
  unique<u64>(record);
}

export function unique_float32(record: usize): void {
  unique<f32>(record);
}
