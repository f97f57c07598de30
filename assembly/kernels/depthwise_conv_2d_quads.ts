// DEPTHWISE_CONV_2D 3x3 for cores that multiply halves of words; no dilation, both strides 1 or both 2.
// Record: DEPTHWISE_QUADS_* in abi/depthwise_conv_2d_quads.ts, which gives the shapes.
//
// Four channels at a time: a strip of them is copied out, padding included, four bytes by two masks to two pairs of 16-bit numbers, and two
// channels are then multiplied at a time. Masks give unsigned bytes: 128 is added to all activations, and the biases take it off again.
// Dialect: reference. Source: TFLM reference/integer_ops/depthwise_conv.h, DepthwiseConvPerChannel.
import {
  DEPTHWISE_QUADS_INPUT, DEPTHWISE_QUADS_OUTPUT, DEPTHWISE_QUADS_TILES, DEPTHWISE_QUADS_BUFFER, DEPTHWISE_QUADS_PLANE, DEPTHWISE_QUADS_IN_C, DEPTHWISE_QUADS_DEPTH_MULTIPLIER,
  DEPTHWISE_QUADS_CHANNELS,
  DEPTHWISE_QUADS_SLICE, DEPTHWISE_QUADS_STRIP, DEPTHWISE_QUADS_PLANE_W, DEPTHWISE_QUADS_FILL, DEPTHWISE_QUADS_SIGNED, DEPTHWISE_QUADS_MIN,
  DEPTHWISE_QUADS_MAX, DEPTHWISE_QUADS_SIZE, HALF_ADDEND, HALF_MULTIPLIER, HALF_DOWN_32, HALF_BIAS, HALF_WEIGHTS, HALF_BYTES,
} from "../abi/depthwise_conv_2d_quads";
import { WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_PAD_TOP, WINDOW_PAD_LEFT } from "../abi/window";
import { clamp } from "../arithmetic/fixed_point";
import { rescale_folded_high } from "../arithmetic/folded";
import { even_bytes, high_half, low_half, odd_bytes } from "../arithmetic/halves";
import { stage } from "../inner/stage";
import { within } from "../inner/within";

/** Fills `pixels` of the plane. */
function fill_pixels(to: usize, pixels: i32, value: i32): void {
  for (; pixels > 0; pixels--, to += 8) {
    const pixel = within(to, 8);
    store<i32>(pixel, value);
    store<i32>(pixel + 4, value);
  }
}

/** Copies `pixels` of a quad to the plane. @param from int8, `step` bytes before the next pixel */
function widen_pixels(to: usize, from: usize, pixels: i32, step: i32): void {
  for (let left: u32 = pixels; left > 0; ) {
    const p = within(to, 1024), count = min<u32>(left, 128);
    let i: u32 = 0;
    do {
      const word = load<i32>(from) ^ 0x80808080;
      store<i32>(p + (i << 3), even_bytes(word, 0x00ff00ff));
      store<i32>(p + (i << 3) + 4, odd_bytes(word, 0x00ff00ff));
      from += step;
    } while (++i < count);
    left -= count;
    to += 1024;
  }
}

/** The same where one input channel serves the quad. */
function spread_pixels(to: usize, from: usize, pixels: i32, step: i32): void {
  for (let left: u32 = pixels; left > 0; ) {
    const p = within(to, 1024), count = min<u32>(left, 128);
    let i: u32 = 0;
    do {
      const pair = (<i32>load<u8>(from) ^ 0x80) * 0x10001;
      store<i32>(p + (i << 3), pair);
      store<i32>(p + (i << 3) + 4, pair);
      from += step;
    } while (++i < count);
    left -= count;
    to += 1024;
  }
}

/**
 * Copies the rows of a quad that a strip reads, padding included, to the plane.
 * @param image int8, pixel (0, 0)
 * @param c the quad's first output channel
 * @param y first input row of the strip; rows outside the image become the fill value
 */
function copy_quad(record: usize, image: usize, c: i32, y: i32, rows: i32): void {
  record = within(record, DEPTHWISE_QUADS_SIZE);
  const in_h = load<i32>(record + WINDOW_IN_H), in_w = load<i32>(record + WINDOW_IN_W), in_c = load<i32>(record + DEPTHWISE_QUADS_IN_C);
  const multiplier = load<i32>(record + DEPTHWISE_QUADS_DEPTH_MULTIPLIER);
  const fill = load<i32>(record + DEPTHWISE_QUADS_FILL), plane_w = load<i32>(record + DEPTHWISE_QUADS_PLANE_W), left = load<i32>(record + WINDOW_PAD_LEFT);
  const inside = min(in_w, plane_w - left); // pixels of an input row that any output reads
  let to: usize = load<u32>(record + DEPTHWISE_QUADS_PLANE);
  for (const end = y + rows; y < end; y++, to += plane_w << 3) {
    if (y < 0 || y >= in_h) fill_pixels(to, plane_w, fill);
    else {
      const from = image + y * in_w * in_c + c / multiplier;
      fill_pixels(to, left, fill);
      if (multiplier == 1) widen_pixels(to + (left << 3), from, inside, in_c);
      else spread_pixels(to + (left << 3), from, inside, in_c);
      fill_pixels(to + ((left + inside) << 3), plane_w - left - inside, fill);
    }
  }
}

/** `rescale_folded_high` for sums of either sign: x < 0 loses 2^31, a unit of the high product, as every shift is 32 or more. */
// @ts-ignore: decorator
@inline
function code_of(sum: i32, bias: i32, multiplier: i64, addend: i64, down_32: i32, low: i32, high: i32): i32 {
  const sign = <i64>((sum + bias) >>> 31) << 31;
  return clamp(rescale_folded_high(sum, multiplier, addend - sign, down_32), low, high);
}

/** The code of a sum where the zero point is the least code: nothing below it is told apart. */
// @ts-ignore: decorator
@inline
function folded_code_of(sum: i32, multiplier: i64, addend: i64, down_32: i32): i32 {
  return clamp(rescale_folded_high(sum, multiplier, addend, down_32), -128, 127);
}

/** Pixels behind one clamped address: at most 16 bytes each, and 24 that the last one reads. */
const PIXELS: u32 = 62;

/**
 * A strip of two channels. Known at compile time: `two`, whether both strides are 2, and `signed`, whether all codes are told apart.
 * @param tile their half of a tile
 * @param x their first word of the plane
 * @param rows output rows
 * @param out int8, the first channel of the strip's first pixel
 */
// @ts-ignore: decorator
@inline
function half_rows(record: usize, two: bool, signed: bool, tile: usize, row: usize, rows: i32, out: usize): void {
  record = within(record, DEPTHWISE_QUADS_SIZE);
  const channels = load<i32>(record + DEPTHWISE_QUADS_CHANNELS);
  const low = load<i32>(record + DEPTHWISE_QUADS_MIN), high = load<i32>(record + DEPTHWISE_QUADS_MAX);
  const row_bytes = load<i32>(record + DEPTHWISE_QUADS_PLANE_W) << 3;
  tile = within(tile, HALF_BYTES);
  const down0 = load<i32>(tile + HALF_DOWN_32) & 31, down1 = load<i32>(tile + (HALF_DOWN_32 + 4)) & 31; // the mask is WebAssembly's own, taken once
  for (; rows > 0; rows--, row += two ? row_bytes << 1 : row_bytes) {
    let from = row;
    for (let left = load<u32>(record + WINDOW_OUT_W); left > 0; ) {
      const p = within(from, 1024), q = within(from + row_bytes, 1024), r = within(from + (row_bytes << 1), 1024);
      const pixels = min<u32>(left, PIXELS);
      let i: u32 = 0;
      do {
        const at = i << (two ? 4 : 3);
        let a0 = 0, a1 = 0, x: i32, w: i32;
        x = load<i32>(p + at);
        w = load<i32>(tile + HALF_WEIGHTS);
        a0 += low_half(x) * low_half(w);
        a1 += high_half(x) * high_half(w);
        x = load<i32>(p + at + 8);
        w = load<i32>(tile + (HALF_WEIGHTS + 4));
        a0 += low_half(x) * low_half(w);
        a1 += high_half(x) * high_half(w);
        x = load<i32>(p + at + 16);
        w = load<i32>(tile + (HALF_WEIGHTS + 8));
        a0 += low_half(x) * low_half(w);
        a1 += high_half(x) * high_half(w);
        x = load<i32>(q + at);
        w = load<i32>(tile + (HALF_WEIGHTS + 12));
        a0 += low_half(x) * low_half(w);
        a1 += high_half(x) * high_half(w);
        x = load<i32>(q + at + 8);
        w = load<i32>(tile + (HALF_WEIGHTS + 16));
        a0 += low_half(x) * low_half(w);
        a1 += high_half(x) * high_half(w);
        x = load<i32>(q + at + 16);
        w = load<i32>(tile + (HALF_WEIGHTS + 20));
        a0 += low_half(x) * low_half(w);
        a1 += high_half(x) * high_half(w);
        x = load<i32>(r + at);
        w = load<i32>(tile + (HALF_WEIGHTS + 24));
        a0 += low_half(x) * low_half(w);
        a1 += high_half(x) * high_half(w);
        x = load<i32>(r + at + 8);
        w = load<i32>(tile + (HALF_WEIGHTS + 28));
        a0 += low_half(x) * low_half(w);
        a1 += high_half(x) * high_half(w);
        x = load<i32>(r + at + 16);
        w = load<i32>(tile + (HALF_WEIGHTS + 32));
        a0 += low_half(x) * low_half(w);
        a1 += high_half(x) * high_half(w);
        const o = within(out, 4);
        const m0 = <i64>load<i32>(tile + HALF_MULTIPLIER), addend0 = load<i64>(tile + HALF_ADDEND);
        const m1 = <i64>load<i32>(tile + (HALF_MULTIPLIER + 4)), addend1 = load<i64>(tile + (HALF_ADDEND + 8));
        if (signed) {
          store<i8>(o, code_of(a0, load<i32>(tile + HALF_BIAS), m0, addend0, down0, low, high));
          store<i8>(o + 2, code_of(a1, load<i32>(tile + (HALF_BIAS + 4)), m1, addend1, down1, low, high));
        } else {
          store<i8>(o, folded_code_of(a0, m0, addend0, down0));
          store<i8>(o + 2, folded_code_of(a1, m1, addend1, down1));
        }
        out += channels;
      } while (++i < pixels);
      left -= pixels;
      from += pixels << (two ? 4 : 3);
    }
  }
}

/** Walks batches, quads and strips. `two` as above. */
// @ts-ignore: decorator
@inline
function walk(record: usize, two: bool): void {
  record = within(record, DEPTHWISE_QUADS_SIZE);
  const channels = load<i32>(record + DEPTHWISE_QUADS_CHANNELS), quads = (channels + 3) >> 2, slice = load<i32>(record + DEPTHWISE_QUADS_SLICE);
  const out_h = load<i32>(record + WINDOW_OUT_H), row_bytes = load<i32>(record + WINDOW_OUT_W) * channels;
  const strip = load<i32>(record + DEPTHWISE_QUADS_STRIP), pad_top = load<i32>(record + WINDOW_PAD_TOP);
  const signed = load<i32>(record + DEPTHWISE_QUADS_SIGNED);
  const buffer: usize = load<u32>(record + DEPTHWISE_QUADS_BUFFER), plane: usize = load<u32>(record + DEPTHWISE_QUADS_PLANE);
  let input: usize = load<u32>(record + DEPTHWISE_QUADS_INPUT);
  let output: usize = load<u32>(record + DEPTHWISE_QUADS_OUTPUT);
  for (let batch = load<i32>(record + WINDOW_BATCHES); batch > 0; batch--) {
    let tiles: usize = load<u32>(record + DEPTHWISE_QUADS_TILES);
    for (let first = 0; first < quads; first += slice) {
      const end = min(first + slice, quads), bytes = (end - first) * (2 * HALF_BYTES);
      let tile = stage(tiles, bytes, buffer);
      tiles += bytes;
      for (let quad = first; quad < end; quad++, tile += 2 * HALF_BYTES) {
        const c = min(quad << 2, channels - 4);
        for (let y = 0; y < out_h; y += strip) {
          const rows = min(out_h - y, strip);
          const out = output + y * row_bytes + c;
          copy_quad(record, input, c, (two ? y << 1 : y) - pad_top, two ? (rows << 1) + 1 : rows + 2);
          for (let half = 0; half < 2; half++) {
            const t = tile + half * HALF_BYTES, p = plane + (half << 2), o = out + half;
            if (signed) half_rows(record, two, true, t, p, rows, o);
            else half_rows(record, two, false, t, p, rows, o);
          }
        }
      }
    }
    input += load<i32>(record + WINDOW_IN_H) * load<i32>(record + WINDOW_IN_W) * load<i32>(record + DEPTHWISE_QUADS_IN_C);
    output += out_h * row_bytes;
  }
}

export function depthwise_conv_2d_quads(record: usize): void {
  walk(record, false);
}

export function depthwise_conv_2d_quads_s2(record: usize): void {
  walk(record, true);
}
