// CONV_2D, int8 x int8 -> int8, int32 bias, one multiplier per output channel or one for all.
// Record: CONV_2D_* in abi/conv_2d.ts, which gives the shapes.
//
// Six output pixels at a time, or twelve (`conv_2d_12`, for interpreters): the addresses of their patches are collected (a patch that touches a border, is dilated
// along x or belongs to one of several groups is first copied out, padding filled in), the patches are packed three to a
// word, and every tile of four channels is multiplied with them. Slices of tiles are staged for each block in turn.
// Assumes what lowering guarantees: depth > 0, scratch of the stated sizes, word-aligned addresses. No allocation, no imports.
// Dialect: reference. Source: TFLM reference/integer_ops/conv.h, ConvPerChannel.
import {
  CONV_2D_INPUT, CONV_2D_OUTPUT, CONV_2D_TILES, CONV_2D_BUFFER, CONV_2D_MULTIPLIER, CONV_2D_PACKS, CONV_2D_PATCHES, CONV_2D_SUMS,
  CONV_2D_IN_C, CONV_2D_GROUPS, CONV_2D_GROUP_C, CONV_2D_OUT_C, CONV_2D_SLICE_C, CONV_2D_OUT_STRIDE, CONV_2D_DEPTH, CONV_2D_SPILL,
  CONV_2D_FILL, CONV_2D_OUTPUT_OFFSET, CONV_2D_MIN, CONV_2D_MAX, CONV_2D_DIRECT,
} from "../abi/conv_2d";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W,
  WINDOW_DILATION_H, WINDOW_DILATION_W, WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { copy_patch } from "../inner/copy_patch";
import { dot_12x4__i64, tile_12x4__i64 } from "../inner/dot_12x4";
import { dot_6x4__i64, pack_3__i64 } from "../inner/dot_6x4";
import { stage } from "../inner/stage";
import { store_tile } from "../inner/store_tile";

/** `block` is known at compile time: pixels that are packed and multiplied at once, 6 or 12. */
// @ts-ignore: decorator
@inline
function convolve(record: usize, block: i32): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W), in_c = load<i32>(record, CONV_2D_IN_C);
  const groups = load<i32>(record, CONV_2D_GROUPS), group_c = load<i32>(record, CONV_2D_GROUP_C);
  const out_w = load<i32>(record, WINDOW_OUT_W), out_c = load<i32>(record, CONV_2D_OUT_C), out_stride = load<i32>(record, CONV_2D_OUT_STRIDE);
  const k_h = load<i32>(record, WINDOW_K_H), k_w = load<i32>(record, WINDOW_K_W);
  const stride_h = load<i32>(record, WINDOW_STRIDE_H), stride_w = load<i32>(record, WINDOW_STRIDE_W);
  const dilation_h = load<i32>(record, WINDOW_DILATION_H);
  const pad_top = load<i32>(record, WINDOW_PAD_TOP), pad_left = load<i32>(record, WINDOW_PAD_LEFT);
  const depth = load<i32>(record, CONV_2D_DEPTH), most = load<i32>(record, CONV_2D_SPILL);
  const offset = load<i32>(record, CONV_2D_OUTPUT_OFFSET), low = load<i32>(record, CONV_2D_MIN), high = load<i32>(record, CONV_2D_MAX);
  const slice_c = load<i32>(record, CONV_2D_SLICE_C), buffer: usize = load<u32>(record, CONV_2D_BUFFER);
  const shared: usize = load<u32>(record, CONV_2D_MULTIPLIER); // the multiplier of all channels, or 0
  const multiplier_stride = shared ? 0 : 8;
  const head = shared ? 16 : 48, tile_bytes = head + (depth << 2); // biases and multipliers, then weights
  const packs: usize = load<u32>(record, CONV_2D_PACKS), patches: usize = load<u32>(record, CONV_2D_PATCHES);
  const sums: usize = load<u32>(record, CONV_2D_SUMS), rows = sums + (block << 4);
  const term_bytes = block / 3 << 3; // of the packed activations: one word for three pixels
  const direct = load<i32>(record, CONV_2D_DIRECT);
  const pixels = load<i32>(record, WINDOW_OUT_H) * out_w;
  const last_y = in_h - (k_h - 1) * dilation_h, last_x = in_w - k_w; // where the last patch inside begins, plus one for y
  const in_place = groups == 1 && load<i32>(record, WINDOW_DILATION_W) == 1;
  const row_bytes = k_w * group_c, fill = load<i32>(record, CONV_2D_FILL);

  let input: usize = load<u32>(record, CONV_2D_INPUT);
  let output: usize = load<u32>(record, CONV_2D_OUTPUT);
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--) {
    let tiles: usize = load<u32>(record, CONV_2D_TILES);
    for (let group = 0; group < groups; group++) {
      const source = input + group * group_c;
      let out = output + group * out_c;
      let oy = 0, ox = 0;
      let slice: usize = 0; // the staged one
      for (let pixel = 0; pixel < pixels; pixel += block) {
        const count = min(pixels - pixel, block);
        for (let p = 0; p < block; p++) {
          const entry = rows + (p << 3);
          if (p >= count) { // a block that is not full repeats its last patch; what it gives is not stored
            store<u64>(entry, load<u64>(entry - 8));
            continue;
          }
          const y = oy * stride_h - pad_top, x = ox * stride_w - pad_left;
          if (in_place && y >= 0 && y < last_y && x >= 0 && x <= last_x) {
            store<u32>(entry, source + (y * in_w + x) * in_c);
            store<u32>(entry, dilation_h * in_w * in_c, 4);
          } else {
            const to = patches + p * depth;
            copy_patch(record, source, y, x, to, in_c, group_c, fill);
            store<u32>(entry, to);
            store<u32>(entry, row_bytes, 4);
          }
          if (++ox == out_w) {
            ox = 0;
            oy++;
          }
        }
        for (let word = 0; word < term_bytes; word += 8) {
          const entry = rows + word * 3;
          let row0: usize = load<u32>(entry), row1: usize = load<u32>(entry, 8), row2: usize = load<u32>(entry, 16);
          let to = packs + word;
          for (let ky = 0; ky < k_h; ky++) {
            pack_3__i64(to, row0, row1, row2, row_bytes, term_bytes);
            row0 += load<u32>(entry, 4);
            row1 += load<u32>(entry, 12);
            row2 += load<u32>(entry, 20);
            to += row_bytes * term_bytes;
          }
        }
        for (let first = 0; first < out_c; first += slice_c) {
          const end = min(first + slice_c, out_c);
          // a slice is staged again for every block of pixels, unless it is the only one
          if (pixel == 0 || slice_c < out_c) slice = stage(tiles + (first >> 2) * tile_bytes, ((end - first + 3) >> 2) * tile_bytes, buffer);
          let tile = slice;
          for (let c = first; c < end; c += 4, tile += tile_bytes) {
            const multipliers = shared ? shared : tile + 16;
            if (block == 12 && count == 12 && direct) {
              tile_12x4__i64(tile + head, packs, depth, tile, multipliers, multiplier_stride, min(end - c, 4), out + c, out_stride, offset, low, high);
              continue;
            }
            const twelve = block == 12 && count > 6; // what is left of the last block may fit the smaller form
            if (twelve) dot_12x4__i64(tile + head, packs, depth, most, sums);
            else dot_6x4__i64(tile + head, packs, term_bytes, depth, most, sums);
            store_tile(sums, twelve ? 12 : 6, count, min(end - c, 4), tile, multipliers, multiplier_stride, out + c, out_stride, offset, low, high);
          }
        }
        out += count * out_stride;
      }
      tiles += ((out_c + 3) >> 2) * tile_bytes;
    }
    input += in_h * in_w * in_c;
    output += pixels * out_stride;
  }
}

export function conv_2d(record: usize): void {
  convolve(record, 6);
}

export function conv_2d_12(record: usize): void {
  convolve(record, 12);
}
