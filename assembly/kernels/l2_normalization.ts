// L2_NORMALIZATION over the last dimension, int8. Record: L2_NORMALIZATION_* in abi/l2_normalization.ts.
// Dialect: reference. Source: TFLM reference/integer_ops/l2normalization.h, quantization_util.h, GetInvSqrtQuantizedMultiplierExp.
import {
  L2_NORMALIZATION_INPUT, L2_NORMALIZATION_INPUT_OFFSET, L2_NORMALIZATION_OUTPUT, L2_NORMALIZATION_ROWS, L2_NORMALIZATION_SIZE, L2_NORMALIZATION_WIDTH,
} from "../abi/l2_normalization";
import { clamp, multiply_by_quantized_multiplier, rounding_divide_by_pot, saturating_rounding_doubling_high_mul, saturating_shift_left } from "../arithmetic/fixed_point";
import { within } from "../inner/within";

/** Outputs have 7 bits behind the point. */
const OUTPUT_BITS = 7;

/** 1 / sqrt(square) in Q0.31 of a number of 27 to 29 bits that stands for 1/4 to 1: five Newton steps x += x / 2 * (1 - square * x^2) from 1, in Q3.28. */
function inverse_sqrt(square: i32): i32 {
  const half = rounding_divide_by_pot(square >> 1, 1);
  let x: i32 = 1 << 28;
  for (let n = 5; n > 0; n--) {
    const cube = saturating_shift_left(saturating_rounding_doubling_high_mul(saturating_rounding_doubling_high_mul(x, x), x), 6);
    const difference = saturating_rounding_doubling_high_mul((1 << 28) + (1 << 27), x) - saturating_rounding_doubling_high_mul(half, cube);
    x = saturating_shift_left(difference, 3);
  }
  return saturating_rounding_doubling_high_mul(x, 1518500250); // sqrt(1/2) in Q0.31
}

export function l2_normalization(record: usize): void {
  record = within(record, L2_NORMALIZATION_SIZE);
  const width = load<i32>(record, L2_NORMALIZATION_WIDTH), offset = load<i32>(record, L2_NORMALIZATION_INPUT_OFFSET);
  let x: usize = load<u32>(record, L2_NORMALIZATION_INPUT), out: usize = load<u32>(record, L2_NORMALIZATION_OUTPUT);
  for (let row = load<i32>(record, L2_NORMALIZATION_ROWS); row > 0; row--) {
    let square = 0;
    for (let i = 0; i < width; i++) {
      const value = <i32>load<i8>(within(x + i, 1)) + offset;
      square += value * value;
    }
    let multiplier = i32.MAX_VALUE, right = 0; // of 0 and 1
    if (square > 1) {
      right = 11;
      for (; square >= 1 << 29; right++) square >>= 2;
      const pairs = ((clz(square) - 1) >> 1) - 1; // of bits: to a square of 27 to 29
      multiplier = inverse_sqrt(square << (2 * pairs));
      right -= pairs;
      if (right < 0) {
        multiplier <<= -right;
        right = 0;
      }
    }
    for (const end = x + width; x != end; x++, out++) {
      const value = <i32>load<i8>(within(x, 1)) + offset;
      store<i8>(within(out, 1), clamp(multiply_by_quantized_multiplier(value, multiplier, OUTPUT_BITS - right), i8.MIN_VALUE, i8.MAX_VALUE));
    }
  }
}
