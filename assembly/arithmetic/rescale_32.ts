/**
 * `rescale` of fixed_point.ts for compiled code, which pays for every half of a 64-bit number: only the product has 64 bits.
 * Assumes |x| < 2^30 where right > 0, so that the nudge cannot run over; right is 0 to 31, and the other two come from it.
 * Source: gemmlowp fixedpoint.h, SaturatingRoundingDoublingHighMul and RoundingDivideByPOT; a negative tie goes down. Dialect: reference.
 */
// @ts-ignore: decorator
@inline
export function rescale_32(x: i32, multiplier: i64, right: i32, nudge: i32, negative: i32): i32 {
  const high = <i32>((<i64>x * multiplier + (1 << 30)) >> 31);
  return (high + nudge + ((x >> 31) & negative)) >> right;
}

/** Half a unit of the result. */
// @ts-ignore: decorator
@inline
export function nudge_of(right: i32): i32 {
  return (1 << right) >> 1;
}

/** What the sign of x is masked with: all bits, or none where nothing is shifted. */
// @ts-ignore: decorator
@inline
export function negative_of(right: i32): i32 {
  return -<i32>(right > 0);
}
