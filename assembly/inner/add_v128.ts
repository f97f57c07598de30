// ADD and SUB of int8 on SIMD cores, eight elements at a time: the arithmetic of kernels/add.ts in upper halves of 64-bit products.
import {
  ADD_A_MULTIPLIER, ADD_A_OFFSET, ADD_A_RIGHT, ADD_B_MULTIPLIER, ADD_B_OFFSET, ADD_B_RIGHT, ADD_MAX, ADD_MIN, ADD_OUTPUT_MULTIPLIER, ADD_OUTPUT_OFFSET, ADD_OUTPUT_RIGHT,
} from "../abi/add";

/** Whether `add_8s` computes with these multipliers: no operand stands for zeros, x * 2^(21 - right) is whole, and the output's second rounding lies above the lower half. */
// @ts-ignore: decorator
@inline
export function adds_8s(record: usize): bool {
  return load<i32>(record, ADD_A_MULTIPLIER) != 0 && load<i32>(record, ADD_B_MULTIPLIER) != 0 && load<i32>(record, ADD_A_RIGHT) <= 21 && load<i32>(record, ADD_B_RIGHT) <= 21 && load<i32>(record, ADD_OUTPUT_RIGHT) >= 2;
}

/**
 * `rescale` (arithmetic/fixed_point.ts) of x * 2^20, |x| < 2^9. The larger scale's multiplier is one half: x * 2^19. Any other is smaller, so right is 1 and more,
 * and (x * m + 2^10 + 2^(10 + right) - 2^11 where x is negative) >> (11 + right) is, times 2^(21 - right), the upper half of
 * x * 2^(21 - right) * m + 2^31 + 2^(31 - right), or less the latter where x is negative.
 */
// @ts-ignore: decorator
@inline
function operand(x: v128, right: i32, multiplier: v128, half: v128): v128 {
  if (right == 0) return i32x4.shl(x, 19);
  const scaled = i32x4.shl(x, 21 - right), negative = i32x4.shr_s(x, 31), rounding = i32x4.sub(v128.xor(half, negative), negative), one = i64x2.splat(1 << 31);
  const low = i64x2.add(i64x2.add(i64x2.extmul_low_i32x4_s(scaled, multiplier), i64x2.extend_low_i32x4_s(rounding)), one);
  const high = i64x2.add(i64x2.add(i64x2.extmul_high_i32x4_s(scaled, multiplier), i64x2.extend_high_i32x4_s(rounding)), one);
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}

/** `rescale_signed_high` (arithmetic/folded.ts) of four sums. @param half 2^(right - 2) */
// @ts-ignore: decorator
@inline
function output(sum: v128, right: i32, multiplier: v128, half: v128): v128 {
  const rounding = v128.xor(v128.and(sum, i32x4.splat(i32.MIN_VALUE)), i32x4.splat(1 << 30));
  const low = i64x2.add(i64x2.extmul_low_i32x4_s(sum, multiplier), i64x2.extend_low_i32x4_s(rounding));
  const high = i64x2.add(i64x2.extmul_high_i32x4_s(sum, multiplier), i64x2.extend_high_i32x4_s(rounding));
  return i32x4.shr_s(i32x4.add(v128.shuffle<i32>(low, high, 1, 3, 5, 7), half), right - 1);
}

/**
 * Adds, or subtracts, `count` elements, a multiple of 8 above 0. `subtract` is known at compile time.
 * @param a_step 1, or 0 where one element serves all; `b_step` likewise
 */
// @ts-ignore: decorator
@inline
export function add_8s(record: usize, subtract: bool, a: usize, a_step: i32, b: usize, b_step: i32, out: usize, count: i32): void {
  const a_offset = i16x8.splat(<i16>load<i32>(record, ADD_A_OFFSET)), b_offset = i16x8.splat(<i16>load<i32>(record, ADD_B_OFFSET));
  const a_right = load<i32>(record, ADD_A_RIGHT), b_right = load<i32>(record, ADD_B_RIGHT), right = load<i32>(record, ADD_OUTPUT_RIGHT);
  const a_multiplier = v128.load32_splat(record, ADD_A_MULTIPLIER), b_multiplier = v128.load32_splat(record, ADD_B_MULTIPLIER), multiplier = v128.load32_splat(record, ADD_OUTPUT_MULTIPLIER);
  const a_half = i32x4.splat(<i32>(<u32>0x80000000 >> a_right)), b_half = i32x4.splat(<i32>(<u32>0x80000000 >> b_right)), half = i32x4.splat(1 << (right - 2));
  const zero_point = i16x8.splat(<i16>load<i32>(record, ADD_OUTPUT_OFFSET));
  const least = i8x16.splat(<i8>load<i32>(record, ADD_MIN)), most = i8x16.splat(<i8>load<i32>(record, ADD_MAX));
  const end = out + count;
  do {
    const x = i16x8.add(a_step ? v128.load8x8_s(a) : i16x8.splat(load<i8>(a)), a_offset), y = i16x8.add(b_step ? v128.load8x8_s(b) : i16x8.splat(load<i8>(b)), b_offset);
    const x0 = operand(i32x4.extend_low_i16x8_s(x), a_right, a_multiplier, a_half), x1 = operand(i32x4.extend_high_i16x8_s(x), a_right, a_multiplier, a_half);
    const y0 = operand(i32x4.extend_low_i16x8_s(y), b_right, b_multiplier, b_half), y1 = operand(i32x4.extend_high_i16x8_s(y), b_right, b_multiplier, b_half);
    const first = output(subtract ? i32x4.sub(x0, y0) : i32x4.add(x0, y0), right, multiplier, half);
    const second = output(subtract ? i32x4.sub(x1, y1) : i32x4.add(x1, y1), right, multiplier, half);
    const codes = i16x8.add_sat_s(i16x8.narrow_i32x4_s(first, second), zero_point);
    v128.store64_lane(out, i8x16.max_s(i8x16.min_s(i8x16.narrow_i16x8_s(codes, codes), most), least), 0);
    a += a_step << 3;
    b += b_step << 3;
    out += 8;
  } while (out != end);
}
