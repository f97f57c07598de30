// LOG_SOFTMAX, int8 -> int8, over the last axis. Record: LOG_SOFTMAX_* in abi/log_softmax.ts.
// Differences to the row's maximum in Q5.26, exponentials in Q0.31, their sum in Q12.19, its logarithm in Q5.26.
// Dialect: reference. Source: TFLM reference/log_softmax.h.
import {
  LOG_SOFTMAX_INPUT, LOG_SOFTMAX_OUTPUT, LOG_SOFTMAX_ROWS, LOG_SOFTMAX_DEPTH, LOG_SOFTMAX_MULTIPLIER, LOG_SOFTMAX_LEFT_SHIFT, LOG_SOFTMAX_DIFF_MIN,
  LOG_SOFTMAX_REVERSE_MULTIPLIER, LOG_SOFTMAX_REVERSE_SHIFT, LOG_SOFTMAX_SIZE,
} from "../abi/log_softmax";
import { exp_on_negative_values } from "../arithmetic/exponential";
import { clamp, multiply_by_quantized_multiplier, rounding_divide_by_pot, saturating_rounding_doubling_high_mul } from "../arithmetic/fixed_point";
import { ln_of } from "../arithmetic/logarithm";
import { within } from "../inner/within";

/** Bits between Q5.26 and the output's four behind the point. */
const OUTPUT_SHIFT = 22;

export function log_softmax(record: usize): void {
  record = within(record, LOG_SOFTMAX_SIZE);
  const depth = load<i32>(record, LOG_SOFTMAX_DEPTH), diff_min = load<i32>(record, LOG_SOFTMAX_DIFF_MIN);
  const multiplier = load<i32>(record, LOG_SOFTMAX_MULTIPLIER), left_shift = load<i32>(record, LOG_SOFTMAX_LEFT_SHIFT);
  let x: usize = load<u32>(record, LOG_SOFTMAX_INPUT);
  let out: usize = load<u32>(record, LOG_SOFTMAX_OUTPUT);
  for (let row = load<i32>(record, LOG_SOFTMAX_ROWS); row > 0; row--) {
    let highest: i32 = i8.MIN_VALUE;
    for (let i = 0; i < depth; i++) highest = max(highest, <i32>load<i8>(within(x + i, 1)));
    let total: i64 = 0;
    for (let i = 0; i < depth; i++) {
      const difference = <i32>load<i8>(within(x + i, 1)) - highest;
      if (difference >= diff_min) total += rounding_divide_by_pot(exp_on_negative_values(saturating_rounding_doubling_high_mul(difference << left_shift, multiplier)), 12);
    }
    const log_sum = ln_of(<i32>min<i64>(total, i32.MAX_VALUE));
    const least = max(diff_min - 1, multiply_by_quantized_multiplier(log_sum + i32.MIN_VALUE, load<i32>(record, LOG_SOFTMAX_REVERSE_MULTIPLIER), load<i32>(record, LOG_SOFTMAX_REVERSE_SHIFT)));
    for (const end = x + depth; x != end; x++, out++) {
      const difference = <i32>load<i8>(within(x, 1)) - highest;
      let result: i32 = i8.MIN_VALUE;
      if (difference > least) {
        const scaled = saturating_rounding_doubling_high_mul(difference << left_shift, multiplier) - log_sum;
        result = clamp(rounding_divide_by_pot(scaled, OUTPUT_SHIFT) + i8.MAX_VALUE, i8.MIN_VALUE, i8.MAX_VALUE);
      }
      store<i8>(within(out, 1), <i8>result);
    }
  }
}
