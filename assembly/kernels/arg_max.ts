// ARG_MAX and ARG_MIN: where along one axis the first of the greatest or least elements is. Record: REDUCE_* and ARG_* in abi/reduce.ts.
// A NaN is neither greater nor less. Source: TFLM reference/arg_min_max.h.
import { ARG_INDEX_BYTES, ARG_SIZE, REDUCE_INPUT, REDUCE_KEPT_DIMS, REDUCE_KEPT_STRIDES, REDUCE_OUTPUT, REDUCE_REDUCED_DIMS, REDUCE_REDUCED_STRIDES } from "../abi/reduce";
import { OUTER } from "../abi/shape";
import { outer_count, outer_offset } from "../inner/strided";
import { within } from "../inner/within";

// @ts-ignore: decorator
@inline
function arg<T>(record: usize, greatest: bool): void {
  record = within(record, ARG_SIZE);
  const kept = record + REDUCE_KEPT_DIMS, kept_strides = record + REDUCE_KEPT_STRIDES;
  const run = load<i32>(kept, OUTER << 2), step = load<i32>(kept_strides, OUTER << 2);
  const count = load<i32>(record, REDUCE_REDUCED_DIMS + (OUTER << 2)), term_step = load<i32>(record, REDUCE_REDUCED_STRIDES + (OUTER << 2));
  const index_bytes = load<i32>(record, ARG_INDEX_BYTES);
  const rows = outer_count(kept);
  let out: usize = load<u32>(record, REDUCE_OUTPUT);
  for (let row = 0; row < rows; row++) {
    let base: usize = load<u32>(record, REDUCE_INPUT) + outer_offset(kept, kept_strides, row);
    for (let n = run; n > 0; n--, base += step) {
      let best = load<T>(within(base, sizeof<T>())), at = 0;
      for (let i = 1, x = base + term_step; i < count; i++, x += term_step) {
        const value = load<T>(within(x, sizeof<T>()));
        if (greatest ? value > best : value < best) {
          best = value;
          at = i;
        }
      }
      out = within(out, 8);
      store<i32>(out, at);
      if (index_bytes == 8) store<i32>(out, 0, 4);
      out += index_bytes;
    }
  }
}

export function arg_max_int8(record: usize): void {
  arg<i8>(record, true);
}

export function arg_max_uint8(record: usize): void {
  arg<u8>(record, true);
}

export function arg_max_int32(record: usize): void {
  arg<i32>(record, true);
}

export function arg_max_float32(record: usize): void {
  arg<f32>(record, true);
}

export function arg_min_int8(record: usize): void {
  arg<i8>(record, false);
}

export function arg_min_uint8(record: usize): void {
  arg<u8>(record, false);
}

export function arg_min_int32(record: usize): void {
  arg<i32>(record, false);
}

export function arg_min_float32(record: usize): void {
  arg<f32>(record, false);
}
