// `rescale` with everything that is known per channel in one number: bias, rounding and the output's zero point become an addend, which
// lowering computes (src/lowering/folded_rescale.ts). Dialect: reference, as fixed_point.ts; equal to it in tests/arithmetic.

/**
 * The output code of a sum of products, before its clamp: right for every x = sum + bias that is not negative, and for a negative x at
 * most the output's zero point, as the exact value is. Where the clamp begins there (RELU), that is all that is asked.
 */
// @ts-ignore: decorator
@inline
export function rescale_folded(sum: i64, multiplier: i64, addend: i64, down: i64): i32 {
  return <i32>((sum * multiplier + addend) >> down);
}

/** The same where the shift is 32 or more: the lower half of the product never matters. `down_32`: the shift less 32. */
// @ts-ignore: decorator
@inline
export function rescale_folded_high(sum: i32, multiplier: i64, addend: i64, down_32: i32): i32 {
  return <i32>((<i64>sum * multiplier + addend) >> 32) >> down_32;
}

/** Right for every x. `sign`: `sign_of` the shift (fixed_point.ts), what a negative x has to lose before it is shifted. */
// @ts-ignore: decorator
@inline
export function rescale_folded_signed(sum: i64, bias: i64, multiplier: i64, addend: i64, sign: i64, down: i64): i32 {
  return <i32>((sum * multiplier + addend - ((sum + bias) & sign)) >> down);
}

/**
 * Right for every x, sums that wrapped included, where the shift is 33 or more: the addend without the bias is then 2^30 in its lower half.
 * @param addend_high its upper half: (2^31 * 2^(right - 1) + (zero point << down)) / 2^32
 */
// @ts-ignore: decorator
@inline
export function rescale_signed_high(x: i32, multiplier: i64, addend_high: i32, down_32: i32): i32 {
  return <i32>((<i64>x * multiplier + ((<i64>addend_high << 32) | (1 << 30)) - <i64>(<u32>x & 0x80000000)) >> 32) >> down_32;
}
