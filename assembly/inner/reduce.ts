import { REDUCE_INPUT, REDUCE_KEPT_DIMS, REDUCE_KEPT_STRIDES, REDUCE_OUTPUT, REDUCE_REDUCED_DIMS, REDUCE_REDUCED_STRIDES } from "../abi/reduce";
import { OUTER } from "../abi/shape";
import { outer_count, outer_offset } from "./strided";
import { within } from "./within";

/**
 * Elements along some axes that become one, in row-major order. The record begins with REDUCE_* of abi/reduce.ts; `size`: all of it.
 * T: the elements' type, A: of what is accumulated, F: an unmanaged class with inlined methods `first(): A`, `next(sum: A, x: T): A` and
 * `last(sum: A): T`. `this` is the record, for fields of the operator's own.
 */
// @ts-ignore: decorator
@inline
export function reduce<F, T, A>(record: usize, size: i32): void {
  record = within(record, size);
  const input: usize = load<u32>(record, REDUCE_INPUT);
  const kept = record + REDUCE_KEPT_DIMS, kept_strides = record + REDUCE_KEPT_STRIDES;
  const reduced = record + REDUCE_REDUCED_DIMS, reduced_strides = record + REDUCE_REDUCED_STRIDES;
  const run = load<i32>(kept, OUTER << 2), step = load<i32>(kept_strides, OUTER << 2);
  const terms = load<i32>(reduced, OUTER << 2), term_step = load<i32>(reduced_strides, OUTER << 2);
  const rows = outer_count(kept), term_rows = outer_count(reduced);
  let out: usize = load<u32>(record, REDUCE_OUTPUT);
  for (let row = 0; row < rows; row++) {
    let base = input + outer_offset(kept, kept_strides, row);
    for (const end = out + run * sizeof<T>(); out != end; out += sizeof<T>(), base += step) {
      let sum: A = changetype<F>(record).first();
      for (let t = 0; t < term_rows; t++) {
        let x = base + outer_offset(reduced, reduced_strides, t);
        for (let n = terms; n > 0; n--, x += term_step) sum = changetype<F>(record).next(sum, load<T>(within(x, sizeof<T>())));
      }
      store<T>(within(out, sizeof<T>()), changetype<F>(record).last(sum));
    }
  }
}
