// exp and 1 / (1 + x) in fixed point. Source of every constant and of the order of operations: gemmlowp fixedpoint.h,
// which is what TFLM's softmax is made of. Dialect: reference; exact equality with big integers is tested.
import { saturating_rounding_doubling_high_mul as mul, rounding_divide_by_pot, saturating_shift_left } from "./fixed_point";

/**
 * exp(a) for -1/4 <= a < 0. Takes and gives Q0.31.
 *
 * The Taylor series around -1/8 to the fourth power: with x = a + 1/8, exp(-1/8) * (1 + x + x^2/2 + x^3/6 + x^4/24).
 */
function exp_on_quarter(a: i32): i32 {
  const EXP_MINUS_ONE_EIGHTH = 1895147668; // exp(-1/8) in Q0.31
  const ONE_THIRD = 715827883; // 1/3 in Q0.31
  const x = a + (1 << 28);
  const x2 = mul(x, x);
  const x3 = mul(x2, x);
  const x4 = mul(x2, x2);
  const x4_over_4 = rounding_divide_by_pot(x4, 2);
  const tail = rounding_divide_by_pot(mul(x4_over_4 + x3, ONE_THIRD) + x2, 1); // x^4/24 + x^3/6 + x^2/2
  return EXP_MINUS_ONE_EIGHTH + mul(EXP_MINUS_ONE_EIGHTH, x + tail);
}

/**
 * exp(a) for a <= 0. Takes Q5.26, gives Q0.31; exp(0) is 2^31 - 1.
 *
 * a = n/4 + r with -1/4 <= r < 0: exp(r) by the series, and one factor exp(-2^k) for every bit of n.
 */
export function exp_on_negative_values(a: i32): i32 {
  if (a == 0) return i32.MAX_VALUE;
  const ONE_QUARTER = 1 << 24;
  const r = (a & (ONE_QUARTER - 1)) - ONE_QUARTER;
  let result = exp_on_quarter(saturating_shift_left(r, 5)); // Q5.26 -> Q0.31
  const n = r - a;
  if (n & (1 << 24)) result = mul(result, 1672461947); // exp(-1/4)
  if (n & (1 << 25)) result = mul(result, 1302514674); // exp(-1/2)
  if (n & (1 << 26)) result = mul(result, 790015084); // exp(-1)
  if (n & (1 << 27)) result = mul(result, 290630308); // exp(-2)
  if (n & (1 << 28)) result = mul(result, 39332535); // exp(-4)
  if (n & (1 << 29)) result = mul(result, 720401); // exp(-8)
  if (n & (1 << 30)) result = mul(result, 242); // exp(-16)
  return result;
}

/**
 * 1 / (1 + a) for 0 <= a < 1. Takes and gives Q0.31.
 *
 * Newton-Raphson on d = (1 + a) / 2 from 48/17 - 32/17 d, three steps of x += x * (1 - d * x), with x in Q2.29.
 */
export function one_over_one_plus_x(a: i32): i32 {
  const d = <i32>((<i64>a + i32.MAX_VALUE + 1) >> 1);
  let x = 1515870810 + mul(d, -1010580540);
  for (let step = 0; step < 3; step++) {
    const error = (1 << 29) - mul(d, x);
    x += saturating_shift_left(mul(x, error), 2); // Q4.27 -> Q2.29
  }
  return saturating_shift_left(x, 1); // x / 2, Q2.29 -> Q0.31
}

/**
 * 2^(31 + e) / x with e = 12 - clz(x), for a positive Q12.19: the reciprocal's mantissa in Q0.31.
 * Callers take e from `clz` themselves. Source: TFLM kernels/internal/common.h, GetReciprocal.
 */
// @ts-ignore: decorator
@inline
export function reciprocal_mantissa(x: i32): i32 {
  return one_over_one_plus_x(<i32>((<u32>x << clz(x)) - 0x80000000));
}
