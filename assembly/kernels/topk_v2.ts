// TOPK_V2 over the last dimension: the greatest elements, greatest first, the first of equal ones first. Record: TOPK_* in abi/search.ts.
// Source: TFLite kernels/topk_v2.cc.
import { TOPK_EXTENT, TOPK_INDICES, TOPK_INPUT, TOPK_K, TOPK_ROWS, TOPK_SIZE, TOPK_VALUES, TOPK_WIDTH } from "../abi/search";
import { within } from "../inner/within";

/** Every element goes to its place among the greatest so far, which move up behind it. */
// @ts-ignore: decorator
@inline
function top<T>(record: usize): void {
  record = within(record, TOPK_SIZE);
  const extent: usize = load<u32>(record, TOPK_EXTENT), width = extent ? load<i32>(within(extent, 4)) : load<i32>(record, TOPK_WIDTH), k = load<i32>(record, TOPK_K);
  if (k > width) unreachable();
  let x: usize = load<u32>(record, TOPK_INPUT), values: usize = load<u32>(record, TOPK_VALUES), indices: usize = load<u32>(record, TOPK_INDICES);
  for (let row = load<i32>(record, TOPK_ROWS); row > 0; row--, values += k * sizeof<T>(), indices += k << 2) {
    for (let i = 0; i < width; i++, x += sizeof<T>()) {
      const value = load<T>(within(x, sizeof<T>()));
      let at = min<i32>(i, k);
      while (at > 0) {
        const before = load<T>(within(values + (at - 1) * sizeof<T>(), sizeof<T>()));
        if (!(before < value)) break;
        if (at < k) {
          store<T>(within(values + at * sizeof<T>(), sizeof<T>()), before);
          store<i32>(within(indices + (at << 2), 4), load<i32>(within(indices + ((at - 1) << 2), 4)));
        }
        at--;
      }
      if (at == k) continue;
      store<T>(within(values + at * sizeof<T>(), sizeof<T>()), value);
      store<i32>(within(indices + (at << 2), 4), i);
    }
  }
}

export function topk_v2_int8(record: usize): void {
  top<i8>(record);
}

export function topk_v2_uint8(record: usize): void {
  top<u8>(record);
}

export function topk_v2_int32(record: usize): void {
  top<i32>(record);
}

export function topk_v2_int64(record: usize): void {
  top<i64>(record);
}

export function topk_v2_float32(record: usize): void {
  top<f32>(record);
}
