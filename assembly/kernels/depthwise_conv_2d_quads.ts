// DEPTHWISE_CONV_2D 3x3 for cores that multiply halves of words; no dilation, both strides 1 or both 2.
// Record: DEPTHWISE_QUADS_* in abi/depthwise_conv_2d_quads.ts, which gives the shapes.
//
// Four channels at a time: a strip of them is copied out, padding included, each channel of two pixels side by side as a pair of 16-bit
// numbers. Channel by channel, two of a window's three columns are then one SMLAD (boards/wamr/aotc/dual_multiply.c), and a pair that is
// loaded serves all of its windows. Masks give unsigned bytes: 128 is added to all activations, and the biases take it off again.
// Dialect: reference. Source: TFLM reference/integer_ops/depthwise_conv.h, DepthwiseConvPerChannel.
import {
  DEPTHWISE_QUADS_INPUT, DEPTHWISE_QUADS_OUTPUT, DEPTHWISE_QUADS_TILES, DEPTHWISE_QUADS_BUFFER, DEPTHWISE_QUADS_PLANE, DEPTHWISE_QUADS_SUMS, DEPTHWISE_QUADS_IN_C, DEPTHWISE_QUADS_DEPTH_MULTIPLIER,
  DEPTHWISE_QUADS_CHANNELS,
  DEPTHWISE_QUADS_SLICE, DEPTHWISE_QUADS_PART_H, DEPTHWISE_QUADS_PART_W, DEPTHWISE_QUADS_MOST_ROWS, DEPTHWISE_QUADS_FILL, DEPTHWISE_QUADS_MIN,
  DEPTHWISE_QUADS_MAX, DEPTHWISE_QUADS_SIZE, CHANNEL_ADDEND, CHANNEL_MULTIPLIER, CHANNEL_DOWN_32, CHANNEL_BIAS, CHANNEL_WEIGHTS, CHANNEL_BYTES, TILE_BYTES,
} from "../abi/depthwise_conv_2d_quads";
import { WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_PAD_TOP, WINDOW_PAD_LEFT } from "../abi/window";
import { clamp } from "../arithmetic/fixed_point";
import { rescale_folded_high } from "../arithmetic/folded";
import { even_bytes, high_half, low_half, odd_bytes } from "../arithmetic/halves";
import { stage } from "../inner/stage";
import { within } from "../inner/within";

/** Rows of the plane that are walked behind one clamped address: 16 bytes each. */
const MOST_ROWS: u32 = DEPTHWISE_QUADS_MOST_ROWS;

/** Fills rows of a column of the plane. @param fill the input's zero point with 128 added, in all bytes */
function fill_column(to: usize, rows: u32, fill: i32): void {
  const p = within(to, 1024), count = min<u32>(rows, MOST_ROWS), pair = <u64><u32>(fill & 0x00ff00ff), pairs = pair | (pair << 32);
  for (let i: u32 = 0; i < count; i++) {
    store<u64>(p + (i << 4), pairs);
    store<u64>(p + (i << 4) + 8, pairs);
  }
}

/** Four channels of a pixel, `keep` and `flip`: -1 and 0x80808080, which adds 128, or of a pixel outside the input 0 and what it reads. */
// @ts-ignore: decorator
@inline
function pixel_at(from: usize, spread: bool, keep: i32, flip: i32): i32 {
  return ((spread ? <i32>load<u8>(from) * 0x01010101 : load<i32>(from)) & keep) ^ flip;
}

/**
 * Copies rows to a column of the plane. `spread`: one input channel serves all four.
 * @param from int8, `row_bytes` before the next row, the pair's second pixel `next` bytes behind the first
 */
function copy_column(to: usize, from: usize, next: i32, rows: u32, row_bytes: i32, keep0: i32, flip0: i32, keep1: i32, flip1: i32, spread: bool): void {
  const p = within(to, 1024), count = min<u32>(rows, MOST_ROWS);
  let i: u32 = 0;
  do {
    const first = pixel_at(from, spread, keep0, flip0), second = pixel_at(from + next, spread, keep1, flip1);
    const c01 = (first & 0xffff) | (second << 16), c23 = (first >>> 16) | (second & 0xffff0000);
    store<u64>(p + (i << 4), <u64><u32>even_bytes(c01, 0x00ff00ff) | (<u64><u32>odd_bytes(c01, 0x00ff00ff) << 32));
    store<u64>(p + (i << 4) + 8, <u64><u32>even_bytes(c23, 0x00ff00ff) | (<u64><u32>odd_bytes(c23, 0x00ff00ff) << 32));
    from += row_bytes;
  } while (++i < count);
}

/**
 * Copies what a part of a quad reads, padding included, to the plane.
 * @param image int8, pixel (0, 0)
 * @param c the quad's first output channel
 * @param y first of `rows` rows of the padded input, `x` first column of `pairs` pairs
 */
function copy_quad(record: usize, image: usize, c: i32, y: i32, rows: i32, x: i32, pairs: i32): void {
  const in_w = load<i32>(record, WINDOW_IN_W), in_c = load<i32>(record, DEPTHWISE_QUADS_IN_C), row_bytes = in_w * in_c;
  const multiplier = load<i32>(record, DEPTHWISE_QUADS_DEPTH_MULTIPLIER), fill = load<i32>(record, DEPTHWISE_QUADS_FILL);
  y -= load<i32>(record, WINDOW_PAD_TOP);
  x -= load<i32>(record, WINDOW_PAD_LEFT);
  const above = max(-y, 0), inside = min(rows, load<i32>(record, WINDOW_IN_H) - y) - above;
  let to: usize = load<u32>(record, DEPTHWISE_QUADS_PLANE), from = image + (y + above) * row_bytes + x * in_c + c / multiplier;
  for (; pairs > 0; pairs--, x += 2, to += rows << 4, from += in_c << 1) {
    const keep0 = -i32(<u32>x < <u32>in_w), keep1 = -i32(<u32>(x + 1) < <u32>in_w); // masks: -1 inside
    if (!(keep0 | keep1)) {
      fill_column(to, rows, fill);
      continue;
    }
    fill_column(to, above, fill);
    const start = from + (in_c & ~keep0), next = in_c & keep0 & keep1, at = to + (above << 4); // a pixel outside is read where the other is
    const flip0 = keep0 ? 0x80808080 : fill, flip1 = keep1 ? 0x80808080 : fill;
    copy_column(at, start, next, inside, row_bytes, keep0, flip0, keep1, flip1, multiplier > 1);
    fill_column(at + (inside << 4), rows - above - inside, fill);
  }
}

/** `sum` and the products of both halves. */
// @ts-ignore: decorator
@inline
function add_both(sum: i32, x: i32, w: i32): i32 {
  return sum + low_half(x) * low_half(w) + high_half(x) * high_half(w);
}

/** `sum` and a window's row of products with the pairs x and y: w0, w1 and w2 times x0, x1 and y0. */
// @ts-ignore: decorator
@inline
function add_first(sum: i32, x: i32, y: i32, w01: i32, w12: i32): i32 {
  return add_both(sum + low_half(y) * high_half(w12), x, w01);
}

/** The same one pixel on: times x1, y0 and y1. */
// @ts-ignore: decorator
@inline
function add_second(sum: i32, x: i32, y: i32, w01: i32, w12: i32): i32 {
  return add_both(sum + high_half(x) * low_half(w01), y, w12);
}

/**
 * The code of a sum. `signed`, known at compile time: all codes are told apart, and a negative x = sum + bias loses 2^31, a unit of the high
 * product, as every shift is 32 or more. Else the zero point is the least code, nothing below it matters, and the clamp is one SSAT.
 */
// @ts-ignore: decorator
@inline
function code_of(sum: i32, signed: bool, bias: i32, multiplier: i64, addend: i64, down_32: i32, low: i32, high: i32): i32 {
  if (!signed) return clamp(rescale_folded_high(sum, multiplier, addend, down_32), -128, 127);
  return clamp(rescale_folded_high(sum, multiplier, addend - (<i64>((sum + bias) >>> 31) << 31), down_32), low, high);
}

/**
 * One channel of a part. `two`: whether both strides are 2, known at compile time. Columns of outputs, two side by side where the stride is 1,
 * are walked downwards: a row of the plane is added to all sums that it belongs to. Sums that began above the plane are left out.
 * @param tile the channel's part of a tile
 * @param column its first word of the plane
 * @param out int8, the channel of the part's first pixel
 */
// @ts-ignore: decorator
@inline
function channel_of(record: usize, two: bool, signed: bool, tile: usize, column: usize, rows: i32, columns: i32, out: usize): void {
  record = within(record, DEPTHWISE_QUADS_SIZE);
  tile = within(tile, CHANNEL_BYTES);
  const channels = load<i32>(record + DEPTHWISE_QUADS_CHANNELS), row_bytes = load<i32>(record + WINDOW_OUT_W) * channels;
  const low = load<i32>(record + DEPTHWISE_QUADS_MIN), high = load<i32>(record + DEPTHWISE_QUADS_MAX);
  const s = within(load<u32>(record + DEPTHWISE_QUADS_SUMS), 8 * MOST_ROWS);
  const addend = load<i64>(tile + CHANNEL_ADDEND), multiplier = <i64>load<i32>(tile + CHANNEL_MULTIPLIER), bias = load<i32>(tile + CHANNEL_BIAS);
  const down_32 = load<i32>(tile + CHANNEL_DOWN_32) & 31; // the mask is WebAssembly's own, taken once
  const p01 = load<i32>(tile + CHANNEL_WEIGHTS), p12 = load<i32>(tile + (CHANNEL_WEIGHTS + 4));
  const q01 = load<i32>(tile + (CHANNEL_WEIGHTS + 8)), q12 = load<i32>(tile + (CHANNEL_WEIGHTS + 12));
  const r01 = load<i32>(tile + (CHANNEL_WEIGHTS + 16)), r12 = load<i32>(tile + (CHANNEL_WEIGHTS + 20));
  const height = two ? (rows << 1) + 2 : rows + 2, steps = min<u32>(two ? rows + 1 : height, two ? MOST_ROWS / 2 : MOST_ROWS), run = min<u32>(rows, MOST_ROWS - 2);
  for (; columns > 0; columns -= two ? 1 : 2) {
    const p = within(column, 1024), q = within(column + (height << 4), 1024);
    let i: u32 = 0, a0 = 0, a1 = 0, b0 = 0, b1 = 0; // sums of the last row of outputs and of the one before, first and second column
    do {
      if (two) {
        const x = load<i32>(p + (i << 5)), y = load<i32>(q + (i << 5)), x1 = load<i32>(p + (i << 5) + 16), y1 = load<i32>(q + (i << 5) + 16);
        store<i32>(s + (i << 3) + 8, add_first(a0, x, y, r01, r12));
        a0 = add_first(add_first(0, x, y, p01, p12), x1, y1, q01, q12);
      } else {
        const x = load<i32>(p + (i << 4)), y = load<i32>(q + (i << 4));
        store<u64>(s + (i << 3), <u64><u32>add_first(b0, x, y, r01, r12) | (<u64><u32>add_second(b1, x, y, r01, r12) << 32));
        b0 = add_first(a0, x, y, q01, q12);
        b1 = add_second(a1, x, y, q01, q12);
        a0 = add_first(0, x, y, p01, p12);
        a1 = add_second(0, x, y, p01, p12);
      }
    } while (++i < steps);
    let to = out;
    i = 0;
    do {
      const sums = load<u64>(s + (i << 3) + 16);
      store<i8>(within(to, 1), code_of(<i32>sums, signed, bias, multiplier, addend, down_32, low, high));
      if (!two && columns > 1) store<i8>(within(to + channels, 1), code_of(<i32>(sums >> 32), signed, bias, multiplier, addend, down_32, low, high));
      to += row_bytes;
    } while (++i < run);
    column += height << 4;
    out += two ? channels : channels << 1;
  }
}

function channel(record: usize, tile: usize, column: usize, rows: i32, columns: i32, out: usize): void {
  channel_of(record, false, false, tile, column, rows, columns, out);
}

function channel_s2(record: usize, tile: usize, column: usize, rows: i32, columns: i32, out: usize): void {
  channel_of(record, true, false, tile, column, rows, columns, out);
}

function signed_channel(record: usize, tile: usize, column: usize, rows: i32, columns: i32, out: usize): void {
  channel_of(record, false, true, tile, column, rows, columns, out);
}

function signed_channel_s2(record: usize, tile: usize, column: usize, rows: i32, columns: i32, out: usize): void {
  channel_of(record, true, true, tile, column, rows, columns, out);
}

/** Walks batches, quads, parts and channels. `two` and `signed` as above. */
// @ts-ignore: decorator
@inline
function walk(record: usize, two: bool, signed: bool): void {
  const channels = load<i32>(record, DEPTHWISE_QUADS_CHANNELS), quads = (channels + 3) >> 2, slice = load<i32>(record, DEPTHWISE_QUADS_SLICE);
  const out_h = load<i32>(record, WINDOW_OUT_H), out_w = load<i32>(record, WINDOW_OUT_W);
  const part_h = load<i32>(record, DEPTHWISE_QUADS_PART_H), part_w = load<i32>(record, DEPTHWISE_QUADS_PART_W);
  const stride = two ? 2 : 1;
  let input: usize = load<u32>(record, DEPTHWISE_QUADS_INPUT);
  let output: usize = load<u32>(record, DEPTHWISE_QUADS_OUTPUT);
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--) {
    let tiles: usize = load<u32>(record, DEPTHWISE_QUADS_TILES), tile: usize = 0;
    for (let quad = 0, staged = 0; quad < quads; quad++, staged--, tile += TILE_BYTES) {
      if (staged == 0) {
        staged = min(slice, quads - quad);
        tile = stage(tiles, staged * TILE_BYTES, load<u32>(record, DEPTHWISE_QUADS_BUFFER));
        tiles += staged * TILE_BYTES;
      }
      const c = min(quad << 2, channels - 4);
      for (let y = 0; y < out_h; y += part_h) {
        const rows = min(out_h - y, part_h);
        for (let x = 0; x < out_w; x += part_w) {
          const columns = min(out_w - x, part_w);
          copy_quad(record, input, c, y * stride, rows * stride + 2, x * stride, two ? columns + 1 : (columns + 3) >> 1);
          let out = output + (y * out_w + x) * channels + c, part = tile, plane: usize = load<u32>(record, DEPTHWISE_QUADS_PLANE);
          for (let i = 4; i > 0; i--, part += CHANNEL_BYTES, plane += 4, out++) {
            if (two && signed) signed_channel_s2(record, part, plane, rows, columns, out);
            else if (two) channel_s2(record, part, plane, rows, columns, out);
            else if (signed) signed_channel(record, part, plane, rows, columns, out);
            else channel(record, part, plane, rows, columns, out);
          }
        }
      }
    }
    input += load<i32>(record, WINDOW_IN_H) * load<i32>(record, WINDOW_IN_W) * load<i32>(record, DEPTHWISE_QUADS_IN_C);
    output += out_h * out_w * channels;
  }
}

export function depthwise_conv_2d_quads(record: usize): void {
  walk(record, false, false);
}

export function depthwise_conv_2d_quads_s2(record: usize): void {
  walk(record, true, false);
}

export function depthwise_conv_2d_quads_signed(record: usize): void {
  walk(record, false, true);
}

export function depthwise_conv_2d_quads_signed_s2(record: usize): void {
  walk(record, true, true);
}
