// CONV_2D, int8 x int8 -> int8, int32 bias, for code compiled ahead of time: `conv_2d_pairs` on cores with 16-bit multiply-accumulates,
// `conv_2d_bytes` on cores without. Record: CONV_2D_PAIRS_* in abi/conv_2d_pairs.ts, which gives the shapes.
//
// Every slice of output channels is staged and widened once; then all pixels go by, two at a time: their patches are widened (where they lie, or
// from a copy with its padding filled in), multiplied with the slice's channels, and the sums rescaled.
// `conv_2d_bytes` is the same without widening: patches are copied, operands are signed bytes, nothing is added. For `conv_2d_pairs`
// both operands are widened with 128 added, as unsigned bytes are cheaper to take apart: sum((x + 128) * w) is a constant per channel that
// lowering takes off the bias, and 128 * sum(x + 128) is what the sums of a pixel begin below zero.
// Assumes what lowering guarantees: depth > 0, scratch of the stated sizes. No allocation, no imports.
// Dialect: reference. Source: TFLM reference/integer_ops/conv.h, ConvPerChannel.
import {
  CONV_2D_PAIRS_INPUT, CONV_2D_PAIRS_OUTPUT, CONV_2D_PAIRS_SLICES, CONV_2D_PAIRS_WIDE, CONV_2D_PAIRS_X, CONV_2D_PAIRS_PATCH, CONV_2D_PAIRS_SUMS,
  CONV_2D_PAIRS_IN_C, CONV_2D_PAIRS_GROUPS, CONV_2D_PAIRS_GROUP_C, CONV_2D_PAIRS_OUT_C, CONV_2D_PAIRS_SLICE_C, CONV_2D_PAIRS_OUT_STRIDE, CONV_2D_PAIRS_DEPTH,
  CONV_2D_PAIRS_FILL, CONV_2D_PAIRS_RESCALE, CONV_2D_PAIRS_OUTPUT_OFFSET, CONV_2D_PAIRS_MIN, CONV_2D_PAIRS_MAX,
} from "../abi/conv_2d_pairs";
import { RESCALE_BYTES } from "../abi/rescale";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W,
  WINDOW_DILATION_H, WINDOW_DILATION_W, WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { copy_patch } from "../inner/copy_patch";
import { dot_1_pixel, dot_1_pixel_bytes, dot_2_pixels, dot_2_pixels_bytes } from "../inner/dot_pairs";
import { stage } from "../inner/stage";
import { store_pixels } from "../inner/store_pixels";
import { interleave_pixel, widen_pixel, widen_weights } from "../inner/widen";

/** One row of a patch, or all of it. Returns the sum of what was widened. `wide` is known at compile time. */
// @ts-ignore: decorator
@inline
function take(from: usize, to: usize, count: i32, wide: bool): i32 {
  if (wide) return widen_pixel(from, to, count);
  interleave_pixel(from, to, count);
  return 0;
}

/** Widens the patch that begins at (y, x) of `source`, the group's first channel of the input. Returns what the pixel's sums begin with. */
// @ts-ignore: decorator
@inline
function take_patch(record: usize, source: usize, y: i32, x: i32, to: usize, wide: bool): i32 {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W), k_h = load<i32>(record, WINDOW_K_H), k_w = load<i32>(record, WINDOW_K_W);
  const in_c = load<i32>(record, CONV_2D_PAIRS_IN_C), group_c = load<i32>(record, CONV_2D_PAIRS_GROUP_C), dilation_h = load<i32>(record, WINDOW_DILATION_H);
  const row_bytes = k_w * group_c;
  const rows_lie_together = k_w == 1 || (group_c == in_c && load<i32>(record, WINDOW_DILATION_W) == 1);
  const rows_are_quads = k_h == 1 || (row_bytes & 3) == 0;
  let sum = 0;
  if (rows_lie_together && rows_are_quads && y >= 0 && y + (k_h - 1) * dilation_h < in_h && x >= 0 && x + k_w <= in_w) {
    let from = source + (y * in_w + x) * in_c;
    for (let ky = k_h; ky > 0; ky--, from += dilation_h * in_w * in_c, to += row_bytes << (wide ? 2 : 1)) sum += take(from, to, row_bytes, wide);
  } else {
    const patch: usize = load<u32>(record, CONV_2D_PAIRS_PATCH);
    copy_patch(record, source, y, x, patch, in_c, group_c, load<i32>(record, CONV_2D_PAIRS_FILL));
    sum = take(patch, to, load<i32>(record, CONV_2D_PAIRS_DEPTH), wide);
  }
  return -(sum << 7);
}

function widen_patch(record: usize, source: usize, y: i32, x: i32, to: usize): i32 {
  return take_patch(record, source, y, x, to, true);
}

function interleave_patch(record: usize, source: usize, y: i32, x: i32, to: usize): i32 {
  return take_patch(record, source, y, x, to, false);
}

/** All pixels of one image with the staged slice. @param w its weights, widened or not */
// @ts-ignore: decorator
@inline
function multiply(record: usize, source: usize, w: usize, channels: i32, rescaling: usize, out: usize, wide: bool): void {
  const out_w = load<i32>(record, WINDOW_OUT_W), stride_h = load<i32>(record, WINDOW_STRIDE_H), stride_w = load<i32>(record, WINDOW_STRIDE_W);
  const quads = (load<i32>(record, CONV_2D_PAIRS_DEPTH) + 3) >> 2, out_stride = load<i32>(record, CONV_2D_PAIRS_OUT_STRIDE);
  const pair: usize = load<u32>(record, CONV_2D_PAIRS_X), sums: usize = load<u32>(record, CONV_2D_PAIRS_SUMS);
  const kind = load<i32>(record, CONV_2D_PAIRS_RESCALE), offset = load<i32>(record, CONV_2D_PAIRS_OUTPUT_OFFSET);
  const low = load<i32>(record, CONV_2D_PAIRS_MIN), high = load<i32>(record, CONV_2D_PAIRS_MAX);
  let y = -load<i32>(record, WINDOW_PAD_TOP);
  const left = -load<i32>(record, WINDOW_PAD_LEFT), right = left + out_w * stride_w;
  let x = left;
  for (let pixels = load<i32>(record, WINDOW_OUT_H) * out_w; pixels > 0; pixels -= 2, out += out_stride << 1) {
    const start0 = wide ? widen_patch(record, source, y, x, pair) : interleave_patch(record, source, y, x, pair);
    if ((x += stride_w) == right) {
      x = left;
      y += stride_h;
    }
    if (pixels > 1) {
      const start1 = wide ? widen_patch(record, source, y, x, pair + 8) : interleave_patch(record, source, y, x, pair + 4);
      if ((x += stride_w) == right) {
        x = left;
        y += stride_h;
      }
      if (wide) dot_2_pixels(pair, w, quads, channels, start0, start1, sums);
      else dot_2_pixels_bytes(pair, w, quads, channels, sums);
    } else if (wide) dot_1_pixel(pair, w, quads, channels, start0, sums);
    else dot_1_pixel_bytes(pair, w, quads, channels, sums);
    store_pixels(sums, channels, pixels > 1, rescaling, kind, out, out_stride, offset, low, high);
  }
}

// @ts-ignore: decorator
@inline
function convolve(record: usize, wide: bool): void {
  const image = load<i32>(record, WINDOW_IN_H) * load<i32>(record, WINDOW_IN_W) * load<i32>(record, CONV_2D_PAIRS_IN_C);
  const groups = load<i32>(record, CONV_2D_PAIRS_GROUPS), group_c = load<i32>(record, CONV_2D_PAIRS_GROUP_C);
  const out_c = load<i32>(record, CONV_2D_PAIRS_OUT_C), slice_c = load<i32>(record, CONV_2D_PAIRS_SLICE_C), out_stride = load<i32>(record, CONV_2D_PAIRS_OUT_STRIDE);
  const out_image = load<i32>(record, WINDOW_OUT_H) * load<i32>(record, WINDOW_OUT_W) * out_stride;
  const depth = (load<i32>(record, CONV_2D_PAIRS_DEPTH) + 3) & ~3; // of the weights
  const buffer: usize = load<u32>(record, CONV_2D_PAIRS_WIDE);
  let slice: usize = load<u32>(record, CONV_2D_PAIRS_SLICES);
  for (let group = 0; group < groups; group++) {
    for (let first = 0; first < out_c; first += slice_c) {
      const channels = min(out_c - first, slice_c), weights = channels * depth, bytes = weights + channels * RESCALE_BYTES;
      const staged = stage(slice, bytes, wide ? buffer + weights : buffer); // in the second half of what its widened weights take
      if (wide) widen_weights(staged, buffer, weights >> 2);
      slice += bytes;
      let input: usize = load<u32>(record, CONV_2D_PAIRS_INPUT) + group * group_c, output: usize = load<u32>(record, CONV_2D_PAIRS_OUTPUT) + group * out_c + first;
      for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--, input += image, output += out_image)
        multiply(record, input, wide ? buffer : staged, channels, staged + weights, output, wide);
    }
  }
}

export function conv_2d_pairs(record: usize): void {
  convolve(record, true);
}

export function conv_2d_bytes(record: usize): void {
  convolve(record, false);
}
