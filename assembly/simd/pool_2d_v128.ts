// AVERAGE_POOL_2D and MAX_POOL_2D on SIMD cores, int8: eight and sixteen channels at a time. Record: POOL_2D_* in abi/pool_2d.ts.
// Dialect: reference, as kernels/pool_2d.ts has it. Where the last channels do not fill a vector, those before are computed again.
import { POOL_2D_INPUT, POOL_2D_OUTPUT, POOL_2D_CHANNELS, POOL_2D_MIN, POOL_2D_MAX } from "../abi/pool_2d";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W, WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { store_codes } from "../inner/rescale_v128";
import { add_pixels, SUMMED_16 } from "../inner/sum_v128";

/** 1.5 * 2^23: added to a whole float32 below 2^22, it leaves the integer in the lower bits. */
const MAGIC: f32 = 12582912.0;
const MAGIC_BITS: i32 = 0x4b400000;

/**
 * Sums of four channels, divided. A quotient of float32 is cut to the integer that the exact one is cut to: counts are below 2^15 (src/lowering/pool_2d.ts),
 * so a quotient that is not whole is 2^-15 off and rounded by 2^-17 at most.
 * @param half of the count, rounded down
 */
// @ts-ignore: decorator
@inline
function divide(sum: v128, count: i32, half: i32, legacy: bool): v128 {
  let dividend = i32x4.add(sum, i32x4.splat((count << 7) + half));
  if (!legacy) {
    const sign = i32x4.shr_s(sum, 31);
    dividend = i32x4.add(sum, i32x4.sub(v128.xor(i32x4.splat(half), sign), sign));
  }
  const quotient = f32x4.trunc(f32x4.div(f32x4.convert_i32x4_s(dividend), f32x4.splat(<f32>count)));
  return i32x4.sub(f32x4.add(quotient, f32x4.splat(MAGIC)), i32x4.splat(MAGIC_BITS + (legacy ? 128 : 0)));
}

/** Eight means. @param from the window's first pixel in the input */
// @ts-ignore: decorator
@inline
function average(from: usize, height: i32, width: i32, row_bytes: i32, pixel_bytes: i32, legacy: bool): v128 {
  let low = i32x4.splat(0), high = low, sum = low, room = SUMMED_16;
  for (let y = height; y > 0; y--, from += row_bytes) {
    let at = from;
    for (let left = width; left > 0; ) {
      const count = min(left, room);
      sum = add_pixels(sum, at, pixel_bytes, count);
      left -= count;
      room -= count;
      at += count * pixel_bytes;
      if (room == 0) {
        low = i32x4.add(low, i32x4.extend_low_i16x8_s(sum));
        high = i32x4.add(high, i32x4.extend_high_i16x8_s(sum));
        sum = i32x4.splat(0);
        room = SUMMED_16;
      }
    }
  }
  const count = height * width, half = count >> 1;
  low = divide(i32x4.add(low, i32x4.extend_low_i16x8_s(sum)), count, half, legacy);
  high = divide(i32x4.add(high, i32x4.extend_high_i16x8_s(sum)), count, half, legacy);
  const codes = i16x8.narrow_i32x4_s(low, high);
  return i8x16.narrow_i16x8_s(codes, codes);
}

/** Sixteen maxima, or eight in the lower half. */
// @ts-ignore: decorator
@inline
function maximum(from: usize, height: i32, width: i32, row_bytes: i32, pixel_bytes: i32, lanes: i32): v128 {
  let most = i8x16.splat(i8.MIN_VALUE);
  for (let y = height; y > 0; y--, from += row_bytes) {
    let at = from, left = width;
    do {
      most = i8x16.max_s(most, lanes == 16 ? v128.load(at) : v128.load64_zero(at));
      at += pixel_bytes;
    } while (--left);
  }
  return most;
}

/** `lanes`, `averaged` and `legacy` are known at compile time. */
// @ts-ignore: decorator
@inline
function pool(record: usize, lanes: i32, averaged: bool, legacy: bool): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W), channels = load<i32>(record, POOL_2D_CHANNELS);
  const out_h = load<i32>(record, WINDOW_OUT_H), out_w = load<i32>(record, WINDOW_OUT_W), k_h = load<i32>(record, WINDOW_K_H), k_w = load<i32>(record, WINDOW_K_W);
  const stride_h = load<i32>(record, WINDOW_STRIDE_H), stride_w = load<i32>(record, WINDOW_STRIDE_W), pad_top = load<i32>(record, WINDOW_PAD_TOP), pad_left = load<i32>(record, WINDOW_PAD_LEFT);
  const low = i8x16.splat(<i8>load<i32>(record, POOL_2D_MIN)), high = i8x16.splat(<i8>load<i32>(record, POOL_2D_MAX));
  const row_bytes = in_w * channels, last = max(channels - lanes, 0);
  let input: usize = load<u32>(record, POOL_2D_INPUT), out: usize = load<u32>(record, POOL_2D_OUTPUT);
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--, input += in_h * row_bytes) {
    for (let oy = 0; oy < out_h; oy++) {
      const y = oy * stride_h - pad_top, y0 = max(y, 0), height = min(y + k_h, in_h) - y0;
      for (let ox = 0; ox < out_w; ox++, out += channels) {
        const x = ox * stride_w - pad_left, x0 = max(x, 0), width = min(x + k_w, in_w) - x0, corner = input + y0 * row_bytes + x0 * channels;
        for (let begin = 0; begin < channels; begin += lanes) {
          const c = min(begin, last), from = corner + c;
          const codes = averaged ? average(from, height, width, row_bytes, channels, legacy) : maximum(from, height, width, row_bytes, channels, lanes);
          const clamped = i8x16.max_s(i8x16.min_s(codes, high), low);
          if (lanes == 16) v128.store(out + c, clamped);
          else store_codes(out + c, clamped, min(channels, 8));
        }
      }
    }
  }
}

export function average_pool_2d_v128(record: usize): void {
  pool(record, 8, true, false);
}

export function average_pool_2d_legacy_v128(record: usize): void {
  pool(record, 8, true, true);
}

/** Fewer than sixteen channels. */
export function max_pool_2d_v128(record: usize): void {
  pool(record, 8, false, false);
}

export function max_pool_2d_v128_16(record: usize): void {
  pool(record, 16, false, false);
}
