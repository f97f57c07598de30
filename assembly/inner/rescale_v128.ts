// Requantization of four channels at once, each with its own shift, exact for any sum that lowering lets pass (src/lowering/rescale_v128.ts).
// Dialect: reference, as arithmetic/fixed_point.ts; equal to it in tests/kernels.
import { RESCALE_V128_ADDEND, RESCALE_V128_MULTIPLIER, RESCALE_V128_SCALE } from "../abi/rescale_v128";

/** 1.5 * 2^23: added to a float32 of magnitude below 2^22 that is whole, it leaves the integer in the lower bits. */
const MAGIC: f32 = 12582912.0;
const MAGIC_BITS: i32 = 0x4b400000;

/**
 * round2(x * multiplier * 2^-right) + zero point, before its clamp, ties as the reference's two roundings have them.
 *
 * `rescale_signed_high` (arithmetic/folded.ts): high = (x * m + 2^30 - (x & 2^31)) >> 32, then (high + 2^(right - 2)) >> (right - 1). The second shift
 * differs among lanes, which no instruction does: the part that all channels share is a shift, the rest a multiplication by a power of two in
 * float32 and a floor, exact below 2^24.
 * @param table of the eight channels, at byte 0 or 16 of its fields
 * @param common shift of all channels
 * @param magic MAGIC_BITS less the zero point, four times
 */
// @ts-ignore: decorator
@inline
export function rescale_v128(x: v128, table: usize, common: i32, magic: v128): v128 {
  const multiplier = v128.load(table, RESCALE_V128_MULTIPLIER);
  const half = v128.xor(v128.and(x, i32x4.splat(i32.MIN_VALUE)), i32x4.splat(1 << 30)); // 2^30, less 2^31 where x is negative
  const low = i64x2.add(i64x2.extmul_low_i32x4_s(x, multiplier), i64x2.extend_low_i32x4_s(half));
  const high = i64x2.add(i64x2.extmul_high_i32x4_s(x, multiplier), i64x2.extend_high_i32x4_s(half));
  const product = i32x4.add(v128.shuffle<i32>(low, high, 1, 3, 5, 7), v128.load(table, RESCALE_V128_ADDEND));
  const real = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(product, common)), v128.load(table, RESCALE_V128_SCALE));
  return i32x4.sub(f32x4.add(f32x4.floor(real), f32x4.splat(MAGIC)), magic);
}

/** `magic` of `rescale_v128`. */
// @ts-ignore: decorator
@inline
export function magic_of(zero_point: i32): v128 {
  return i32x4.splat(MAGIC_BITS - zero_point);
}

/** Eight codes, clamped, in the lower half. `low`, `high`: sixteen times the bounds. */
// @ts-ignore: decorator
@inline
export function codes_v128(first: v128, second: v128, low: v128, high: v128): v128 {
  const codes = i16x8.narrow_i32x4_s(first, second);
  return i8x16.max_s(i8x16.min_s(i8x16.narrow_i16x8_s(codes, codes), high), low);
}

/** Stores the first `count` of eight codes, 1 to 8. */
// @ts-ignore: decorator
@inline
export function store_codes(out: usize, codes: v128, count: i32): void {
  if (count == 8) {
    v128.store64_lane(out, codes, 0);
    return;
  }
  let rest = i64x2.extract_lane(codes, 0);
  for (const end = out + count; out != end; out++, rest >>= 8) store<i8>(out, <i8>rest);
}
