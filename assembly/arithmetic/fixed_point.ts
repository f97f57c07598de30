// Fixed-point arithmetic of the reference dialect. "Qn.m" is a 32-bit integer with m fraction bits: value = raw / 2^m.
// Every function here is compared with exact integers in tests/arithmetic.

/**
 * round(a * b / 2^31), ties towards +infinity; the one overflow, -2^31 times itself, saturates to 2^31 - 1.
 * Equal to the reference's "nudge, then divide truncating": both send k + 1/2 to k + 1.
 * Source: gemmlowp fixedpoint.h, SaturatingRoundingDoublingHighMul, as TFLM uses it. Dialect: reference.
 */
// @ts-ignore: decorator
@inline
export function saturating_rounding_doubling_high_mul(a: i32, b: i32): i32 {
  const high = (<i64>a * <i64>b + (1 << 30)) >> 31;
  return high == 0x80000000 ? i32.MAX_VALUE : <i32>high;
}

/**
 * round(x / 2^exponent), ties away from zero. Assumes 0 <= exponent <= 31.
 *
 * One half is added; a negative tie has to go down, so negatives get one unit less, at twice the precision: then no
 * value but a tie is moved, and exponent 0 needs no case of its own.
 * Source: gemmlowp fixedpoint.h, RoundingDivideByPOT. Dialect: reference.
 */
// @ts-ignore: decorator
@inline
export function rounding_divide_by_pot(x: i64, exponent: i64): i32 {
  return <i32>(((x << 1) + (<i64>1 << exponent) + (x >> 63)) >> (exponent + 1));
}

/**
 * x * (multiplier / 2^31) * 2^-right, rounded twice: the high product ties towards +infinity, the shift ties away from zero.
 * Assumes 0 <= multiplier < 2^31 (so that nothing saturates), 0 <= right <= 31; `rounding`, `sign` and `down` come from `right`
 * through the three functions below, once for many x.
 *
 * Both roundings are one shift, as floor((floor(t / 2^31) + c) / 2^right) = floor((t + c * 2^31) / 2^(31 + right)): with
 * t = x * multiplier + 2^30 and c = 2^(right - 1), less 1 where the high product is negative. The sign of x serves for that:
 * a negative x whose high product is 0 gives 0 either way.
 * Source: TFLM kernels/internal/common.cc, MultiplyByQuantizedMultiplier (double rounding). Dialect: reference.
 */
// @ts-ignore: decorator
@inline
export function rescale(x: i32, multiplier: i64, rounding: i64, sign: i64, down: i64): i32 {
  return rescale_i64(x, multiplier, rounding, sign, down);
}

/** `rescale` of an x that is a 64-bit number already, and within 32 bits. */
// @ts-ignore: decorator
@inline
export function rescale_i64(x: i64, multiplier: i64, rounding: i64, sign: i64, down: i64): i32 {
  return <i32>((x * multiplier + rounding - (x & sign)) >> down);
}

/** 2^30 + 2^31 * 2^(right - 1); without the second where nothing is shifted. */
// @ts-ignore: decorator
@inline
export function rounding_of(right: i64): i64 {
  return (1 << 30) + (((<i64>1 << right) >> 1) << 31);
}

/** What `rescale` takes off a negative x: 2^31, a unit of the high product; nothing where nothing is shifted. */
// @ts-ignore: decorator
@inline
export function sign_of(right: i64): i64 {
  return <i64>(right > 0) << 31;
}

// @ts-ignore: decorator
@inline
export function down_of(right: i64): i64 {
  return 31 + right;
}

/** `rescale` of x << left, for a single x: 0 <= left <= 30, 0 <= right <= 31, one of them 0; x << left wraps as the reference's does. */
// @ts-ignore: decorator
@inline
export function requantize(x: i32, multiplier: i64, left: i32, right: i64): i32 {
  return rescale(x << left, multiplier, rounding_of(right), sign_of(right), down_of(right));
}

/** `requantize` with the shift in one number, positive to the left: -31 <= shift <= 30. */
// @ts-ignore: decorator
@inline
export function multiply_by_quantized_multiplier(x: i32, multiplier: i32, shift: i32): i32 {
  return requantize(x, multiplier, max(shift, 0), max(-shift, 0));
}

/** x * 2^exponent, saturated to 32 bits. Assumes 0 <= exponent <= 31. Source: gemmlowp SaturatingRoundingMultiplyByPOT. */
// @ts-ignore: decorator
@inline
export function saturating_shift_left(x: i32, exponent: i64): i32 {
  return <i32>min<i64>(max<i64>(<i64>x << exponent, i32.MIN_VALUE), i32.MAX_VALUE);
}

/** Bounds `value` to [low, high]. */
// @ts-ignore: decorator
@inline
export function clamp(value: i32, low: i32, high: i32): i32 {
  return min(max(value, low), high);
}
