import { BINARY_A, BINARY_A_STRIDES, BINARY_B, BINARY_B_STRIDES, BINARY_DIMS, BINARY_OUTPUT } from "../abi/binary";
import { OUTER } from "../abi/shape";
import { WITHIN_MOST } from "../abi/within";
import { clamp } from "../arithmetic/fixed_point";
import { outer_count, outer_offset } from "./strided";
import { within } from "./within";

/**
 * A function of two elements over operands that broadcast. The record begins with BINARY_* of abi/binary.ts; `size`: all of it.
 * A and B: types of the operands, R: of the result, F: an unmanaged class whose inlined method `of(a: A, b: B): R` is the function. `this` is the
 * record, for fields of the function's own.
 */
// @ts-ignore: decorator
@inline
export function binary<F, A, B, R>(record: usize, size: i32): void {
  record = within(record, size);
  const chunk = WITHIN_MOST / 8; // elements of up to eight bytes behind one clamped address
  const dims = record + BINARY_DIMS, a_strides = record + BINARY_A_STRIDES, b_strides = record + BINARY_B_STRIDES;
  const run = load<i32>(dims, OUTER << 2);
  const a_step = (load<i32>(a_strides, OUTER << 2) & 1) * sizeof<A>(), b_step = (load<i32>(b_strides, OUTER << 2) & 1) * sizeof<B>(); // 0: broadcast
  const rows = outer_count(dims);
  let out: usize = load<u32>(record, BINARY_OUTPUT);
  for (let row = 0; row < rows; row++) {
    let a: usize = load<u32>(record, BINARY_A) + outer_offset(dims, a_strides, row) * sizeof<A>();
    let b: usize = load<u32>(record, BINARY_B) + outer_offset(dims, b_strides, row) * sizeof<B>();
    for (let rest = run; rest > 0; rest -= chunk) {
      a = within(a, chunk * sizeof<A>());
      b = within(b, chunk * sizeof<B>());
      out = within(out, chunk * sizeof<R>());
      const end = out + (min<u32>(rest - 1, chunk - 1) + 1) * sizeof<R>();
      do {
        store<R>(out, changetype<F>(record).of(load<A>(a), load<B>(b)));
        out += sizeof<R>();
        a += a_step;
        b += b_step;
      } while (out != end);
    }
  }
}

/** The nearest number that T holds. */
// @ts-ignore: decorator
@inline
export function saturated<T>(value: i32): T {
  const limit = 1 << (sizeof<T>() * 8 - 1);
  return <T>clamp(value, -limit, limit - 1);
}
