// TRANSPOSE_CONV whose results are float32, of float32 or of int8 (hybrid). Record: TRANSPOSE_CONV_FLOAT32_* in abi/transpose_conv_float32.ts.
// The reference scatters every input over the outputs that it reaches; here every output gathers its inputs in the same order: input rows
// ascending, then columns, then channels. The bias comes last. Source: TFLM reference/transpose_conv.h; LiteRT's for hybrid, which makes
// float32 of every product.
import {
  TRANSPOSE_CONV_FLOAT32_INPUT, TRANSPOSE_CONV_FLOAT32_OUTPUT, TRANSPOSE_CONV_FLOAT32_TILES, TRANSPOSE_CONV_FLOAT32_BUFFER, TRANSPOSE_CONV_FLOAT32_SUMS,
  TRANSPOSE_CONV_FLOAT32_IN_C, TRANSPOSE_CONV_FLOAT32_OUT_C, TRANSPOSE_CONV_FLOAT32_SLICE_C, TRANSPOSE_CONV_FLOAT32_MIN, TRANSPOSE_CONV_FLOAT32_MAX,
  TRANSPOSE_CONV_FLOAT32_RANGES,
} from "../abi/transpose_conv_float32";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W,
  WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { stage } from "../inner/stage";
import { clear_tile, dot_tile, dot_tile_scaled, store_tile_float32 } from "../inner/tile_float32";

/** The first input whose window reaches `at`, which counts from the first padded element. */
// @ts-ignore: decorator
@inline
function first_input(at: i32, taps: i32, stride: i32): i32 {
  return at < taps ? 0 : (at - taps) / stride + 1;
}

/** Bytes of biases, and of scales. */
// @ts-ignore: decorator
@inline
function head<T>(): i32 {
  return sizeof<T>() == 4 ? 16 : 32;
}

/** All pixels for the channels of one slice. */
function gather<T>(record: usize, slice: usize, channels: i32, tile_bytes: i32, out: usize): void {
  const in_h = load<i32>(record, WINDOW_OUT_H), in_w = load<i32>(record, WINDOW_OUT_W), in_c = load<i32>(record, TRANSPOSE_CONV_FLOAT32_IN_C);
  const out_h = load<i32>(record, WINDOW_IN_H), out_w = load<i32>(record, WINDOW_IN_W), out_stride = load<i32>(record, TRANSPOSE_CONV_FLOAT32_OUT_C) << 2;
  const k_h = load<i32>(record, WINDOW_K_H), k_w = load<i32>(record, WINDOW_K_W);
  const stride_h = load<i32>(record, WINDOW_STRIDE_H), stride_w = load<i32>(record, WINDOW_STRIDE_W);
  const pad_top = load<i32>(record, WINDOW_PAD_TOP), pad_left = load<i32>(record, WINDOW_PAD_LEFT);
  const low = load<f32>(record, TRANSPOSE_CONV_FLOAT32_MIN), high = load<f32>(record, TRANSPOSE_CONV_FLOAT32_MAX);
  const sums: usize = load<u32>(record, TRANSPOSE_CONV_FLOAT32_SUMS);
  let input: usize = load<u32>(record, TRANSPOSE_CONV_FLOAT32_INPUT), range: usize = load<u32>(record, TRANSPOSE_CONV_FLOAT32_RANGES);
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--, range += 8, input += in_h * in_w * in_c * sizeof<T>()) {
    const input_scale: f32 = sizeof<T>() == 4 ? 0 : load<f32>(range), offset = sizeof<T>() == 4 ? 0 : load<i32>(range, 4);
    for (let oy = 0; oy < out_h; oy++) {
      const y = oy + pad_top, iy0 = first_input(y, k_h, stride_h), iy1 = min(in_h, y / stride_h + 1);
      for (let ox = 0; ox < out_w; ox++, out += out_stride) {
        const x = ox + pad_left, ix0 = first_input(x, k_w, stride_w), ix1 = min(in_w, x / stride_w + 1);
        let tile = slice, to = out;
        for (let left = channels; left > 0; left -= 4, tile += tile_bytes, to += 16) {
          clear_tile(sums);
          for (let iy = iy0; iy < iy1; iy++) {
            const row = (y - iy * stride_h) * k_w;
            for (let ix = ix0; ix < ix1; ix++) {
              const from = input + (iy * in_w + ix) * in_c * sizeof<T>(), weights = tile + head<T>() + (row + x - ix * stride_w) * in_c * 4 * sizeof<T>();
              if (sizeof<T>() == 4) dot_tile(from, weights, in_c, sums);
              else dot_tile_scaled(from, offset, weights, in_c, tile + 16, input_scale, sums);
            }
          }
          store_tile_float32(sums, tile, min(left, 4), to, low, high);
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function slices<T>(record: usize): void {
  const out_c = load<i32>(record, TRANSPOSE_CONV_FLOAT32_OUT_C), slice_c = load<i32>(record, TRANSPOSE_CONV_FLOAT32_SLICE_C);
  const tile_bytes = head<T>() + load<i32>(record, WINDOW_K_H) * load<i32>(record, WINDOW_K_W) * load<i32>(record, TRANSPOSE_CONV_FLOAT32_IN_C) * 4 * sizeof<T>();
  const buffer: usize = load<u32>(record, TRANSPOSE_CONV_FLOAT32_BUFFER);
  let tiles: usize = load<u32>(record, TRANSPOSE_CONV_FLOAT32_TILES);
  let out: usize = load<u32>(record, TRANSPOSE_CONV_FLOAT32_OUTPUT);
  for (let first = 0; first < out_c; first += slice_c) {
    const channels = min(out_c - first, slice_c), bytes = ((channels + 3) >> 2) * tile_bytes;
    gather<T>(record, stage(tiles, bytes, buffer), channels, tile_bytes, out);
    tiles += bytes;
    out += channels << 2;
  }
}

export function transpose_conv_float32(record: usize): void {
  slices<f32>(record);
}

export function transpose_conv_hybrid(record: usize): void {
  slices<i8>(record);
}
