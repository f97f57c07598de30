// STRIDED_SLICE and SLICE from where, and as much as, the running model says. Record: SLICED_* in abi/strided_slice.ts.
// Source: TFLM strided_slice_logic.h, slice.cc. Traps where a place leads out of the input or a shape is not the one that is planned.
import {
  EXACT, FROM_BEGIN, FROM_FRONT, ONE, SLICED_BEGINS, SLICED_COUNTS, SLICED_DIMS, SLICED_ELEMENT_BYTES, SLICED_ENDS, SLICED_ENTRIES, SLICED_ENTRY_BYTES, SLICED_EXTENT, SLICED_FLAGS,
  SLICED_INPUT, SLICED_INPUT_EXTENT, SLICED_OUTPUT, SLICED_OUTPUT_BYTES, SLICED_PLACES, SLICED_PLACES_BYTES, SLICED_RANK, SLICED_SIZE, SLICED_STEPS, TO_BACK,
} from "../abi/strided_slice";
import { index_at } from "../inner/indexed";
import { within } from "../inner/within";

// @ts-ignore: decorator
@inline
function clamped(at: i64, least: i64, most: i64): i64 {
  return min<i64>(max<i64>(at, least), most);
}

/** Counted from the back where it is negative. */
// @ts-ignore: decorator
@inline
function wrapped(at: i64, n: i64): i64 {
  return at < 0 ? at + n : at;
}

/** Writes begin and count of a dimension of `n` to `place`. */
function find(record: usize, d: i32, n: i64, place: usize): void {
  const at = record + (d << 2), entry = load<i32>(at, SLICED_ENTRIES), flags = load<i32>(at, SLICED_FLAGS), step = <i64>load<i32>(at, SLICED_STEPS);
  let begin: i64 = 0, count = n;
  if (entry >= 0) {
    const bytes = load<i32>(record, SLICED_ENTRY_BYTES);
    const from = index_at(load<u32>(record, SLICED_BEGINS) + entry * bytes, bytes), to = index_at(load<u32>(record, SLICED_ENDS) + entry * bytes, bytes);
    if (flags & EXACT) {
      begin = from;
      count = to == -1 ? n - begin : to;
      if (begin < 0 || begin > n || count < 0 || count > n - begin) unreachable();
    } else {
      const least: i64 = step > 0 ? 0 : -1, most = step > 0 ? n : n - 1;
      begin = clamped(flags & FROM_FRONT ? (step > 0 ? 0 : n - 1) : wrapped(from, n), least, most);
      if (flags & ONE) {
        if (begin < 0 || begin >= n) unreachable();
        count = 1;
      } else {
        const end = clamped(flags & TO_BACK ? (step > 0 ? n : -1) : wrapped(flags & FROM_BEGIN ? begin + to : to, n), least, most);
        count = max<i64>((end - begin + step + (step > 0 ? -1 : 1)) / step, 0);
      }
    }
  }
  const planned = load<i32>(at, SLICED_COUNTS);
  if (planned >= 0 && count != <i64>planned) unreachable();
  store<i32>(place, <i32>begin);
  store<i32>(place, <i32>count, 4);
}

export function strided_slice(record: usize): void {
  record = within(record, SLICED_SIZE);
  const rank = load<i32>(record, SLICED_RANK), bytes = load<i32>(record, SLICED_ELEMENT_BYTES), extent: usize = load<u32>(record, SLICED_EXTENT);
  const input_extent: usize = load<u32>(record, SLICED_INPUT_EXTENT), places = within(load<u32>(record, SLICED_PLACES), SLICED_PLACES_BYTES);
  let runs = 1;
  for (let d = 0; d < rank; d++) {
    const place = places + (d << 3);
    find(record, d, d == 0 && input_extent != 0 ? load<i32>(within(input_extent, 4)) : load<i32>(record + (d << 2), SLICED_DIMS), place);
    const count = load<i32>(place, 4);
    if (load<i32>(record + (d << 2), SLICED_COUNTS) < 0) store<i32>(within(extent, 4), count);
    if (d < rank - 1) runs *= count;
  }
  const last = places + ((rank - 1) << 3), count = load<i32>(last, 4), step = load<i32>(record + ((rank - 1) << 2), SLICED_STEPS) * bytes;
  let out: usize = load<u32>(record, SLICED_OUTPUT);
  const end = out + load<i32>(record, SLICED_OUTPUT_BYTES);
  for (let run = 0; run < runs; run++) {
    let rest = run, stride = load<i32>(record + ((rank - 1) << 2), SLICED_DIMS) * bytes;
    let from: usize = load<u32>(record, SLICED_INPUT) + load<i32>(last) * bytes;
    for (let d = rank - 2; d >= 0; d--) {
      const place = places + (d << 3), n = load<i32>(place, 4), quotient = rest / n;
      from += (load<i32>(place) + (rest - quotient * n) * load<i32>(record + (d << 2), SLICED_STEPS)) * stride;
      stride *= load<i32>(record + (d << 2), SLICED_DIMS);
      rest = quotient;
    }
    if (step == bytes) {
      memory.copy(out, from, count * bytes);
      out += count * bytes;
    } else {
      for (let n = count; n > 0; n--, from += step, out += bytes) memory.copy(out, from, bytes);
    }
  }
  memory.fill(out, 0, end - out);
}
