// DEPTHWISE_CONV_2D, float32: every slice of weights is staged once, every channel walks all pixels.
// Record: DEPTHWISE_CONV_2D_FLOAT32_* in abi/depthwise_conv_2d_float32.ts.
// Dialect: reference, sums in its order: taps outside the input are left out, the bias comes last. Source: TFLM reference/depthwiseconv_float32.h.
import {
  DEPTHWISE_CONV_2D_FLOAT32_INPUT, DEPTHWISE_CONV_2D_FLOAT32_OUTPUT, DEPTHWISE_CONV_2D_FLOAT32_TILES, DEPTHWISE_CONV_2D_FLOAT32_BUFFER,
  DEPTHWISE_CONV_2D_FLOAT32_IN_C, DEPTHWISE_CONV_2D_FLOAT32_OUT_C, DEPTHWISE_CONV_2D_FLOAT32_MULTIPLIER, DEPTHWISE_CONV_2D_FLOAT32_SLICE_C,
  DEPTHWISE_CONV_2D_FLOAT32_MIN, DEPTHWISE_CONV_2D_FLOAT32_MAX,
} from "../abi/depthwise_conv_2d_float32";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W,
  WINDOW_DILATION_H, WINDOW_DILATION_W, WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { clamp_float32 } from "../inner/clamp_float32";
import { stage } from "../inner/stage";
import { end_tap, first_tap } from "../inner/taps";

/** All pixels of one output channel. @param input at the input channel @param out at the output channel */
function walk(record: usize, tile: usize, input: usize, out: usize): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W);
  const out_h = load<i32>(record, WINDOW_OUT_H), out_w = load<i32>(record, WINDOW_OUT_W);
  const k_h = load<i32>(record, WINDOW_K_H), k_w = load<i32>(record, WINDOW_K_W);
  const stride_h = load<i32>(record, WINDOW_STRIDE_H), stride_w = load<i32>(record, WINDOW_STRIDE_W);
  const dilation_h = load<i32>(record, WINDOW_DILATION_H), dilation_w = load<i32>(record, WINDOW_DILATION_W);
  const pad_top = load<i32>(record, WINDOW_PAD_TOP), pad_left = load<i32>(record, WINDOW_PAD_LEFT);
  const low = load<f32>(record, DEPTHWISE_CONV_2D_FLOAT32_MIN), high = load<f32>(record, DEPTHWISE_CONV_2D_FLOAT32_MAX);
  const bias = load<f32>(tile), weights = tile + 4;
  const pixel_bytes = load<i32>(record, DEPTHWISE_CONV_2D_FLOAT32_IN_C) << 2, out_bytes = load<i32>(record, DEPTHWISE_CONV_2D_FLOAT32_OUT_C) << 2;
  const step = dilation_w * pixel_bytes, row_step = dilation_h * in_w * pixel_bytes;
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--, input += in_h * in_w * pixel_bytes) {
    for (let oy = 0; oy < out_h; oy++) {
      const y = oy * stride_h - pad_top, ky0 = first_tap(y, dilation_h), ky1 = end_tap(y, dilation_h, k_h, in_h);
      for (let ox = 0; ox < out_w; ox++, out += out_bytes) {
        const x = ox * stride_w - pad_left, kx0 = first_tap(x, dilation_w), taps = end_tap(x, dilation_w, k_w, in_w) - kx0;
        let sum: f32 = 0;
        if (taps > 0) {
          let row = input + ((y + ky0 * dilation_h) * in_w + x + kx0 * dilation_w) * pixel_bytes;
          let first = weights + ((ky0 * k_w + kx0) << 2);
          for (let ky = ky0; ky < ky1; ky++, row += row_step, first += k_w << 2) {
            let from = row, weight = first;
            const end = weight + (taps << 2);
            do {
              sum += load<f32>(from) * load<f32>(weight);
              from += step;
              weight += 4;
            } while (weight != end);
          }
        }
        store<f32>(out, clamp_float32(sum + bias, low, high));
      }
    }
  }
}

export function depthwise_conv_2d_float32(record: usize): void {
  const out_c = load<i32>(record, DEPTHWISE_CONV_2D_FLOAT32_OUT_C), multiplier = load<i32>(record, DEPTHWISE_CONV_2D_FLOAT32_MULTIPLIER);
  const slice_c = load<i32>(record, DEPTHWISE_CONV_2D_FLOAT32_SLICE_C), buffer: usize = load<u32>(record, DEPTHWISE_CONV_2D_FLOAT32_BUFFER);
  const tile_bytes = (load<i32>(record, WINDOW_K_H) * load<i32>(record, WINDOW_K_W) + 1) << 2;
  const input: usize = load<u32>(record, DEPTHWISE_CONV_2D_FLOAT32_INPUT), output: usize = load<u32>(record, DEPTHWISE_CONV_2D_FLOAT32_OUTPUT);
  let tiles: usize = load<u32>(record, DEPTHWISE_CONV_2D_FLOAT32_TILES);
  for (let first = 0; first < out_c; first += slice_c) {
    const end = min(first + slice_c, out_c), bytes = (end - first) * tile_bytes;
    let tile = stage(tiles, bytes, buffer);
    tiles += bytes;
    for (let c = first; c < end; c++, tile += tile_bytes) walk(record, tile, input + ((c / multiplier) << 2), output + (c << 2));
  }
}
