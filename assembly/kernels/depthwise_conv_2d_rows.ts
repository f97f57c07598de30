// DEPTHWISE_CONV_2D with one output for each input channel, int8 x int8 -> int8, int32 bias, for code compiled ahead of time for a core with
// a vector unit: channels lie together, and so do their sums. Record: DEPTHWISE_CONV_2D_ROWS_* in abi/depthwise_conv_2d_rows.ts.
//
// Every slice of weights is staged once; for each pixel nine taps at a time are added to the sums of 16 channels, then these become outputs.
// A padded tap has an address too, that of a pixel of fill values. `depthwise_conv_2d_rows_3x3`, a kernel of its own as a model then needs no code of the
// other, goes over runs of pixels that touch no border; at a border the patch is copied out, padding filled in, and makes a run of one.
// Assumes what lowering guarantees: layers that fit the kernel, scratch of the stated sizes, word-aligned addresses, 15 bytes of memory behind the input.
// Dialect: reference. Source: TFLM reference/integer_ops/depthwise_conv.h, DepthwiseConvPerChannel.
import {
  DEPTHWISE_CONV_2D_ROWS_INPUT, DEPTHWISE_CONV_2D_ROWS_OUTPUT, DEPTHWISE_CONV_2D_ROWS_TILES, DEPTHWISE_CONV_2D_ROWS_BUFFER,
  DEPTHWISE_CONV_2D_ROWS_OFFSETS, DEPTHWISE_CONV_2D_ROWS_TAPS_AT, DEPTHWISE_CONV_2D_ROWS_PADDING, DEPTHWISE_CONV_2D_ROWS_SUMS,
  DEPTHWISE_CONV_2D_ROWS_CHANNELS, DEPTHWISE_CONV_2D_ROWS_SLICE_C, DEPTHWISE_CONV_2D_ROWS_TAPS, DEPTHWISE_CONV_2D_ROWS_FILL,
  DEPTHWISE_CONV_2D_ROWS_FOLDED, DEPTHWISE_CONV_2D_ROWS_OUTPUT_OFFSET, DEPTHWISE_CONV_2D_ROWS_MIN, DEPTHWISE_CONV_2D_ROWS_MAX,
  DEPTHWISE_CONV_2D_ROWS_PATCH,
} from "../abi/depthwise_conv_2d_rows";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W,
  WINDOW_DILATION_H, WINDOW_DILATION_W, WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { copy_patch_16s } from "../inner/copy_patch_16s";
import { fill_16s } from "../inner/fill_16s";
import { depthwise_3x3_run, depthwise_nine } from "../inner/depthwise_nine";
import { rescale_row, rescale_row_folded } from "../inner/rescale_row";
import { stage } from "../inner/stage";
import { within } from "../inner/within";

/** Writes the addresses of a pixel's taps: int32 [taps], those outside the input at the padding, as those that only fill up a nine. */
function place_taps(record: usize, input: usize, y: i32, x: i32): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W), channels = load<i32>(record, DEPTHWISE_CONV_2D_ROWS_CHANNELS);
  const k_w = load<i32>(record, WINDOW_K_W), dilation_h = load<i32>(record, WINDOW_DILATION_H), dilation_w = load<i32>(record, WINDOW_DILATION_W);
  const padding = load<i32>(record, DEPTHWISE_CONV_2D_ROWS_PADDING);
  let at: usize = load<u32>(record, DEPTHWISE_CONV_2D_ROWS_TAPS_AT);
  const end = at + (load<i32>(record, DEPTHWISE_CONV_2D_ROWS_TAPS) << 2);
  for (let ky = load<i32>(record, WINDOW_K_H); ky > 0; ky--, y += dilation_h) {
    const row = input + y * in_w * channels;
    for (let kx = 0, tx = x; kx < k_w; kx++, tx += dilation_w, at += 4)
      store<u32>(within(at, 4), <u32>y < <u32>in_h && <u32>tx < <u32>in_w ? row + tx * channels : padding);
  }
  for (; at != end; at += 4) store<u32>(within(at, 4), padding);
}

/** One pixel, all tiles of a slice. `places`: int32 [taps], where the taps lie from `from`. */
function pixel(record: usize, places: usize, from: usize, tile: usize, channels: i32, out: usize): void {
  const taps = load<i32>(record, DEPTHWISE_CONV_2D_ROWS_TAPS), sums: usize = load<u32>(record, DEPTHWISE_CONV_2D_ROWS_SUMS);
  const offset = load<i32>(record, DEPTHWISE_CONV_2D_ROWS_OUTPUT_OFFSET), folded = load<i32>(record, DEPTHWISE_CONV_2D_ROWS_FOLDED);
  const low = load<i32>(record, DEPTHWISE_CONV_2D_ROWS_MIN), high = load<i32>(record, DEPTHWISE_CONV_2D_ROWS_MAX);
  for (; channels > 0; channels -= 16, from += 16, out += 16) {
    const count = min(channels, 16), biases = tile + (taps << 4), entries = biases + 64;
    let start = biases;
    for (let t = 0; t < taps; t += 9, tile += 9 * 16, start = sums) depthwise_nine(places + (t << 2), from, tile, start, sums, (count + 3) >> 2);
    if (folded) rescale_row_folded(sums, entries, count, out, low, high);
    else rescale_row(sums, entries, count, out, offset, low, high);
    tile = entries + 256;
  }
}

/** @param runs known at compile time: whether pixels go in runs */
// @ts-ignore: decorator
@inline
function walk(record: usize, runs: bool): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W), out_h = load<i32>(record, WINDOW_OUT_H), out_w = load<i32>(record, WINDOW_OUT_W);
  const stride_h = load<i32>(record, WINDOW_STRIDE_H), stride_w = load<i32>(record, WINDOW_STRIDE_W);
  const dilation_h = load<i32>(record, WINDOW_DILATION_H), dilation_w = load<i32>(record, WINDOW_DILATION_W);
  const all = load<i32>(record, DEPTHWISE_CONV_2D_ROWS_CHANNELS), slice_c = load<i32>(record, DEPTHWISE_CONV_2D_ROWS_SLICE_C);
  const taps = runs ? 9 : load<i32>(record, DEPTHWISE_CONV_2D_ROWS_TAPS);
  const buffer: usize = load<u32>(record, DEPTHWISE_CONV_2D_ROWS_BUFFER), sums: usize = load<u32>(record, DEPTHWISE_CONV_2D_ROWS_SUMS);
  const offsets: usize = load<u32>(record, DEPTHWISE_CONV_2D_ROWS_OFFSETS), taps_at: usize = load<u32>(record, DEPTHWISE_CONV_2D_ROWS_TAPS_AT);
  const last_y = in_h - (load<i32>(record, WINDOW_K_H) - 1) * dilation_h, last_x = in_w - (load<i32>(record, WINDOW_K_W) - 1) * dilation_w; // where the last patch inside begins, plus one
  const tile_bytes = 16 * (4 + 16 + taps);
  const patch: usize = load<u32>(record, DEPTHWISE_CONV_2D_ROWS_PATCH), fill = load<i32>(record, DEPTHWISE_CONV_2D_ROWS_FILL);
  if (!runs) fill_16s(load<u32>(record, DEPTHWISE_CONV_2D_ROWS_PADDING), <i64>fill * 0x0101010101010101, all);
  let input: usize = load<u32>(record, DEPTHWISE_CONV_2D_ROWS_INPUT), output: usize = load<u32>(record, DEPTHWISE_CONV_2D_ROWS_OUTPUT);
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--) {
    let tiles: usize = load<u32>(record, DEPTHWISE_CONV_2D_ROWS_TILES);
    for (let first = 0; first < all; first += slice_c) {
      const channels = min(all - first, slice_c), bytes = ((channels + 15) >> 4) * tile_bytes;
      const slice = stage(tiles, bytes, buffer);
      tiles += bytes;
      let out = output + first;
      let y = -load<i32>(record, WINDOW_PAD_TOP);
      for (let oy = 0; oy < out_h; oy++, y += stride_h) {
        let x = -load<i32>(record, WINDOW_PAD_LEFT), ox = 0;
        while (ox < out_w) {
          const inside = y >= 0 && y < last_y && x >= 0 && x < last_x;
          let from = input + (y * in_w + x) * all, run = 1;
          if (runs) {
            let row_step = dilation_h * in_w * all, tap_step = dilation_w * all;
            if (inside) run = min((last_x - 1 - x) / stride_w + 1, out_w - ox);
            else {
              copy_patch_16s(record, input, all, all, y, x, patch, fill);
              from = patch;
              row_step = 3 * all;
              tap_step = all;
            }
            from += first;
            for (let c = 0, tile = slice; c < channels; c += 16, tile += tile_bytes)
              depthwise_3x3_run(from + c, row_step, tap_step, stride_w * all, run, tile, sums, min(channels - c, 16), out + c, all);
          } else if (inside) {
            pixel(record, offsets, from + first, slice, channels, out);
          } else {
            place_taps(record, input, y, x);
            pixel(record, taps_at, first, slice, channels, out);
          }
          ox += run;
          x += run * stride_w;
          out += run * all;
        }
      }
    }
    input += in_h * in_w * all;
    output += out_h * out_w * all;
  }
}

export function depthwise_conv_2d_rows(record: usize): void {
  walk(record, false);
}

/** 3x3 filters whose taps are at most MOST_TAP_STEP bytes apart; folded outputs, their biases too, with a clamp of all int8. */
export function depthwise_conv_2d_rows_3x3(record: usize): void {
  walk(record, true);
}
