// ln in fixed point. Source of every constant and of the order of operations: TFLM kernels/internal/common.h, log_x_for_x_greater_than_or_equal_to_1_impl.
import { one_over_one_plus_x } from "./exponential";
import { rounding_divide_by_pot, saturating_rounding_doubling_high_mul as mul, saturating_shift_left } from "./fixed_point";

const INPUT_BITS = 12; // before the point
const SUM_BITS = 6; // before the point of what is summed: one more than the result has

/** Half of a sum, rounded half away from zero: gemmlowp's RoundingHalfSum. */
function half_of_sum(a: i32, b: i32): i32 {
  const sum = <i64>a + <i64>b;
  return <i32>((sum + (sum >= 0 ? 1 : -1)) / 2);
}

/** `exponent` of 2 less or more a quarter, with SUM_BITS before the point. */
function exponent_of(exponent: i32, quarter: i32): i32 {
  const sum = <i64>saturating_shift_left(exponent, 31 - SUM_BITS) + quarter;
  return <i32>min<i64>(max<i64>(sum, i32.MIN_VALUE), i32.MAX_VALUE);
}

/**
 * ln x for x >= 1. Takes Q12.19, gives Q5.26.
 *
 * x = 2^(n +- 1/4) r with r about 2^(-1/4), and a quotient of polynomials for ln of what is left.
 */
export function ln_of(x: i32): i32 {
  const LN2 = 1488522236, SQRT_SQRT_HALF = 1805811301, SQRT_HALF = 1518500250; // Q0.31
  const QUARTER = 1 << (31 - SUM_BITS - 2);
  const a_shift = clz(x);
  const a = saturating_shift_left(mul(saturating_shift_left(x, a_shift - 1), SQRT_HALF), 1);
  const a_exponent = exponent_of(INPUT_BITS - a_shift, QUARTER);
  const b_shift = clz(mul(x, SQRT_HALF)) - 1;
  const b = saturating_shift_left(x, b_shift);
  const b_exponent = exponent_of(INPUT_BITS - b_shift, -QUARTER);
  const r = min(a, b), exponent = max(a_exponent, b_exponent);
  const p = half_of_sum(r, SQRT_SQRT_HALF);
  const q = (r - SQRT_SQRT_HALF) << 1;
  const square = mul(q, q);
  const numerator = mul(q, r) + mul(mul(q, square), 117049297); // 11/240 2^(1/4)
  const denominator = mul(p, 1057819769 + q + mul(127690142, square)) + mul(638450708, q); // 2^(3/4) - 2^(1/4), 2^(1/4) / 20, 2^(1/4) / 4
  const quotient = mul(rounding_divide_by_pot(numerator, SUM_BITS), one_over_one_plus_x(denominator));
  return saturating_shift_left(mul(exponent, LN2) + quotient, 1);
}
