// DEPTHWISE_CONV_2D, int8 x int8 -> int8, int32 bias, one multiplier per output channel or one for all.
// Record: DEPTHWISE_CONV_2D_* in abi/depthwise_conv_2d.ts, which gives the shapes.
//
// One channel at a time: a strip of its plane is copied out, padding included, so that the loops over it know no border.
// `depthwise_conv_2d_3x3` (3x3, no dilation, both strides 1) and `depthwise_conv_2d_3x3_s2` (both strides 2) compute three
// output rows at once in the 21-bit fields of 64-bit words; `depthwise_conv_2d` takes every other shape.
// Dialect: reference. Source: TFLM reference/integer_ops/depthwise_conv.h, DepthwiseConvPerChannel.
import {
  DEPTHWISE_CONV_2D_INPUT, DEPTHWISE_CONV_2D_OUTPUT, DEPTHWISE_CONV_2D_TILES, DEPTHWISE_CONV_2D_BUFFER, DEPTHWISE_CONV_2D_MULTIPLIER,
  DEPTHWISE_CONV_2D_PLANE, DEPTHWISE_CONV_2D_IN_C, DEPTHWISE_CONV_2D_DEPTH_MULTIPLIER, DEPTHWISE_CONV_2D_OUT_C, DEPTHWISE_CONV_2D_SLICE_C,
  DEPTHWISE_CONV_2D_STRIP, DEPTHWISE_CONV_2D_PLANE_H, DEPTHWISE_CONV_2D_PLANE_W, DEPTHWISE_CONV_2D_FILL, DEPTHWISE_CONV_2D_OUTPUT_OFFSET,
  DEPTHWISE_CONV_2D_MIN, DEPTHWISE_CONV_2D_MAX,
} from "../abi/depthwise_conv_2d";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W,
  WINDOW_DILATION_H, WINDOW_DILATION_W, WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { rescale, rounding_of, sign_of, down_of, clamp } from "../arithmetic/fixed_point";
import { depthwise_3x3_rows__i64 } from "../inner/depthwise_3x3";
import { stage } from "../inner/stage";

/**
 * Copies the rows of one channel that a strip reads, padding included, to the plane: int8 [plane_w][plane_h].
 * @param source int8, channel c of pixel (0, 0) of the image
 * @param y first input row of the strip; rows outside the image become the fill value
 */
function copy_plane(record: usize, source: usize, y: i32): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W);
  const in_c = load<i32>(record, DEPTHWISE_CONV_2D_IN_C), fill = load<i32>(record, DEPTHWISE_CONV_2D_FILL);
  const plane_h = load<i32>(record, DEPTHWISE_CONV_2D_PLANE_H), plane_w = load<i32>(record, DEPTHWISE_CONV_2D_PLANE_W);
  const left = load<i32>(record, WINDOW_PAD_LEFT);
  const inside = min(in_w, plane_w - left); // pixels of an input row that any output reads
  const plane: usize = load<u32>(record, DEPTHWISE_CONV_2D_PLANE);
  const plane_bytes = plane_h * plane_w;
  if (y < 0 || y + plane_h > in_h || inside < plane_w) memory.fill(plane, <u8>fill, plane_bytes);
  const first = max(-y, 0), last = min(plane_h, in_h - y); // rows of the plane that lie in the image
  for (let row = first; row < last; row++) {
    let from = source + (y + row) * in_w * in_c;
    let to = plane + left * plane_h + row;
    for (const end = to + inside * plane_h; to != end; to += plane_h) {
      store<i8>(to, load<i8>(from));
      from += in_c;
    }
  }
}

/** One strip of one channel, any filter. `out`: int8, channel o of the strip's first pixel. */
// @ts-ignore: decorator
@inline
function strip(record: usize, w: usize, bias: i32, multiplier: i64, shift: i32, rows: i32, out: usize): void {
  const out_w = load<i32>(record, WINDOW_OUT_W), out_c = load<i32>(record, DEPTHWISE_CONV_2D_OUT_C);
  const k_h = load<i32>(record, WINDOW_K_H), k_w = load<i32>(record, WINDOW_K_W);
  const stride_w = load<i32>(record, WINDOW_STRIDE_W), dilation_w = load<i32>(record, WINDOW_DILATION_W);
  const plane_h = load<i32>(record, DEPTHWISE_CONV_2D_PLANE_H);
  const pixel_step = stride_w * plane_h, tap_step = dilation_w * plane_h;
  const tap_row = load<i32>(record, WINDOW_DILATION_H) - k_w * tap_step; // from the end of one row of taps to the next
  const offset = load<i32>(record, DEPTHWISE_CONV_2D_OUTPUT_OFFSET);
  const low = load<i32>(record, DEPTHWISE_CONV_2D_MIN), high = load<i32>(record, DEPTHWISE_CONV_2D_MAX);
  const left = max(shift, 0), right = <i64>max(-shift, 0);
  const rounding = rounding_of(right), sign = sign_of(right), down = down_of(right);
  const row_step = load<i32>(record, WINDOW_STRIDE_H);
  let row: usize = load<u32>(record, DEPTHWISE_CONV_2D_PLANE);
  for (; rows > 0; rows--, row += row_step) {
    let x = row;
    for (let n = out_w; n > 0; n--, x += pixel_step, out += out_c) {
      let sum = bias, tap = x, weight = w;
      for (let ky = k_h; ky > 0; ky--, tap += tap_row) {
        const end = weight + k_w;
        do {
          sum += <i32>load<i8>(tap) * <i32>load<i8>(weight);
          tap += tap_step;
        } while (++weight != end);
      }
      store<i8>(out, clamp(rescale(sum << left, multiplier, rounding, sign, down) + offset, low, high));
    }
  }
}

/** Walks batches, output channels and strips; `form` is known at compile time: stride of the 3x3 form, or 0 for any filter. */
// @ts-ignore: decorator
@inline
function walk(record: usize, form: i32): void {
  const in_c = load<i32>(record, DEPTHWISE_CONV_2D_IN_C), depth_multiplier = load<i32>(record, DEPTHWISE_CONV_2D_DEPTH_MULTIPLIER);
  const out_h = load<i32>(record, WINDOW_OUT_H), out_c = load<i32>(record, DEPTHWISE_CONV_2D_OUT_C);
  const strip_rows = load<i32>(record, DEPTHWISE_CONV_2D_STRIP), stride_h = load<i32>(record, WINDOW_STRIDE_H);
  const pad_top = load<i32>(record, WINDOW_PAD_TOP);
  const taps = load<i32>(record, WINDOW_K_H) * load<i32>(record, WINDOW_K_W);
  const slice_c = load<i32>(record, DEPTHWISE_CONV_2D_SLICE_C), buffer: usize = load<u32>(record, DEPTHWISE_CONV_2D_BUFFER);
  const shared: usize = load<u32>(record, DEPTHWISE_CONV_2D_MULTIPLIER); // the multiplier of all channels, or 0
  const multiplier_stride = shared ? 0 : 8;
  const head = (shared ? 4 : 12) * depth_multiplier, tile_bytes = (head + taps * depth_multiplier + 3) & ~3; // biases and multipliers, then weights
  const row_bytes = load<i32>(record, WINDOW_OUT_W) * out_c;
  let input: usize = load<u32>(record, DEPTHWISE_CONV_2D_INPUT);
  let output: usize = load<u32>(record, DEPTHWISE_CONV_2D_OUTPUT);
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--) {
    let tiles: usize = load<u32>(record, DEPTHWISE_CONV_2D_TILES);
    let out = output;
    for (let first = 0; first < in_c; first += slice_c) {
      const end = min(first + slice_c, in_c), bytes = (end - first) * tile_bytes;
      let tile = stage(tiles, bytes, buffer);
      tiles += bytes;
      for (let c = first; c < end; c++, tile += tile_bytes, out += depth_multiplier) {
        for (let y = 0; y < out_h; y += strip_rows) {
          copy_plane(record, input + c, y * stride_h - pad_top);
          const rows = min(out_h - y, strip_rows);
          let b = tile, m = shared ? shared : tile + (depth_multiplier << 2), w = tile + head, o = out + y * row_bytes;
          for (let k = 0; k < depth_multiplier; k++) {
            if (form > 0) depthwise_3x3_rows__i64(record, form == 2, w, load<i32>(b), load<i32>(m), -load<i32>(m, 4), rows, o);
            else strip(record, w, load<i32>(b), load<i32>(m), load<i32>(m, 4), rows, o);
            w += taps;
            b += 4;
            m += multiplier_stride;
            o++;
          }
        }
      }
    }
    input += load<i32>(record, WINDOW_IN_H) * load<i32>(record, WINDOW_IN_W) * in_c;
    output += out_h * row_bytes;
  }
}

export function depthwise_conv_2d(record: usize): void {
  walk(record, 0);
}

export function depthwise_conv_2d_3x3(record: usize): void {
  walk(record, 1);
}

export function depthwise_conv_2d_3x3_s2(record: usize): void {
  walk(record, 2);
}
