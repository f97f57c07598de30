// Requantization of four channels at once, each with its own multiplier and shift, in one of four ways (abi/rescale_v128.ts), of which lowering picks one that
// is exact for all sums of the layer (src/lowering/rescale_v128.ts).
// Dialect: reference, as arithmetic/fixed_point.ts; equal to it in tests/kernels.
import {
  RESCALE_V128_ADDEND, RESCALE_V128_EVEN, RESCALE_V128_EVEN_ADDEND, RESCALE_V128_EVEN_MULTIPLIER, RESCALE_V128_HALF, RESCALE_V128_RELU, RESCALE_V128_SCALE, RESCALE_V128_WIDE, RESCALE_V128_WIDE_ADDEND, RESCALE_V128_WIDE_MULTIPLIER, RESCALE_V128_WIDE_SHIFT,
} from "../abi/rescale_v128";

/** 1.5 * 2^52: added to a float64 of magnitude below 2^31, it leaves the nearest integer in the lower 32 bits. */
const MAGIC: f64 = 6755399441055744.0;
/** 1.5 * 2^23, the same of a whole float32 below 2^22. */
const MAGIC_32: f32 = 12582912.0;
const MAGIC_32_BITS: i32 = 0x4b400000;

/**
 * round2(x * multiplier * 2^shift), ties as the reference's two roundings have them, plus the zero point.
 *
 * With t = x * multiplier the reference's value is floor((t + 2^30 + 2^(30 + right) - 2^31 where x is negative) / 2^(31 + right)) (fixed_point.ts). In float64
 * that is x * scale, exact, plus the addend and half a unit of the sign of x; all are whole multiples of 2^-(32 + right) below 2^53 of them. The addend has 1/2
 * taken off, and an odd multiple, so that the nearest integer is the floor, and never a tie.
 * @param magic MAGIC plus the zero point
 */
// @ts-ignore: decorator
@inline
function small(x: v128, table: usize, relu: bool, magic: v128): v128 {
  let t = f64x2.mul(f64x2.convert_low_i32x4_s(x), v128.load(table, RESCALE_V128_SCALE));
  let u = f64x2.mul(f64x2.convert_low_i32x4_s(v128.shuffle<i32>(x, x, 2, 3, 2, 3)), v128.load(table, RESCALE_V128_SCALE + 16));
  if (!relu) {
    const sign = f64x2.splat(-0.0);
    t = f64x2.add(t, v128.or(v128.and(t, sign), v128.load(table, RESCALE_V128_HALF)));
    u = f64x2.add(u, v128.or(v128.and(u, sign), v128.load(table, RESCALE_V128_HALF + 16)));
  }
  t = f64x2.add(f64x2.add(t, v128.load(table, RESCALE_V128_ADDEND)), magic);
  u = f64x2.add(f64x2.add(u, v128.load(table, RESCALE_V128_ADDEND + 16)), magic);
  return v128.shuffle<i32>(t, u, 0, 2, 4, 6);
}

/**
 * The same of sums x that carry 2^k, with right + k the same in all channels: floor((x * m + 2^(30 + k) + 2^(30 + right + k)) / 2^(31 + right + k)), whose halves
 * have no bits below 2^32 as k is 2 and more. The zero point is in the addend.
 * @param shift RESCALE_V128_EVEN of the block: right + k - 1
 */
// @ts-ignore: decorator
@inline
export function even_v128(x: v128, multiplier: v128, addend: v128, shift: i32): v128 {
  const high = v128.shuffle<i32>(i64x2.extmul_low_i32x4_s(x, multiplier), i64x2.extmul_high_i32x4_s(x, multiplier), 1, 3, 5, 7);
  return i32x4.shr_s(i32x4.add(high, addend), shift);
}

/**
 * The same of any sums: high = (x * m + 2^30 - (x & 2^31)) >> 32, then (high + 2^(right - 2)) >> (right - 1), as `rescale_signed_high` (arithmetic/folded.ts).
 * The second shift differs among lanes, which no instruction does: the part that all channels share is a shift, the rest a multiplication by a power of two
 * in float32 and a floor, exact below 2^24.
 * @param magic MAGIC_32_BITS less the zero point
 */
// @ts-ignore: decorator
@inline
function wide(x: v128, table: usize, common: i32, magic: v128): v128 {
  const multiplier = v128.load(table, RESCALE_V128_WIDE_MULTIPLIER);
  const half = v128.xor(v128.and(x, i32x4.splat(i32.MIN_VALUE)), i32x4.splat(1 << 30));
  const low = i64x2.add(i64x2.extmul_low_i32x4_s(x, multiplier), i64x2.extend_low_i32x4_s(half));
  const high = i64x2.add(i64x2.extmul_high_i32x4_s(x, multiplier), i64x2.extend_high_i32x4_s(half));
  const product = i32x4.add(v128.shuffle<i32>(low, high, 1, 3, 5, 7), v128.load(table, RESCALE_V128_WIDE_ADDEND));
  const real = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(product, common)), v128.load(table, RESCALE_V128_WIDE_SHIFT));
  return i32x4.sub(f32x4.add(f32x4.floor(real), f32x4.splat(MAGIC_32)), magic);
}

/** What `codes_v128` takes as `magic`. */
// @ts-ignore: decorator
@inline
export function magic_of(kind: i32, zero_point: i32): v128 {
  return kind == RESCALE_V128_WIDE ? i32x4.splat(MAGIC_32_BITS - zero_point) : f64x2.splat(MAGIC + <f64>zero_point);
}

/** Codes of eight channels, clamped, in the lower half. @param table their block; `low`, `high`: sixteen times the bounds */
// @ts-ignore: decorator
@inline
export function codes_v128(first: v128, second: v128, table: usize, kind: i32, common: i32, magic: v128, low: v128, high: v128): v128 {
  let a: v128, b: v128;
  const even = kind == RESCALE_V128_RELU ? load<i32>(table, RESCALE_V128_EVEN) : 0;
  if (even) {
    a = even_v128(first, v128.load(table, RESCALE_V128_EVEN_MULTIPLIER), v128.load(table, RESCALE_V128_EVEN_ADDEND), even);
    b = even_v128(second, v128.load(table, RESCALE_V128_EVEN_MULTIPLIER + 16), v128.load(table, RESCALE_V128_EVEN_ADDEND + 16), even);
  } else if (kind == RESCALE_V128_RELU) {
    a = small(first, table, true, magic);
    b = small(second, table + 32, true, magic);
  } else if (kind == RESCALE_V128_WIDE) {
    a = wide(first, table, common, magic);
    b = wide(second, table + 16, common, magic);
  } else {
    a = small(first, table, false, magic);
    b = small(second, table + 32, false, magic);
  }
  const codes = i16x8.narrow_i32x4_s(a, b);
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
