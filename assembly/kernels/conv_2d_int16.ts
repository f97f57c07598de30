// CONV_2D and FULLY_CONNECTED, int16 x int8 -> int16, int64 or int32 bias. Record: CONV_2D_INT16_* in abi/conv_2d_int16.ts, which gives the shapes.
//
// Every slice of tiles is staged once. Two output pixels at a time: their patches are copied out, unless a window has one tap, and multiplied with every
// tile of four channels. int16 has zero point 0: so has padding.
// Assumes what lowering guarantees: depth > 0, scratch of the stated sizes. No allocation, no imports.
// Dialect: reference. Source: TFLM reference/integer_ops/conv.h and fully_connected.h.
import {
  CONV_2D_INT16_INPUT, CONV_2D_INT16_OUTPUT, CONV_2D_INT16_TILES, CONV_2D_INT16_BUFFER, CONV_2D_INT16_PATCHES, CONV_2D_INT16_SUMS, CONV_2D_INT16_IN_C,
  CONV_2D_INT16_GROUPS, CONV_2D_INT16_GROUP_C, CONV_2D_INT16_OUT_C, CONV_2D_INT16_SLICE_C, CONV_2D_INT16_DEPTH, CONV_2D_INT16_TILE_BYTES,
  CONV_2D_INT16_WEIGHTS_OFFSET, CONV_2D_INT16_ROUNDING, CONV_2D_INT16_MIN, CONV_2D_INT16_MAX,
} from "../abi/conv_2d_int16";
import { WIDE_SUMS_BYTES, WIDE_TILE_C, WIDE_TILE_WEIGHTS } from "../abi/wide_tile";
import { WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_PAD_LEFT, WINDOW_PAD_TOP, WINDOW_STRIDE_H, WINDOW_STRIDE_W } from "../abi/window";
import { copy_patch } from "../inner/copy_patch";
import { dot_1x4_wide, dot_2x4_wide, set_4 } from "../inner/dot_wide";
import { stage } from "../inner/stage";
import { store_wide } from "../inner/store_wide";

/** The sum of a row of int16. */
function row_sum(x: usize, depth: i32): i64 {
  let sum: i64 = 0;
  for (const end = x + (depth << 1); x != end; x += 2) sum += <i64>load<i16>(x);
  return sum;
}

/**
 * Where the patch of a pixel lies: in the input, or copied to `patch`.
 * @param source pixel (0, 0) of the group's input
 * @param patch scratch, int16 [depth]; 0 where windows have one tap
 */
function patch_of(record: usize, source: usize, pixel: i32, patch: usize): usize {
  const out_w = load<i32>(record, WINDOW_OUT_W), in_bytes = load<i32>(record, CONV_2D_INT16_IN_C) << 1;
  const oy = pixel / out_w;
  const y = oy * load<i32>(record, WINDOW_STRIDE_H) - load<i32>(record, WINDOW_PAD_TOP);
  const x = (pixel - oy * out_w) * load<i32>(record, WINDOW_STRIDE_W) - load<i32>(record, WINDOW_PAD_LEFT);
  if (!patch) return source + (y * load<i32>(record, WINDOW_IN_W) + x) * in_bytes;
  copy_patch(record, source, y, x, patch, in_bytes, load<i32>(record, CONV_2D_INT16_GROUP_C) << 1, 0);
  return patch;
}

export function conv_2d_int16(record: usize): void {
  const depth = load<i32>(record, CONV_2D_INT16_DEPTH), out_c = load<i32>(record, CONV_2D_INT16_OUT_C), groups = load<i32>(record, CONV_2D_INT16_GROUPS);
  const slice_c = load<i32>(record, CONV_2D_INT16_SLICE_C), tile_bytes = load<i32>(record, CONV_2D_INT16_TILE_BYTES);
  const rounding = load<i32>(record, CONV_2D_INT16_ROUNDING), weights_offset = <i64>load<i32>(record, CONV_2D_INT16_WEIGHTS_OFFSET);
  const low = load<i32>(record, CONV_2D_INT16_MIN), high = load<i32>(record, CONV_2D_INT16_MAX);
  const patches: usize = load<u32>(record, CONV_2D_INT16_PATCHES), sums: usize = load<u32>(record, CONV_2D_INT16_SUMS);
  const second = patches ? patches + (depth << 1) : 0;
  const in_bytes = load<i32>(record, WINDOW_IN_H) * load<i32>(record, WINDOW_IN_W) * load<i32>(record, CONV_2D_INT16_IN_C) << 1;
  const pixels = load<i32>(record, WINDOW_OUT_H) * load<i32>(record, WINDOW_OUT_W), out_stride = groups * out_c << 1;
  let tiles: usize = load<u32>(record, CONV_2D_INT16_TILES);
  for (let group = 0; group < groups; group++) {
    for (let first = 0; first < out_c; first += slice_c) {
      const count = min(out_c - first, slice_c), bytes = (count + WIDE_TILE_C - 1) / WIDE_TILE_C * tile_bytes;
      const slice = stage(tiles, bytes, load<u32>(record, CONV_2D_INT16_BUFFER));
      tiles += bytes;
      let source: usize = load<u32>(record, CONV_2D_INT16_INPUT) + (group * load<i32>(record, CONV_2D_INT16_GROUP_C) << 1);
      let out: usize = load<u32>(record, CONV_2D_INT16_OUTPUT) + (group * out_c + first << 1);
      for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--, source += in_bytes) {
        for (let pixel = 0; pixel < pixels; pixel += 2) {
          const two = pixel + 1 < pixels;
          const x = patch_of(record, source, pixel, patches), y = two ? patch_of(record, source, pixel + 1, second) : 0;
          const x_start = weights_offset ? row_sum(x, depth) * weights_offset : 0, y_start = two && weights_offset ? row_sum(y, depth) * weights_offset : 0;
          let to = out;
          for (let left = count, tile = slice; left > 0; left -= WIDE_TILE_C, tile += tile_bytes, to += WIDE_TILE_C << 1) {
            const channels = min(left, WIDE_TILE_C);
            set_4(sums, x_start);
            if (two) {
              set_4(sums + WIDE_SUMS_BYTES, y_start);
              dot_2x4_wide(x, y, tile + WIDE_TILE_WEIGHTS, depth, sums);
              store_wide<i16>(sums + WIDE_SUMS_BYTES, tile, channels, rounding, to + out_stride, 0, low, high);
            } else dot_1x4_wide<i16>(x, tile + WIDE_TILE_WEIGHTS, depth, 0, sums);
            store_wide<i16>(sums, tile, channels, rounding, to, 0, low, high);
          }
          out += two ? out_stride << 1 : out_stride;
        }
      }
    }
  }
}
