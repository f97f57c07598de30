// RANGE: numbers from a start to before a limit. Record: RANGE_* in abi/where.ts. Source: TFLite kernels/range.cc.
import { RANGE_DELTA, RANGE_EXTENT, RANGE_LIMIT, RANGE_MOST, RANGE_OUTPUT, RANGE_SIZE, RANGE_START } from "../abi/where";
import { within } from "../inner/within";

// @ts-ignore: decorator
@inline
function range<T>(record: usize): void {
  record = within(record, RANGE_SIZE);
  const start = load<T>(within(load<u32>(record, RANGE_START), sizeof<T>())), limit = load<T>(within(load<u32>(record, RANGE_LIMIT), sizeof<T>()));
  const delta = load<T>(within(load<u32>(record, RANGE_DELTA), sizeof<T>()));
  const most = load<i32>(record, RANGE_MOST);
  const count = count_of<T>(start, limit, delta);
  if (count > most) unreachable();
  let out: usize = load<u32>(record, RANGE_OUTPUT), value = start;
  for (let n = count; n > 0; n--, out += sizeof<T>()) {
    store<T>(within(out, sizeof<T>()), value);
    value += delta;
  }
  memory.fill(out, 0, <usize>(most - count) * sizeof<T>());
  store<i32>(within(load<u32>(record, RANGE_EXTENT), 4), count);
}

/** ceil((limit - start) / delta); none for a step of 0 or away from the limit. */
// @ts-ignore: decorator
@inline
function count_of<T>(start: T, limit: T, delta: T): i32 {
  if (isFloat<T>()) {
    const count = ceil<T>((limit - start) / delta);
    return count > 0 ? <i32>min<T>(count, 2147483520) : 0; // the largest float32 that is an int32
  }
  if (delta == 0) return 0;
  const distance = <i64>limit - <i64>start, step = <i64>delta;
  return step > 0 == distance > 0 ? <i32>min<i64>((abs<i64>(distance) + abs<i64>(step) - 1) / abs<i64>(step), i32.MAX_VALUE) : 0;
}

export function range_int32(record: usize): void {
  range<i32>(record);
}

export function range_float32(record: usize): void {
  range<f32>(record);
}
