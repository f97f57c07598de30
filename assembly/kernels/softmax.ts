// SOFTMAX, int8 -> int8 and int8 -> int16, over the last axis. Record: SOFTMAX_* in abi/softmax.ts.
// Differences to the row's maximum in Q5.26, exponentials in Q0.31, their sum in Q12.19.
// Dialect: reference. Source: TFLM reference/softmax.h.
import {
  SOFTMAX_INPUT, SOFTMAX_OUTPUT, SOFTMAX_ROWS, SOFTMAX_DEPTH, SOFTMAX_MULTIPLIER, SOFTMAX_LEFT_SHIFT, SOFTMAX_DIFF_MIN, SOFTMAX_SIZE,
} from "../abi/softmax";
import { saturating_rounding_doubling_high_mul, rounding_divide_by_pot } from "../arithmetic/fixed_point";
import { exp_on_negative_values, reciprocal_mantissa } from "../arithmetic/exponential";
import { CHUNK, chunk_of, within } from "../inner/within";

/** exp of a scaled difference (<= 0), Q0.31. */
// @ts-ignore: decorator
@inline
function exp_of(difference: i32, multiplier: i32, left_shift: i32): i32 {
  return exp_on_negative_values(saturating_rounding_doubling_high_mul(difference << left_shift, multiplier));
}

// @ts-ignore: decorator
@inline
function shares<T>(record: usize): void {
  record = within(record, SOFTMAX_SIZE);
  const depth = load<i32>(record, SOFTMAX_DEPTH), diff_min = load<i32>(record, SOFTMAX_DIFF_MIN);
  const multiplier = load<i32>(record, SOFTMAX_MULTIPLIER), left_shift = load<i32>(record, SOFTMAX_LEFT_SHIFT);
  let x: usize = load<u32>(record, SOFTMAX_INPUT);
  let out: usize = load<u32>(record, SOFTMAX_OUTPUT);
  for (let row = load<i32>(record, SOFTMAX_ROWS); row > 0; row--) {
    let highest: i32 = i8.MIN_VALUE;
    for (let p = x, left = depth; left > 0; left -= CHUNK) {
      p = within(p, CHUNK);
      const end = p + chunk_of(left);
      do {
        highest = max(highest, <i32>load<i8>(p));
        p++;
      } while (p != end);
    }
    let total: i64 = 0;
    for (let p = x, left = depth; left > 0; left -= CHUNK) {
      p = within(p, CHUNK);
      const end = p + chunk_of(left);
      do {
        const difference = <i32>load<i8>(p) - highest;
        if (difference >= diff_min) total += rounding_divide_by_pot(exp_of(difference, multiplier, left_shift), 12);
        p++;
      } while (p != end);
    }
    const sum = <i32>min<i64>(total, i32.MAX_VALUE); // from 4,096 equal codes on, where every share rounds to 0 anyway
    const scale = reciprocal_mantissa(sum);
    const exponent = <i64>(12 - clz(sum) + 31 - (sizeof<T>() << 3));
    for (let left = depth; left > 0; left -= CHUNK) {
      x = within(x, CHUNK);
      out = within(out, CHUNK * sizeof<T>());
      const end = x + chunk_of(left);
      do {
        const difference = <i32>load<i8>(x) - highest;
        let result = 0;
        if (difference >= diff_min) {
          const share = saturating_rounding_doubling_high_mul(scale, exp_of(difference, multiplier, left_shift));
          result = min(rounding_divide_by_pot(share, exponent), (1 << (sizeof<T>() << 3)) - 1);
        }
        store<T>(out, <T>(result - (1 << ((sizeof<T>() << 3) - 1))));
        x++;
        out += sizeof<T>();
      } while (x != end);
    }
  }
}

export function softmax(record: usize): void {
  shares<i8>(record);
}

export function softmax_int8_int16(record: usize): void {
  shares<i16>(record);
}
