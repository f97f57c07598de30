// ONE_HOT of elements of any size. Record: ONE_HOT_* in abi/search.ts. Source: TFLite kernels/one_hot.cc: of 64-bit indices the lower half counts.
import {
  ONE_HOT_DEPTH, ONE_HOT_INDEX_BYTES, ONE_HOT_INDICES, ONE_HOT_INNER, ONE_HOT_OFF, ONE_HOT_ON, ONE_HOT_OUTER, ONE_HOT_OUTPUT, ONE_HOT_SIZE,
} from "../abi/search";
import { within } from "../inner/within";

// @ts-ignore: decorator
@inline
function one_hot<T>(record: usize): void {
  record = within(record, ONE_HOT_SIZE);
  const on = load<T>(within(load<u32>(record, ONE_HOT_ON), sizeof<T>())), off = load<T>(within(load<u32>(record, ONE_HOT_OFF), sizeof<T>()));
  const depth = load<i32>(record, ONE_HOT_DEPTH), inner = load<i32>(record, ONE_HOT_INNER), index_bytes = load<i32>(record, ONE_HOT_INDEX_BYTES);
  let indices: usize = load<u32>(record, ONE_HOT_INDICES), out: usize = load<u32>(record, ONE_HOT_OUTPUT);
  for (let n = load<i32>(record, ONE_HOT_OUTER); n > 0; n--, indices += inner * index_bytes) {
    for (let d = 0; d < depth; d++) {
      let index = indices;
      for (let i = inner; i > 0; i--, index += index_bytes, out += sizeof<T>()) store<T>(within(out, sizeof<T>()), load<i32>(within(index, 4)) == d ? on : off);
    }
  }
}

export function one_hot_8(record: usize): void {
  one_hot<u8>(record);
}

export function one_hot_32(record: usize): void {
  one_hot<u32>(record);
}

export function one_hot_64(record: usize): void {
  one_hot<u64>(record);
}
