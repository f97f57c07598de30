// DEPTHWISE_CONV_2D, int16 x int8 -> int16, int64 or int32 bias. Record: DEPTHWISE_CONV_2D_INT16_* in abi/depthwise_conv_2d_int16.ts, which gives the shapes.
//
// Every slice of tiles is staged once. Four channels of one output pixel at a time, over those taps of the window that lie in the input.
// Dialect: reference. Source: TFLM reference/integer_ops/depthwise_conv.h.
import {
  DEPTHWISE_CONV_2D_INT16_INPUT, DEPTHWISE_CONV_2D_INT16_OUTPUT, DEPTHWISE_CONV_2D_INT16_TILES, DEPTHWISE_CONV_2D_INT16_BUFFER, DEPTHWISE_CONV_2D_INT16_SUMS,
  DEPTHWISE_CONV_2D_INT16_IN_C, DEPTHWISE_CONV_2D_INT16_DEPTH_MULTIPLIER, DEPTHWISE_CONV_2D_INT16_OUT_C, DEPTHWISE_CONV_2D_INT16_SLICE_C,
  DEPTHWISE_CONV_2D_INT16_TILE_BYTES, DEPTHWISE_CONV_2D_INT16_ROUNDING, DEPTHWISE_CONV_2D_INT16_MIN, DEPTHWISE_CONV_2D_INT16_MAX,
} from "../abi/depthwise_conv_2d_int16";
import { WIDE_TILE_C, WIDE_TILE_WEIGHTS } from "../abi/wide_tile";
import {
  WINDOW_BATCHES, WINDOW_DILATION_H, WINDOW_DILATION_W, WINDOW_IN_H, WINDOW_IN_W, WINDOW_K_H, WINDOW_K_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_PAD_LEFT,
  WINDOW_PAD_TOP, WINDOW_STRIDE_H, WINDOW_STRIDE_W,
} from "../abi/window";
import { add_4, set_4 } from "../inner/dot_wide";
import { stage } from "../inner/stage";
import { store_wide } from "../inner/store_wide";
import { CHUNK, chunk_of, within } from "../inner/within";

/**
 * Sums of four channels over a window's taps in the input.
 * @param x the first tap of the first channel; `row_step` bytes to the next row of taps, `step` to the next tap
 * @param x1 bytes to the second channel's, and so on
 * @param w weights of the first tap, int8 [k_h][k_w][4]
 */
// @ts-ignore: decorator
@inline
function window_sums(x: usize, x1: i32, x2: i32, x3: i32, row_step: i32, step: i32, w: usize, k_w: i32, rows: i32, taps: i32, sums: usize): void {
  set_4(sums, 0);
  if (ASC_FEATURE_SIMD) {
    if (x1 == 2 && x2 == 4 && x3 == 6) {
      window_sums__v128(x, row_step, step, w, k_w, rows, taps, sums);
      return;
    }
  }
  let a0 = 0, a1 = 0, a2 = 0, a3 = 0, room = CHUNK; // products that still fit 32 bits
  for (; rows > 0; rows--, x += row_step, w += k_w << 2) {
    let from = x, weight = w;
    for (let left = taps; left > 0; left -= CHUNK) {
      const run = chunk_of(left);
      if (run > room) {
        add_4(sums, a0, a1, a2, a3);
        a0 = 0;
        a1 = 0;
        a2 = 0;
        a3 = 0;
        room = CHUNK;
      }
      room -= run;
      weight = within(weight, CHUNK << 2);
      const end = weight + (run << 2);
      do {
        a0 += <i32>load<i16>(from) * load<i8>(weight);
        a1 += <i32>load<i16>(from + x1) * load<i8>(weight, 1);
        a2 += <i32>load<i16>(from + x2) * load<i8>(weight, 2);
        a3 += <i32>load<i16>(from + x3) * load<i8>(weight, 3);
        from += step;
        weight += 4;
      } while (weight != end);
    }
  }
  add_4(sums, a0, a1, a2, a3);
}

/** The same of channels side by side. */
// @ts-ignore: decorator
@inline
function window_sums__v128(x: usize, row_step: i32, step: i32, w: usize, k_w: i32, rows: i32, taps: i32, sums: usize): void {
  let a = i32x4.splat(0), room = CHUNK;
  for (; rows > 0; rows--, x += row_step, w += k_w << 2) {
    let from = x, weight = w;
    for (let left = taps; left > 0; left -= CHUNK) {
      const run = chunk_of(left);
      if (run > room) {
        add_4(sums, i32x4.extract_lane(a, 0), i32x4.extract_lane(a, 1), i32x4.extract_lane(a, 2), i32x4.extract_lane(a, 3));
        a = i32x4.splat(0);
        room = CHUNK;
      }
      room -= run;
      const end = weight + (run << 2);
      do {
        a = i32x4.add(a, i32x4.mul(v128.load16x4_s(from), i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(weight)))));
        from += step;
        weight += 4;
      } while (weight != end);
    }
  }
  add_4(sums, i32x4.extract_lane(a, 0), i32x4.extract_lane(a, 1), i32x4.extract_lane(a, 2), i32x4.extract_lane(a, 3));
}

/** Taps of a window before the input begins. */
// @ts-ignore: decorator
@inline
function taps_before(at: i32, dilation: i32): i32 {
  return at >= 0 ? 0 : (dilation - 1 - at) / dilation;
}

/** Taps of a window before the input ends. */
// @ts-ignore: decorator
@inline
function taps_until(at: i32, dilation: i32, taps: i32, extent: i32): i32 {
  return at >= extent ? 0 : min(taps, (extent - 1 - at) / dilation + 1);
}

/** The input channel of an output channel: a division only where there is something to divide. */
// @ts-ignore: decorator
@inline
function input_channel(c: i32, depth_multiplier: i32): i32 {
  return depth_multiplier == 1 ? c : c / depth_multiplier;
}

export function depthwise_conv_2d_int16(record: usize): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W), out_h = load<i32>(record, WINDOW_OUT_H), out_w = load<i32>(record, WINDOW_OUT_W);
  const k_h = load<i32>(record, WINDOW_K_H), k_w = load<i32>(record, WINDOW_K_W);
  const dilation_h = load<i32>(record, WINDOW_DILATION_H), dilation_w = load<i32>(record, WINDOW_DILATION_W);
  const out_c = load<i32>(record, DEPTHWISE_CONV_2D_INT16_OUT_C), depth_multiplier = load<i32>(record, DEPTHWISE_CONV_2D_INT16_DEPTH_MULTIPLIER);
  const slice_c = load<i32>(record, DEPTHWISE_CONV_2D_INT16_SLICE_C), tile_bytes = load<i32>(record, DEPTHWISE_CONV_2D_INT16_TILE_BYTES);
  const rounding = load<i32>(record, DEPTHWISE_CONV_2D_INT16_ROUNDING), sums: usize = load<u32>(record, DEPTHWISE_CONV_2D_INT16_SUMS);
  const low = load<i32>(record, DEPTHWISE_CONV_2D_INT16_MIN), high = load<i32>(record, DEPTHWISE_CONV_2D_INT16_MAX);
  const pixel_bytes = load<i32>(record, DEPTHWISE_CONV_2D_INT16_IN_C) << 1, row_bytes = in_w * pixel_bytes;
  const step = dilation_w * pixel_bytes, row_step = dilation_h * row_bytes;
  let tiles: usize = load<u32>(record, DEPTHWISE_CONV_2D_INT16_TILES);
  for (let first = 0; first < out_c; first += slice_c) {
    const last = min(first + slice_c, out_c), bytes = (last - first + WIDE_TILE_C - 1) / WIDE_TILE_C * tile_bytes;
    const slice = stage(tiles, bytes, load<u32>(record, DEPTHWISE_CONV_2D_INT16_BUFFER));
    tiles += bytes;
    let source: usize = load<u32>(record, DEPTHWISE_CONV_2D_INT16_INPUT), out: usize = load<u32>(record, DEPTHWISE_CONV_2D_INT16_OUTPUT);
    for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--, source += in_h * row_bytes) {
      for (let oy = 0; oy < out_h; oy++) {
        const y = oy * load<i32>(record, WINDOW_STRIDE_H) - load<i32>(record, WINDOW_PAD_TOP);
        const above = taps_before(y, dilation_h), rows = taps_until(y, dilation_h, k_h, in_h) - above;
        for (let ox = 0; ox < out_w; ox++, out += out_c << 1) {
          const x = ox * load<i32>(record, WINDOW_STRIDE_W) - load<i32>(record, WINDOW_PAD_LEFT);
          const before = taps_before(x, dilation_w), taps = taps_until(x, dilation_w, k_w, in_w) - before;
          const corner = source + (y + above * dilation_h) * row_bytes + (x + before * dilation_w) * pixel_bytes, tap = (above * k_w + before) * 4;
          for (let c = first, tile = slice; c < last; c += WIDE_TILE_C, tile += tile_bytes) {
            const most = last - 1, x0 = input_channel(c, depth_multiplier); // missing channels read the last one's input
            const x1 = input_channel(min(c + 1, most), depth_multiplier), x2 = input_channel(min(c + 2, most), depth_multiplier), x3 = input_channel(min(c + 3, most), depth_multiplier);
            window_sums(corner + (x0 << 1), x1 - x0 << 1, x2 - x0 << 1, x3 - x0 << 1, row_step, step, tile + WIDE_TILE_WEIGHTS + tap, k_w, rows, taps, sums);
            store_wide<i16>(sums, tile, min(last - c, WIDE_TILE_C), rounding, out + (c << 1), 0, low, high);
          }
        }
      }
    }
  }
}
