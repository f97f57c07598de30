// CONV_2D, int8 x int8 -> int8, int32 bias, for code compiled ahead of time for a core with a vector unit: plain loops over bytes that lie
// together. Record: CONV_2D_ROWS_* in abi/conv_2d_rows.ts, which gives the shapes. FULLY_CONNECTED is the same kernel, its batches as pixels.
//
// Every slice of weights is staged once; for each pixel the sums of all its channels, then their outputs. A patch is read where it lies, or,
// at a border or where its rows are no whole blocks, copied out with padding filled in.
// Assumes what lowering guarantees: scratch of the stated sizes, word-aligned addresses, 15 bytes of memory behind the input.
// Dialect: reference. Source: TFLM reference/integer_ops/conv.h, ConvPerChannel.
import {
  CONV_2D_ROWS_INPUT, CONV_2D_ROWS_OUTPUT, CONV_2D_ROWS_SLICES, CONV_2D_ROWS_BUFFER, CONV_2D_ROWS_PATCH, CONV_2D_ROWS_SUMS, CONV_2D_ROWS_IN_C,
  CONV_2D_ROWS_GROUPS, CONV_2D_ROWS_GROUP_C, CONV_2D_ROWS_OUT_C, CONV_2D_ROWS_SLICE_C, CONV_2D_ROWS_OUT_STRIDE, CONV_2D_ROWS_IN_PLACE,
  CONV_2D_ROWS_ROWS, CONV_2D_ROWS_BLOCKS, CONV_2D_ROWS_FILL, CONV_2D_ROWS_FOLDED, CONV_2D_ROWS_OUTPUT_OFFSET, CONV_2D_ROWS_MIN, CONV_2D_ROWS_MAX,
} from "../abi/conv_2d_rows";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W,
  WINDOW_DILATION_H, WINDOW_DILATION_W, WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { copy_16s, fill_16s } from "../inner/blocks_of_16";
import { dot_rows } from "../inner/dot_rows";
import { rescale_row, rescale_row_folded } from "../inner/rescale_row";
import { stage } from "../inner/stage";

/**
 * Copies one patch to the record's, int8 [k_h][k_w][group_c]; taps outside the input become the fill value. Runs are written one after
 * another, each over what the one before wrote too much.
 * @param source int8, pixel (0, 0) of the group
 */
function copy_patch_16s(record: usize, source: usize, y: i32, x: i32): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W), in_c = load<i32>(record, CONV_2D_ROWS_IN_C);
  const group_c = load<i32>(record, CONV_2D_ROWS_GROUP_C), fill = load<u8>(record, CONV_2D_ROWS_FILL), k_w = load<i32>(record, WINDOW_K_W);
  const dilation_h = load<i32>(record, WINDOW_DILATION_H), dilation_w = load<i32>(record, WINDOW_DILATION_W);
  const row_bytes = k_w * group_c;
  const together = group_c == in_c && dilation_w == 1;
  const first = min(max(-x, 0), k_w) * in_c, end = max(min(in_w - x, k_w) * in_c, first); // bytes of a row that lie in the input, where taps lie together
  let to: usize = load<u32>(record, CONV_2D_ROWS_PATCH);
  for (let ky = load<i32>(record, WINDOW_K_H); ky > 0; ky--, y += dilation_h, to += row_bytes) {
    if (<u32>y >= <u32>in_h) {
      fill_16s(to, fill, row_bytes);
      continue;
    }
    const row = source + (y * in_w + x) * in_c;
    if (together) {
      fill_16s(to, fill, first);
      copy_16s(to + first, row + first, end - first);
      fill_16s(to + end, fill, row_bytes - end);
      continue;
    }
    for (let kx = 0, tx = x, tap = to; kx < k_w; kx++, tx += dilation_w, tap += group_c)
      if (<u32>tx < <u32>in_w) copy_16s(tap, source + (y * in_w + tx) * in_c, group_c);
      else fill_16s(tap, fill, group_c);
  }
}

export function conv_2d_rows(record: usize): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W), in_c = load<i32>(record, CONV_2D_ROWS_IN_C);
  const groups = load<i32>(record, CONV_2D_ROWS_GROUPS), group_c = load<i32>(record, CONV_2D_ROWS_GROUP_C);
  const out_h = load<i32>(record, WINDOW_OUT_H), out_w = load<i32>(record, WINDOW_OUT_W), out_c = load<i32>(record, CONV_2D_ROWS_OUT_C);
  const out_stride = load<i32>(record, CONV_2D_ROWS_OUT_STRIDE), slice_c = load<i32>(record, CONV_2D_ROWS_SLICE_C);
  const stride_h = load<i32>(record, WINDOW_STRIDE_H), stride_w = load<i32>(record, WINDOW_STRIDE_W), dilation_h = load<i32>(record, WINDOW_DILATION_H);
  const k_h = load<i32>(record, WINDOW_K_H), k_w = load<i32>(record, WINDOW_K_W);
  const rows = load<i32>(record, CONV_2D_ROWS_ROWS), blocks = load<i32>(record, CONV_2D_ROWS_BLOCKS);
  const in_place = load<i32>(record, CONV_2D_ROWS_IN_PLACE), folded = load<i32>(record, CONV_2D_ROWS_FOLDED);
  const offset = load<i32>(record, CONV_2D_ROWS_OUTPUT_OFFSET), low = load<i32>(record, CONV_2D_ROWS_MIN), high = load<i32>(record, CONV_2D_ROWS_MAX);
  const buffer: usize = load<u32>(record, CONV_2D_ROWS_BUFFER), sums: usize = load<u32>(record, CONV_2D_ROWS_SUMS), patch: usize = load<u32>(record, CONV_2D_ROWS_PATCH);
  const channel_bytes = 4 + 16 + (rows * blocks << 4);
  const last_y = in_h - (k_h - 1) * dilation_h, last_x = in_w - k_w; // where the last patch inside begins, plus one for y
  let input: usize = load<u32>(record, CONV_2D_ROWS_INPUT), output: usize = load<u32>(record, CONV_2D_ROWS_OUTPUT);
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--) {
    let slices: usize = load<u32>(record, CONV_2D_ROWS_SLICES);
    for (let group = 0; group < groups; group++) {
      const source = input + group * group_c;
      for (let first = 0; first < out_c; first += slice_c) {
        const count = min(out_c - first, slice_c), channels = (count + 3) & ~3;
        const bias = stage(slices, channels * channel_bytes, buffer), entries = bias + (channels << 2), weights = entries + (channels << 4);
        slices += channels * channel_bytes;
        let out = output + group * out_c + first;
        let y = -load<i32>(record, WINDOW_PAD_TOP);
        for (let oy = 0; oy < out_h; oy++, y += stride_h) {
          let x = -load<i32>(record, WINDOW_PAD_LEFT);
          for (let ox = 0; ox < out_w; ox++, x += stride_w, out += out_stride) {
            if (in_place && y >= 0 && y < last_y && x >= 0 && x <= last_x) {
              dot_rows(source + (y * in_w + x) * in_c, dilation_h * in_w * in_c, rows, blocks, weights, bias, sums, channels);
            } else {
              copy_patch_16s(record, source, y, x);
              dot_rows(patch, k_w * group_c, rows, blocks, weights, bias, sums, channels);
            }
            if (folded) rescale_row_folded(sums, entries, count, out, low, high);
            else rescale_row(sums, entries, count, out, offset, low, high);
          }
        }
      }
    }
    input += in_h * in_w * in_c;
    output += out_h * out_w * out_stride;
  }
}
