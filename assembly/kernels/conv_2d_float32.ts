// CONV_2D and FULLY_CONNECTED whose results are float32, of float32 (`conv_2d_float32`) or of int8 (`conv_2d_hybrid`): every slice of weights is
// staged once and meets all pixels.
// Record: CONV_2D_FLOAT32_* in abi/conv_2d_float32.ts. Assumes scratch of the stated size, word-aligned addresses.
// Dialect: reference, sums in its order: taps outside the input are left out, the bias comes last. Source: TFLM reference/conv.h (Conv,
// HybridConvPerChannel), fully_connected.h, LiteRT kernels/fully_connected.cc.
import {
  CONV_2D_FLOAT32_INPUT, CONV_2D_FLOAT32_OUTPUT, CONV_2D_FLOAT32_TILES, CONV_2D_FLOAT32_BUFFER, CONV_2D_FLOAT32_SUMS, CONV_2D_FLOAT32_IN_C, CONV_2D_FLOAT32_GROUPS,
  CONV_2D_FLOAT32_GROUP_C, CONV_2D_FLOAT32_OUT_C, CONV_2D_FLOAT32_SLICE_C, CONV_2D_FLOAT32_MIN, CONV_2D_FLOAT32_MAX, CONV_2D_FLOAT32_RANGES,
  CONV_2D_FLOAT32_IN_TURN,
} from "../abi/conv_2d_float32";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W,
  WINDOW_DILATION_H, WINDOW_DILATION_W, WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { stage } from "../inner/stage";
import { end_tap, first_tap } from "../inner/taps";
import { clear_tile, dot_tile, dot_tile_int8, store_tile_float32, store_tile_hybrid } from "../inner/tile_float32";

/** Bytes of a tile before its weights. T: the weights' type. */
// @ts-ignore: decorator
@inline
function head<T>(): i32 {
  return sizeof<T>() == 4 ? 16 : 32;
}

// @ts-ignore: decorator
@inline
function dot<T>(x: usize, offset: i32, w: usize, depth: i32, sums: usize): void {
  if (sizeof<T>() == 4) dot_tile(x, w, depth, sums);
  else dot_tile_int8(x, offset, w, depth, sums);
}

/** All pixels for the channels of one slice. @param input at the group's first channel @param out at the slice's */
function convolve<T>(record: usize, slice: usize, channels: i32, tile_bytes: i32, input: usize, out: usize, out_stride: i32): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W), in_c = load<i32>(record, CONV_2D_FLOAT32_IN_C);
  const out_h = load<i32>(record, WINDOW_OUT_H), out_w = load<i32>(record, WINDOW_OUT_W), group_c = load<i32>(record, CONV_2D_FLOAT32_GROUP_C);
  const k_h = load<i32>(record, WINDOW_K_H), k_w = load<i32>(record, WINDOW_K_W);
  const stride_h = load<i32>(record, WINDOW_STRIDE_H), stride_w = load<i32>(record, WINDOW_STRIDE_W);
  const dilation_h = load<i32>(record, WINDOW_DILATION_H), dilation_w = load<i32>(record, WINDOW_DILATION_W);
  const pad_top = load<i32>(record, WINDOW_PAD_TOP), pad_left = load<i32>(record, WINDOW_PAD_LEFT);
  const low = load<f32>(record, CONV_2D_FLOAT32_MIN), high = load<f32>(record, CONV_2D_FLOAT32_MAX);
  const sums: usize = load<u32>(record, CONV_2D_FLOAT32_SUMS);
  const tap_bytes = group_c * 4 * sizeof<T>(), pixel_bytes = in_c * sizeof<T>();
  const in_turn = load<i32>(record, CONV_2D_FLOAT32_IN_TURN) != 0;
  let range: usize = load<u32>(record, CONV_2D_FLOAT32_RANGES), offset = 0, scale: f32 = 1;
  const together = group_c == in_c && dilation_w == 1; // a row of taps lies in one piece
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--) {
    if (sizeof<T>() == 1) {
      scale = load<f32>(range);
      offset = load<i32>(range, 4);
      range += 8;
    }
    for (let oy = 0; oy < out_h; oy++) {
      const y = oy * stride_h - pad_top, ky0 = first_tap(y, dilation_h), ky1 = end_tap(y, dilation_h, k_h, in_h);
      for (let ox = 0; ox < out_w; ox++) {
        const x = ox * stride_w - pad_left, kx0 = first_tap(x, dilation_w), kx1 = end_tap(x, dilation_w, k_w, in_w);
        let tile = slice, to = out;
        for (let left = channels; left > 0; left -= 4, tile += tile_bytes, to += 16) {
          clear_tile(sums);
          if (kx0 < kx1) {
            for (let ky = ky0; ky < ky1; ky++) {
              let from = input + ((y + ky * dilation_h) * in_w + x + kx0 * dilation_w) * pixel_bytes;
              let weights = tile + head<T>() + (ky * k_w + kx0) * tap_bytes;
              if (together) dot<T>(from, offset, weights, (kx1 - kx0) * in_c, sums);
              else {
                for (let kx = kx0; kx < kx1; kx++, from += dilation_w * pixel_bytes, weights += tap_bytes) dot<T>(from, offset, weights, group_c, sums);
              }
            }
          }
          if (sizeof<T>() == 4) store_tile_float32(sums, tile, min(left, 4), to, low, high);
          else store_tile_hybrid(sums, tile, scale, in_turn, min(left, 4), to, low, high);
        }
        out += out_stride;
      }
    }
    input += in_h * in_w * pixel_bytes;
  }
}

// @ts-ignore: decorator
@inline
function slices<T>(record: usize): void {
  const groups = load<i32>(record, CONV_2D_FLOAT32_GROUPS), group_c = load<i32>(record, CONV_2D_FLOAT32_GROUP_C);
  const out_c = load<i32>(record, CONV_2D_FLOAT32_OUT_C), slice_c = load<i32>(record, CONV_2D_FLOAT32_SLICE_C);
  const tile_bytes = head<T>() + load<i32>(record, WINDOW_K_H) * load<i32>(record, WINDOW_K_W) * group_c * 4 * sizeof<T>();
  const buffer: usize = load<u32>(record, CONV_2D_FLOAT32_BUFFER);
  let tiles: usize = load<u32>(record, CONV_2D_FLOAT32_TILES);
  let input: usize = load<u32>(record, CONV_2D_FLOAT32_INPUT);
  let out: usize = load<u32>(record, CONV_2D_FLOAT32_OUTPUT);
  for (let group = 0; group < groups; group++) {
    for (let first = 0; first < out_c; first += slice_c) {
      const channels = min(out_c - first, slice_c), bytes = ((channels + 3) >> 2) * tile_bytes;
      convolve<T>(record, stage(tiles, bytes, buffer), channels, tile_bytes, input, out, (groups * out_c) << 2);
      tiles += bytes;
      out += channels << 2;
    }
    input += group_c * sizeof<T>();
  }
}

export function conv_2d_float32(record: usize): void {
  slices<f32>(record);
}

export function conv_2d_hybrid(record: usize): void {
  slices<i8>(record);
}
