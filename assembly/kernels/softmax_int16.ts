// SOFTMAX, int16 -> int16, over the last axis. Record: SOFTMAX_INT16_* in abi/softmax_int16.ts.
// Differences to the row's maximum are looked up as exponentials in Q0.15, which wait in the output; their sum is Q16.15.
// Dialect: reference. Source: TFLM reference/softmax.h, SoftmaxInt16.
import {
  SOFTMAX_INT16_INPUT, SOFTMAX_INT16_OUTPUT, SOFTMAX_INT16_ROWS, SOFTMAX_INT16_DEPTH, SOFTMAX_INT16_MULTIPLIER, SOFTMAX_INT16_SHIFT, SOFTMAX_INT16_EXP,
  SOFTMAX_INT16_RECIPROCAL, SOFTMAX_INT16_SIZE,
} from "../abi/softmax_int16";
import { clamp, multiply_by_quantized_multiplier } from "../arithmetic/fixed_point";
import { interpolate } from "../arithmetic/interpolate";
import { within } from "../inner/within";

export function softmax_int16(record: usize): void {
  record = within(record, SOFTMAX_INT16_SIZE);
  const row_bytes = load<i32>(record, SOFTMAX_INT16_DEPTH) << 1;
  const multiplier = load<i32>(record, SOFTMAX_INT16_MULTIPLIER), shift = load<i32>(record, SOFTMAX_INT16_SHIFT);
  const exps: usize = load<u32>(record, SOFTMAX_INT16_EXP);
  let x: usize = load<u32>(record, SOFTMAX_INT16_INPUT);
  let out: usize = load<u32>(record, SOFTMAX_INT16_OUTPUT);
  for (let row = load<i32>(record, SOFTMAX_INT16_ROWS); row > 0; row--) {
    const end = x + row_bytes;
    let highest: i32 = i16.MIN_VALUE;
    for (let p = x; p != end; p += 2) highest = max(highest, <i32>load<i16>(p));
    let sum = 0;
    for (let to = out; x != end; x += 2, to += 2) {
      const scaled = multiply_by_quantized_multiplier(<i32>load<i16>(x) - highest, multiplier, shift);
      const exp = interpolate(clamp(scaled + i16.MAX_VALUE, i16.MIN_VALUE, i16.MAX_VALUE), exps);
      store<i16>(to, <i16>exp);
      sum += exp;
    }
    // 1 / sum: the sum as 1 + x in Q1.16, 0 <= x < 1, and x from -32768 on for the table.
    const headroom = clz(sum);
    const mantissa = <i32>(((<i64>sum << (headroom - 1)) + (1 << 13)) >> 14);
    const reciprocal = interpolate(clamp(mantissa - (1 << 15) - (1 << 16), i16.MIN_VALUE, i16.MAX_VALUE), load<u32>(record, SOFTMAX_INT16_RECIPROCAL));
    const right = 31 - headroom;
    for (const stop = out + row_bytes; out != stop; out += 2) {
      store<i16>(out, <i16>clamp((<i32>load<i16>(out) * reciprocal + (1 << (right - 1))) >> right, 0, i16.MAX_VALUE));
    }
  }
}
