// 1 / sqrt in fixed point. Source: TFLM kernels/internal/common.h, GetInvSqrtQuantizedMultiplierExp.
import { rounding_divide_by_pot, saturating_rounding_doubling_high_mul, saturating_shift_left } from "./fixed_point";

/** 1 / sqrt(square) in Q0.31 of a number of 27 to 29 bits that stands for 1/4 to 1: five Newton steps x += x / 2 * (1 - square * x^2) from 1, in Q3.28. */
export function inverse_sqrt(square: i32): i32 {
  const half = rounding_divide_by_pot(square >> 1, 1);
  let x: i32 = 1 << 28;
  for (let n = 5; n > 0; n--) {
    const cube = saturating_shift_left(saturating_rounding_doubling_high_mul(saturating_rounding_doubling_high_mul(x, x), x), 6);
    const difference = saturating_rounding_doubling_high_mul((1 << 28) + (1 << 27), x) - saturating_rounding_doubling_high_mul(half, cube);
    x = saturating_shift_left(difference, 3);
  }
  return saturating_rounding_doubling_high_mul(x, 1518500250); // sqrt(1/2) in Q0.31
}

/** Pairs of bits that bring x to 27 to 29 bits. Assumes 1 < x < 2^29. */
// @ts-ignore: decorator
@inline
export function headroom_pairs(x: i32): i32 {
  return ((clz(x) - 1) >> 1) - 1;
}
