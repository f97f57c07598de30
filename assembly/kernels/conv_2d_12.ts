// CONV_2D for interpreters, int8 x int8 -> int8, int32 bias, no multiplier above one. Record: CONV_2D_12_* in abi/conv_2d_12.ts, which gives the shapes.
//
// Twelve output pixels at a time, what is left in blocks of 6, 3 and 1: their patches are packed three to a word (inner/patches.ts), and every
// tile of up to eight channels is multiplied with them. Slices of tiles are staged for each block in turn.
// Assumes what lowering guarantees: depth > 0, scratch of the stated sizes, word-aligned addresses, sums that fit their fields. No allocation, no imports.
// Dialect: reference. Source: TFLM reference/integer_ops/conv.h, ConvPerChannel.
import {
  CONV_2D_12_INPUT, CONV_2D_12_OUTPUT, CONV_2D_12_TILES, CONV_2D_12_BUFFER, CONV_2D_12_PACKS, CONV_2D_12_PATCHES, CONV_2D_12_SCRATCH, CONV_2D_12_IN_C,
  CONV_2D_12_GROUPS, CONV_2D_12_GROUP_C, CONV_2D_12_OUT_C, CONV_2D_12_OUT_STRIDE, CONV_2D_12_DEPTH, CONV_2D_12_FILL, CONV_2D_12_MIN, CONV_2D_12_MAX,
  CONV_2D_12_START, CONV_2D_12_CHUNK, CONV_2D_12_SIGNED, CONV_2D_12_MOST_PIXELS, CONV_2D_12_MOST_CHANNELS, CONV_2D_12_SLICE_C, CONV_2D_12_SLICE_BYTES,
  CONV_2D_12_GROUP_BYTES, CONV_2D_12_FIELDS_START, CONV_2D_12_FOLDED, CONV_2D_12_SUMS, CONV_2D_12_ROWS_BYTES, channelsOfTile, pixelsOfBlock,
} from "../abi/conv_2d_12";
import { WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W } from "../abi/window";
import { dot_1xn__i32 } from "../inner/dot_1xn";
import {
  dot_12x8__i64, dot_12x4__i64, dot_12x3__i64, dot_12x2__i64, dot_12x1__i64, dot_6x8__i64, dot_6x4__i64, dot_6x3__i64, dot_6x2__i64, dot_6x1__i64,
  dot_3x8__i64, dot_3x4__i64, dot_3x3__i64, dot_3x2__i64, dot_3x1__i64,
} from "../inner/dot_fields";
import { copy_patch_of, pack_patches } from "../inner/patches";
import { stage } from "../inner/stage";
import { spill_fields, store_fields, store_fields_signed, store_sums } from "../inner/store_fields";

/** `any` is known at compile time. */
// @ts-ignore: decorator
@inline
function convolve(record: usize, any: bool): void {
  const groups = load<i32>(record, CONV_2D_12_GROUPS), group_c = load<i32>(record, CONV_2D_12_GROUP_C), in_c = load<i32>(record, CONV_2D_12_IN_C);
  const out_c = load<i32>(record, CONV_2D_12_OUT_C), out_stride = load<i32>(record, CONV_2D_12_OUT_STRIDE);
  const fill = load<i32>(record, CONV_2D_12_FILL), patches: usize = load<u32>(record, CONV_2D_12_PATCHES);
  const depth = load<i32>(record, CONV_2D_12_DEPTH), even_depth = (depth + 1) & ~1, chunk = any ? load<i32>(record, CONV_2D_12_CHUNK) : depth;
  const low = load<i32>(record, CONV_2D_12_MIN), high = load<i32>(record, CONV_2D_12_MAX);
  const most_pixels = load<i32>(record, CONV_2D_12_MOST_PIXELS), most_channels = load<i32>(record, CONV_2D_12_MOST_CHANNELS);
  const slice_c = load<i32>(record, CONV_2D_12_SLICE_C), slice_bytes = load<i32>(record, CONV_2D_12_SLICE_BYTES), group_bytes = load<i32>(record, CONV_2D_12_GROUP_BYTES);
  const buffer: usize = load<u32>(record, CONV_2D_12_BUFFER), packs: usize = load<u32>(record, CONV_2D_12_PACKS);
  const rows: usize = load<u32>(record, CONV_2D_12_SCRATCH), fields = rows + CONV_2D_12_ROWS_BYTES, sums: usize = any ? <usize>load<u32>(record, CONV_2D_12_SUMS) : 0;
  const start = load<i64>(record, CONV_2D_12_FIELDS_START), pixels = load<i32>(record, WINDOW_OUT_H) * load<i32>(record, WINDOW_OUT_W);

  // loops end behind their bodies, all of which run at least once: what a loop begins with is looked up by the classic interpreter, which walks the body to its end
  let input: usize = load<u32>(record, CONV_2D_12_INPUT), out: usize = load<u32>(record, CONV_2D_12_OUTPUT);
  let batch = load<i32>(record, WINDOW_BATCHES);
  do {
    let tiles: usize = load<u32>(record, CONV_2D_12_TILES);
    let group = 0;
    do {
      let slice: usize = 0; // the staged one
      let o = out + group * out_c, pixel = 0;
      do {
        const block = pixelsOfBlock(pixels - pixel, most_pixels), count = min(pixels - pixel, block), single = any && block == 1;
        const words = <i32>(<u32>block / 3);
        if (single) copy_patch_of(record, input + group * group_c, in_c, group_c, fill, pixel, patches);
        else pack_patches(record, input + group * group_c, in_c, group_c, fill, pixel, count, patches, rows, packs, words << 3);
        let first = 0, at = 0;
        do {
          // a slice is staged again for every block of pixels, unless it is the only one
          if (pixel == 0 || slice_c < out_c) slice = stage(tiles + at, min(slice_bytes, group_bytes - at), buffer);
          let tile = slice, c = first;
          const end = min(first + slice_c, out_c);
          do {
            const channels = any ? channelsOfTile(end - c, most_channels) : 8;
            const w = tile + channels * CONV_2D_12_FOLDED;
            if (single) {
              dot_1xn__i32(w, patches, depth, channels, load<i32>(record, CONV_2D_12_START), sums);
              store_sums(sums, 1, 1, channels, tile, o + c, out_stride, low, high);
            } else {
              let term = 0;
              do {
                const v = w + term * channels, x = packs + (term * words << 3), terms = min(chunk, depth - term);
                if (!any || channels == 8) {
                  if (words == 4) dot_12x8__i64(v, x, terms, start, fields);
                  else if (!any || words == 2) dot_6x8__i64(v, x, terms, start, fields);
                  else dot_3x8__i64(v, x, terms, start, fields);
                } else if (channels == 4) {
                  if (words == 4) dot_12x4__i64(v, x, terms, start, fields);
                  else if (words == 2) dot_6x4__i64(v, x, terms, start, fields);
                  else dot_3x4__i64(v, x, terms, start, fields);
                } else if (channels == 3) {
                  if (words == 4) dot_12x3__i64(v, x, terms, start, fields);
                  else if (words == 2) dot_6x3__i64(v, x, terms, start, fields);
                  else dot_3x3__i64(v, x, terms, start, fields);
                } else if (channels == 2) {
                  if (words == 4) dot_12x2__i64(v, x, terms, start, fields);
                  else if (words == 2) dot_6x2__i64(v, x, terms, start, fields);
                  else dot_3x2__i64(v, x, terms, start, fields);
                } else {
                  if (words == 4) dot_12x1__i64(v, x, terms, start, fields);
                  else if (words == 2) dot_6x1__i64(v, x, terms, start, fields);
                  else dot_3x1__i64(v, x, terms, start, fields);
                }
                if (any && chunk < depth) spill_fields(fields, words * channels, sums, term == 0);
                term += chunk;
              } while (any && term < depth);
              if (any && chunk < depth) store_sums(sums, 3 * words, count, channels, tile, o + c, out_stride, low, high);
              else if (any && load<i32>(record, CONV_2D_12_SIGNED)) store_fields_signed(fields, words, count, channels, tile, o + c, out_stride, low, high);
              else store_fields(fields, words, count, channels, tile, o + c, out_stride, low, high);
            }
            c += channels;
            tile += (channels * (CONV_2D_12_FOLDED + even_depth) + 3) & ~3;
          } while (c < end);
          first += slice_c;
          at += slice_bytes;
        } while (first < out_c);
        pixel += count;
        o += count * out_stride;
      } while (pixel < pixels);
      tiles += group_bytes;
    } while (++group < groups);
    input += load<i32>(record, WINDOW_IN_H) * load<i32>(record, WINDOW_IN_W) * in_c;
    out += pixels * out_stride;
  } while (--batch);
}

/** Layers of tiles of eight channels and blocks of 12 and 6 pixels, whose sums fit a field and whose outputs are not below the zero point: the code of many models. */
export function conv_2d_12(record: usize): void {
  convolve(record, false);
}

/** Any layer. */
export function conv_2d_12_any(record: usize): void {
  convolve(record, true);
}
