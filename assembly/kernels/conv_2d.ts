// CONV_2D, int8 x int8 -> int8, int32 bias, one multiplier per output channel or one for all; `conv_2d_offset` for weights with a zero point
// (legacy uint8), `conv_2d_int4` for weights of four bits, which stay packed.
// Record: CONV_2D_* in abi/conv_2d.ts, which gives the shapes.
//
// Six output pixels at a time: their patches are packed three to a word (inner/patches.ts), and every tile of four channels is multiplied
// with them. Slices of tiles are staged for each block in turn.
// Assumes what lowering guarantees: depth > 0, scratch of the stated sizes, word-aligned addresses. No allocation, no imports.
// Dialect: reference. Source: TFLM reference/integer_ops/conv.h, ConvPerChannel.
import {
  CONV_2D_INPUT, CONV_2D_OUTPUT, CONV_2D_TILES, CONV_2D_BUFFER, CONV_2D_MULTIPLIER, CONV_2D_PACKS, CONV_2D_PATCHES, CONV_2D_SUMS,
  CONV_2D_IN_C, CONV_2D_GROUPS, CONV_2D_GROUP_C, CONV_2D_OUT_C, CONV_2D_SLICE_C, CONV_2D_OUT_STRIDE, CONV_2D_DEPTH, CONV_2D_SPILL,
  CONV_2D_FILL, CONV_2D_OUTPUT_OFFSET, CONV_2D_MIN, CONV_2D_MAX, CONV_2D_WEIGHTS_OFFSET, CONV_2D_PIXELS, CONV_2D_TERM_BYTES, CONV_2D_SUMS_BYTES,
} from "../abi/conv_2d";
import { WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W } from "../abi/window";
import { add_row__i32, dot_6x4__i64, dot_6x4_int4__i64, sum_6__i64 } from "../inner/dot_6x4";
import { pack_patches } from "../inner/patches";
import { stage } from "../inner/stage";
import { store_tile } from "../inner/store_tile";

/** `offset_weights`, `int4`: known at compile time. */
// @ts-ignore: decorator
@inline
function convolve(record: usize, offset_weights: bool, int4: bool): void {
  const in_c = load<i32>(record, CONV_2D_IN_C), groups = load<i32>(record, CONV_2D_GROUPS), group_c = load<i32>(record, CONV_2D_GROUP_C);
  const out_c = load<i32>(record, CONV_2D_OUT_C), out_stride = load<i32>(record, CONV_2D_OUT_STRIDE);
  const depth = load<i32>(record, CONV_2D_DEPTH), most = load<i32>(record, CONV_2D_SPILL);
  const offset = load<i32>(record, CONV_2D_OUTPUT_OFFSET), low = load<i32>(record, CONV_2D_MIN), high = load<i32>(record, CONV_2D_MAX);
  const slice_c = load<i32>(record, CONV_2D_SLICE_C), buffer: usize = load<u32>(record, CONV_2D_BUFFER);
  const shared: usize = load<u32>(record, CONV_2D_MULTIPLIER); // the multiplier of all channels, or 0
  const multiplier_stride = shared ? 0 : 8;
  const head = shared ? 16 : 48, tile_bytes = head + (int4 ? ((depth << 1) + 3) & ~3 : depth << 2); // biases and multipliers, then weights
  const packs: usize = load<u32>(record, CONV_2D_PACKS), sums: usize = load<u32>(record, CONV_2D_SUMS), rows = sums + (CONV_2D_PIXELS << 4);
  const totals = sums + CONV_2D_SUMS_BYTES; // of the activations of each pixel, times the weights' offset
  const pixels = load<i32>(record, WINDOW_OUT_H) * load<i32>(record, WINDOW_OUT_W);

  let input: usize = load<u32>(record, CONV_2D_INPUT);
  let output: usize = load<u32>(record, CONV_2D_OUTPUT);
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--) {
    let tiles: usize = load<u32>(record, CONV_2D_TILES);
    for (let group = 0; group < groups; group++) {
      let out = output + group * out_c;
      let slice: usize = 0; // the staged one
      for (let pixel = 0; pixel < pixels; pixel += CONV_2D_PIXELS) {
        const count = min(pixels - pixel, CONV_2D_PIXELS);
        pack_patches(record, input + group * group_c, in_c, group_c, load<i32>(record, CONV_2D_FILL), pixel, count, load<u32>(record, CONV_2D_PATCHES), rows, packs, CONV_2D_TERM_BYTES);
        if (offset_weights) sum_6__i64(packs, CONV_2D_TERM_BYTES, depth, load<i32>(record, CONV_2D_WEIGHTS_OFFSET), totals);
        for (let first = 0; first < out_c; first += slice_c) {
          const end = min(first + slice_c, out_c);
          // a slice is staged again for every block of pixels, unless it is the only one
          if (pixel == 0 || slice_c < out_c) slice = stage(tiles + (first >> 2) * tile_bytes, ((end - first + 3) >> 2) * tile_bytes, buffer);
          let tile = slice;
          for (let c = first; c < end; c += 4, tile += tile_bytes) {
            if (int4) dot_6x4_int4__i64(tile + head, packs, CONV_2D_TERM_BYTES, depth, most, sums);
            else dot_6x4__i64(tile + head, packs, CONV_2D_TERM_BYTES, depth, most, sums);
            if (offset_weights) add_row__i32(sums, totals);
            store_tile(sums, CONV_2D_PIXELS, count, min(end - c, 4), tile, shared ? shared : tile + 16, multiplier_stride, out + c, out_stride, offset, low, high);
          }
        }
        out += count * out_stride;
      }
      tiles += ((out_c + 3) >> 2) * tile_bytes;
    }
    input += load<i32>(record, WINDOW_IN_H) * load<i32>(record, WINDOW_IN_W) * in_c;
    output += pixels * out_stride;
  }
}

export function conv_2d(record: usize): void {
  convolve(record, false, false);
}

export function conv_2d_offset(record: usize): void {
  convolve(record, true, false);
}

export function conv_2d_int4(record: usize): void {
  convolve(record, false, true);
}
