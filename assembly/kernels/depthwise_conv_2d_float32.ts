// DEPTHWISE_CONV_2D whose results are float32, of float32 or of int8 (hybrid): every slice of weights is staged once, every channel walks all pixels.
// Record: DEPTHWISE_CONV_2D_FLOAT32_* in abi/depthwise_conv_2d_float32.ts.
// Dialect: reference, sums in its order: taps outside the input are left out, the bias comes last. Source: TFLM reference/depthwiseconv_float32.h.
import {
  DEPTHWISE_CONV_2D_FLOAT32_INPUT, DEPTHWISE_CONV_2D_FLOAT32_OUTPUT, DEPTHWISE_CONV_2D_FLOAT32_TILES, DEPTHWISE_CONV_2D_FLOAT32_BUFFER,
  DEPTHWISE_CONV_2D_FLOAT32_IN_C, DEPTHWISE_CONV_2D_FLOAT32_OUT_C, DEPTHWISE_CONV_2D_FLOAT32_MULTIPLIER, DEPTHWISE_CONV_2D_FLOAT32_SLICE_C,
  DEPTHWISE_CONV_2D_FLOAT32_MIN, DEPTHWISE_CONV_2D_FLOAT32_MAX, DEPTHWISE_CONV_2D_FLOAT32_RANGES,
} from "../abi/depthwise_conv_2d_float32";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W,
  WINDOW_DILATION_H, WINDOW_DILATION_W, WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { clamp_float32 } from "../inner/clamp_float32";
import { stage } from "../inner/stage";
import { end_tap, first_tap } from "../inner/taps";
import { scaled } from "../inner/tile_float32";

/** All pixels of one output channel. @param input at the input channel @param out at the output channel */
function walk<T>(record: usize, tile: usize, input: usize, out: usize): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W);
  const out_h = load<i32>(record, WINDOW_OUT_H), out_w = load<i32>(record, WINDOW_OUT_W);
  const k_h = load<i32>(record, WINDOW_K_H), k_w = load<i32>(record, WINDOW_K_W);
  const stride_h = load<i32>(record, WINDOW_STRIDE_H), stride_w = load<i32>(record, WINDOW_STRIDE_W);
  const dilation_h = load<i32>(record, WINDOW_DILATION_H), dilation_w = load<i32>(record, WINDOW_DILATION_W);
  const pad_top = load<i32>(record, WINDOW_PAD_TOP), pad_left = load<i32>(record, WINDOW_PAD_LEFT);
  const low = load<f32>(record, DEPTHWISE_CONV_2D_FLOAT32_MIN), high = load<f32>(record, DEPTHWISE_CONV_2D_FLOAT32_MAX);
  const bias = load<f32>(tile), weights = tile + (sizeof<T>() == 4 ? 4 : 8);
  const pixel_bytes = load<i32>(record, DEPTHWISE_CONV_2D_FLOAT32_IN_C) * sizeof<T>(), out_bytes = load<i32>(record, DEPTHWISE_CONV_2D_FLOAT32_OUT_C) << 2;
  const step = dilation_w * pixel_bytes, row_step = dilation_h * in_w * pixel_bytes;
  let range: usize = load<u32>(record, DEPTHWISE_CONV_2D_FLOAT32_RANGES);
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--, range += 8, input += in_h * in_w * pixel_bytes) {
    const offset = sizeof<T>() == 4 ? 0 : load<i32>(range, 4);
    for (let oy = 0; oy < out_h; oy++) {
      const y = oy * stride_h - pad_top, ky0 = first_tap(y, dilation_h), ky1 = end_tap(y, dilation_h, k_h, in_h);
      for (let ox = 0; ox < out_w; ox++, out += out_bytes) {
        const x = ox * stride_w - pad_left, kx0 = first_tap(x, dilation_w), taps = end_tap(x, dilation_w, k_w, in_w) - kx0;
        let sum: f32 = 0, codes = 0;
        if (taps > 0) {
          let row = input + ((y + ky0 * dilation_h) * in_w + x + kx0 * dilation_w) * pixel_bytes;
          let first = weights + (ky0 * k_w + kx0) * sizeof<T>();
          for (let ky = ky0; ky < ky1; ky++, row += row_step, first += k_w * sizeof<T>()) {
            let from = row, weight = first;
            const end = weight + taps * sizeof<T>();
            do {
              if (sizeof<T>() == 4) sum += load<f32>(from) * load<f32>(weight);
              else codes += (<i32>load<i8>(from) - offset) * <i32>load<i8>(weight);
              from += step;
              weight += sizeof<T>();
            } while (weight != end);
          }
        }
        const result = sizeof<T>() == 4 ? sum + bias : scaled(codes, load<f32>(tile, 4), load<f32>(range), bias, false);
        store<f32>(out, clamp_float32(result, low, high));
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function slices<T>(record: usize): void {
  const out_c = load<i32>(record, DEPTHWISE_CONV_2D_FLOAT32_OUT_C), multiplier = load<i32>(record, DEPTHWISE_CONV_2D_FLOAT32_MULTIPLIER);
  const slice_c = load<i32>(record, DEPTHWISE_CONV_2D_FLOAT32_SLICE_C), buffer: usize = load<u32>(record, DEPTHWISE_CONV_2D_FLOAT32_BUFFER);
  const taps = load<i32>(record, WINDOW_K_H) * load<i32>(record, WINDOW_K_W);
  const tile_bytes = sizeof<T>() == 4 ? (taps + 1) << 2 : 8 + ((taps + 3) & ~3);
  const input: usize = load<u32>(record, DEPTHWISE_CONV_2D_FLOAT32_INPUT), output: usize = load<u32>(record, DEPTHWISE_CONV_2D_FLOAT32_OUTPUT);
  let tiles: usize = load<u32>(record, DEPTHWISE_CONV_2D_FLOAT32_TILES);
  for (let first = 0; first < out_c; first += slice_c) {
    const end = min(first + slice_c, out_c), bytes = (end - first) * tile_bytes;
    let tile = stage(tiles, bytes, buffer);
    tiles += bytes;
    for (let c = first; c < end; c++, tile += tile_bytes) walk<T>(record, tile, input + (c / multiplier) * sizeof<T>(), output + (c << 2));
  }
}

export function depthwise_conv_2d_float32(record: usize): void {
  slices<f32>(record);
}

export function depthwise_conv_2d_hybrid(record: usize): void {
  slices<i8>(record);
}
