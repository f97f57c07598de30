// CONV_2D, int8 x int8 -> int8, int32 bias, for code compiled ahead of time for a core with a vector unit: plain loops over bytes that lie
// together. Record: CONV_2D_ROWS_* in abi/conv_2d_rows.ts, which gives the shapes. FULLY_CONNECTED is the same kernel, its batches as pixels.
//
// Every slice of weights is staged once; then runs of pixels, whose patches lie a constant number of bytes apart, meet one tile after
// the other. A patch is read where it lies, or, at a border or where its rows are no whole blocks, copied out with padding filled in.
// Assumes what lowering guarantees: scratch of the stated sizes, word-aligned addresses, WITHIN_MOST bytes of memory behind the input.
// Dialect: reference. Source: TFLM reference/integer_ops/conv.h, ConvPerChannel.
import {
  CONV_2D_ROWS_INPUT, CONV_2D_ROWS_OUTPUT, CONV_2D_ROWS_TILES, CONV_2D_ROWS_BUFFER, CONV_2D_ROWS_PATCHES, CONV_2D_ROWS_SUMS, CONV_2D_ROWS_IN_C,
  CONV_2D_ROWS_GROUPS, CONV_2D_ROWS_GROUP_C, CONV_2D_ROWS_OUT_C, CONV_2D_ROWS_SLICE_C, CONV_2D_ROWS_OUT_STRIDE, CONV_2D_ROWS_IN_PLACE,
  CONV_2D_ROWS_ROWS, CONV_2D_ROWS_BLOCKS, CONV_2D_ROWS_ROW_STEP, CONV_2D_ROWS_PATCH_STEP, CONV_2D_ROWS_PATCH_BYTES, CONV_2D_ROWS_MOST_PATCHES,
  CONV_2D_ROWS_FOLDED, CONV_2D_ROWS_FILL, CONV_2D_ROWS_OUTPUT_OFFSET, CONV_2D_ROWS_MIN, CONV_2D_ROWS_MAX, TILE_PIXELS, channelsAlone,
} from "../abi/conv_2d_rows";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W,
  WINDOW_DILATION_H, WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { copy_patch_16s } from "../inner/copy_patch_16s";
import { clamp_rows } from "../inner/rescale_row";
import { stage } from "../inner/stage";
import { store_tile } from "../inner/store_tile";
import { tile_pixels_folded, tile_pixels_folded_1, tile_pixels_folded_one, tile_pixels_sums } from "../inner/tile_pixels";

/**
 * All tiles of a slice for a run of pixels.
 * @param x first patch, `x_step` bytes before the next
 * @param channels output channels of the slice
 */
function run_tiles(record: usize, tile: usize, channels: i32, x: usize, x_step: i32, pixels: i32, row_step: i32, out: usize): void {
  const rows = load<i32>(record, CONV_2D_ROWS_ROWS), blocks = load<i32>(record, CONV_2D_ROWS_BLOCKS), out_stride = load<i32>(record, CONV_2D_ROWS_OUT_STRIDE);
  const weight_bytes = rows * blocks << 6;
  const low = load<i32>(record, CONV_2D_ROWS_MIN), high = load<i32>(record, CONV_2D_ROWS_MAX);
  if (load<i32>(record, CONV_2D_ROWS_FOLDED)) {
    let o = out, left = channels, first = out;
    for (; left > 3; left -= 4, tile += 64 + weight_bytes, o += 4)
      if (rows == 1) tile_pixels_folded_1(x, x_step, pixels, blocks, tile + 64, tile, o, out_stride);
      else tile_pixels_folded(x, x_step, pixels, row_step, rows, blocks, tile + 64, tile, o, out_stride);
    if (left > 0) {
      let alone = channelsAlone(left, load<i32>(record, CONV_2D_ROWS_OUT_C));
      if (alone == 0) {
        o -= 4 - left; // among the channels before, which may be those of the slice before
        first = min(first, o);
        tile_pixels_folded(x, x_step, pixels, row_step, rows, blocks, tile + 64, tile, o, out_stride);
      }
      for (; alone > 0; alone--, tile += 16 + (weight_bytes >> 2), o++) tile_pixels_folded_one(x, x_step, pixels, row_step, rows, blocks, tile + 16, tile, o, out_stride);
    }
    clamp_rows(first, out + channels - first, pixels, out_stride, low, high);
    return;
  }
  const sums: usize = load<u32>(record, CONV_2D_ROWS_SUMS), offset = load<i32>(record, CONV_2D_ROWS_OUTPUT_OFFSET);
  for (; channels > 0; channels -= 4, tile += 48 + weight_bytes, out += 4)
    for (let first = 0; first < pixels; first += TILE_PIXELS) {
      const count = min(pixels - first, TILE_PIXELS);
      tile_pixels_sums(x + first * x_step, x_step, count, row_step, rows, blocks, tile + 48, sums);
      store_tile(sums, TILE_PIXELS, count, min(channels, 4), tile, tile + 16, 8, out + first * out_stride, out_stride, offset, low, high);
    }
}

export function conv_2d_rows(record: usize): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W), in_c = load<i32>(record, CONV_2D_ROWS_IN_C);
  const groups = load<i32>(record, CONV_2D_ROWS_GROUPS), group_c = load<i32>(record, CONV_2D_ROWS_GROUP_C);
  const out_h = load<i32>(record, WINDOW_OUT_H), out_w = load<i32>(record, WINDOW_OUT_W), out_c = load<i32>(record, CONV_2D_ROWS_OUT_C);
  const out_stride = load<i32>(record, CONV_2D_ROWS_OUT_STRIDE), slice_c = load<i32>(record, CONV_2D_ROWS_SLICE_C), buffer: usize = load<u32>(record, CONV_2D_ROWS_BUFFER);
  const stride_h = load<i32>(record, WINDOW_STRIDE_H), stride_w = load<i32>(record, WINDOW_STRIDE_W);
  const in_place = load<i32>(record, CONV_2D_ROWS_IN_PLACE), fill = load<i32>(record, CONV_2D_ROWS_FILL);
  const patches: usize = load<u32>(record, CONV_2D_ROWS_PATCHES), patch_bytes = load<i32>(record, CONV_2D_ROWS_PATCH_BYTES);
  const most = load<i32>(record, CONV_2D_ROWS_MOST_PATCHES), row_step = load<i32>(record, CONV_2D_ROWS_ROW_STEP), patch_step = load<i32>(record, CONV_2D_ROWS_PATCH_STEP);
  const last_y = in_h - (load<i32>(record, WINDOW_K_H) - 1) * load<i32>(record, WINDOW_DILATION_H); // where the last patch inside begins, plus one
  const last_x = in_w - load<i32>(record, WINDOW_K_W); // the same, without the one: patches in place have no dilation along x
  const folded = load<i32>(record, CONV_2D_ROWS_FOLDED), tile_bytes = (folded ? 64 : 48) + (load<i32>(record, CONV_2D_ROWS_ROWS) * load<i32>(record, CONV_2D_ROWS_BLOCKS) << 6);
  let input: usize = load<u32>(record, CONV_2D_ROWS_INPUT), output: usize = load<u32>(record, CONV_2D_ROWS_OUTPUT);
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--) {
    let tiles: usize = load<u32>(record, CONV_2D_ROWS_TILES);
    for (let group = 0; group < groups; group++) {
      const source = input + group * group_c;
      for (let first = 0; first < out_c; first += slice_c) {
        const channels = min(out_c - first, slice_c), alone = folded ? channelsAlone(channels, out_c) : 0, bytes = ((channels - alone + 3) >> 2) * tile_bytes + alone * (tile_bytes >> 2);
        const slice = stage(tiles, bytes, buffer);
        tiles += bytes;
        let out = output + group * out_c + first; // of the first patch that waits, or of the next pixel
        let waiting = 0; // patches that are copied out
        let y = -load<i32>(record, WINDOW_PAD_TOP);
        for (let oy = 0; oy < out_h; oy++, y += stride_h) {
          let x = -load<i32>(record, WINDOW_PAD_LEFT), ox = 0;
          while (ox < out_w) {
            if (in_place && y >= 0 && y < last_y && x >= 0 && x <= last_x) {
              if (waiting > 0) run_tiles(record, slice, channels, patches, patch_bytes, waiting, patch_step, out);
              out += waiting * out_stride;
              waiting = 0;
              const run = min((last_x - x) / stride_w + 1, out_w - ox);
              run_tiles(record, slice, channels, source + (y * in_w + x) * in_c, stride_w * in_c, run, row_step, out);
              out += run * out_stride;
              ox += run;
              x += run * stride_w;
            } else {
              copy_patch_16s(record, source, in_c, group_c, y, x, patches + waiting * patch_bytes, fill);
              if (++waiting == most) {
                run_tiles(record, slice, channels, patches, patch_bytes, waiting, patch_step, out);
                out += waiting * out_stride;
                waiting = 0;
              }
              ox++;
              x += stride_w;
            }
          }
        }
        if (waiting > 0) run_tiles(record, slice, channels, patches, patch_bytes, waiting, patch_step, out);
      }
    }
    input += in_h * in_w * in_c;
    output += out_h * out_w * out_stride;
  }
}
