// DEPTHWISE_CONV_2D on SIMD cores, int8 x int8 or legacy uint8 -> int8: eight output channels at a time, four pixels at once, two taps to a 16-bit dot product.
// Record: DEPTHWISE_V128_* in abi/depthwise_conv_2d_v128.ts, which gives the shapes.
//
// The plane holds what eight channels read for a strip of lines, padding included, so that the loops over it know no border. `_3`, `_5` and their `_s2`
// have filters of so many taps along the line, at stride 1 and 2, unrolled: a pair of taps that is loaded serves all pixels it is in.
// Dialect: reference. Source: TFLM reference/integer_ops/depthwise_conv.h, DepthwiseConvPerChannel.
import {
  DEPTHWISE_V128_INPUT, DEPTHWISE_V128_OUTPUT, DEPTHWISE_V128_TILES, DEPTHWISE_V128_PLANE, DEPTHWISE_V128_SUMS, DEPTHWISE_V128_PADDING, DEPTHWISE_V128_BATCHES,
  DEPTHWISE_V128_IN_BYTES, DEPTHWISE_V128_OUT_BYTES, DEPTHWISE_V128_OUT_C, DEPTHWISE_V128_MULTIPLIER, DEPTHWISE_V128_IN_LINES, DEPTHWISE_V128_OUT_LINES,
  DEPTHWISE_V128_LINE_STRIDE, DEPTHWISE_V128_LINE_DILATION, DEPTHWISE_V128_LINE_PAD, DEPTHWISE_V128_IN_LINE_STEP, DEPTHWISE_V128_OUT_LINE_STEP, DEPTHWISE_V128_PAIRS,
  DEPTHWISE_V128_ADVANCE, DEPTHWISE_V128_STRIP, DEPTHWISE_V128_STRIP_PAIRS, DEPTHWISE_V128_IN_N, DEPTHWISE_V128_OUT_N, DEPTHWISE_V128_STRIDE, DEPTHWISE_V128_DILATION,
  DEPTHWISE_V128_PAD, DEPTHWISE_V128_IN_STEP, DEPTHWISE_V128_OUT_STEP, DEPTHWISE_V128_TAPS, DEPTHWISE_V128_POSITIONS, DEPTHWISE_V128_KIND, DEPTHWISE_V128_COMMON,
  DEPTHWISE_V128_OUTPUT_OFFSET, DEPTHWISE_V128_MIN, DEPTHWISE_V128_MAX, DEPTHWISE_V128_WEIGHTS,
} from "../abi/depthwise_conv_2d_v128";
import { RESCALE_V128_EVEN, RESCALE_V128_EVEN_ADDEND, RESCALE_V128_EVEN_MULTIPLIER, RESCALE_V128_RELU, RESCALE_V128_SMALL, RESCALE_V128_WIDE } from "../abi/rescale_v128";
import { codes_v128, even_v128, magic_of, store_codes } from "../inner/rescale_v128";

/** Bytes from one position of a plane to the next. */
const POSITION = 32, SHARED_POSITION = 4;

/** The pairs of four channels. */
// @ts-ignore: decorator
@inline
function pairs_at(x: usize, shared: bool): v128 {
  return shared ? v128.load32_splat(x) : v128.load(x);
}

/** Adds one pair of taps, if the filter has the `tap`. All numbers are known at compile time. */
// @ts-ignore: decorator
@inline
function add_tap(sum: v128, x: v128, tap: i32, taps: i32, w0: v128, w1: v128, w2: v128, w3: v128, w4: v128): v128 {
  if (tap < 0 || tap >= taps) return sum;
  return i32x4.add(sum, i32x4.dot_i16x8_s(x, tap == 0 ? w0 : tap == 1 ? w1 : tap == 2 ? w2 : tap == 3 ? w3 : w4));
}

/**
 * Sums of four channels of `count` pixels (4, 2 or 1) that follow each other along a line.
 * @param x their first position in the first pair of lines; @param pair_step bytes from one pair of lines of the filter to the next
 * @param taps along the line, 3 or 5, at `stride` 1 or 2; or 0: any filter. These and `count` and `shared` are known at compile time
 */
// @ts-ignore: decorator
@inline
function sum_pixels(record: usize, count: i32, taps: i32, stride: i32, shared: bool, x: usize, pair_step: i32, w: usize, bias: v128, to: usize): void {
  let a0 = bias, a1 = bias, a2 = bias, a3 = bias;
  if (taps == 0) {
    const step = load<i32>(record, DEPTHWISE_V128_DILATION) * (shared ? SHARED_POSITION : POSITION), next = load<i32>(record, DEPTHWISE_V128_STRIDE) * (shared ? SHARED_POSITION : POSITION);
    const all = load<i32>(record, DEPTHWISE_V128_TAPS);
    for (let pairs = load<i32>(record, DEPTHWISE_V128_PAIRS); pairs > 0; pairs--, x += pair_step) {
      let at = x;
      for (const end = w + (all << 4); w != end; w += 16, at += step) {
        const weights = v128.load(w);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(pairs_at(at, shared), weights));
        if (count > 1) a1 = i32x4.add(a1, i32x4.dot_i16x8_s(pairs_at(at + next, shared), weights));
        if (count > 2) {
          a2 = i32x4.add(a2, i32x4.dot_i16x8_s(pairs_at(at + 2 * next, shared), weights));
          a3 = i32x4.add(a3, i32x4.dot_i16x8_s(pairs_at(at + 3 * next, shared), weights));
        }
      }
    }
  } else {
    const reach = (count - 1) * stride + taps;
    const end = w + load<i32>(record, DEPTHWISE_V128_PAIRS) * (taps << 4);
    do {
      const w0 = v128.load(w), w1 = v128.load(w, 16), w2 = v128.load(w, 32), w3 = taps > 3 ? v128.load(w, 48) : w0, w4 = taps > 3 ? v128.load(w, 64) : w0;
      let v = shared ? v128.load32_splat(x) : v128.load(x);
      a0 = add_tap(a0, v, 0, taps, w0, w1, w2, w3, w4);
      if (reach > 1) {
        v = shared ? v128.load32_splat(x, 4) : v128.load(x, 32);
        a0 = add_tap(a0, v, 1, taps, w0, w1, w2, w3, w4);
        if (count > 1) a1 = add_tap(a1, v, 1 - stride, taps, w0, w1, w2, w3, w4);
        if (count > 2) {
          a2 = add_tap(a2, v, 1 - 2 * stride, taps, w0, w1, w2, w3, w4);
          a3 = add_tap(a3, v, 1 - 3 * stride, taps, w0, w1, w2, w3, w4);
        }
      }
      if (reach > 2) {
        v = shared ? v128.load32_splat(x, 8) : v128.load(x, 64);
        a0 = add_tap(a0, v, 2, taps, w0, w1, w2, w3, w4);
        if (count > 1) a1 = add_tap(a1, v, 2 - stride, taps, w0, w1, w2, w3, w4);
        if (count > 2) {
          a2 = add_tap(a2, v, 2 - 2 * stride, taps, w0, w1, w2, w3, w4);
          a3 = add_tap(a3, v, 2 - 3 * stride, taps, w0, w1, w2, w3, w4);
        }
      }
      if (reach > 3) {
        v = shared ? v128.load32_splat(x, 12) : v128.load(x, 96);
        a0 = add_tap(a0, v, 3, taps, w0, w1, w2, w3, w4);
        if (count > 1) a1 = add_tap(a1, v, 3 - stride, taps, w0, w1, w2, w3, w4);
        if (count > 2) {
          a2 = add_tap(a2, v, 3 - 2 * stride, taps, w0, w1, w2, w3, w4);
          a3 = add_tap(a3, v, 3 - 3 * stride, taps, w0, w1, w2, w3, w4);
        }
      }
      if (reach > 4) {
        v = shared ? v128.load32_splat(x, 16) : v128.load(x, 128);
        a0 = add_tap(a0, v, 4, taps, w0, w1, w2, w3, w4);
        if (count > 1) a1 = add_tap(a1, v, 4 - stride, taps, w0, w1, w2, w3, w4);
        if (count > 2) {
          a2 = add_tap(a2, v, 4 - 2 * stride, taps, w0, w1, w2, w3, w4);
          a3 = add_tap(a3, v, 4 - 3 * stride, taps, w0, w1, w2, w3, w4);
        }
      }
      if (reach > 5) {
        v = shared ? v128.load32_splat(x, 20) : v128.load(x, 160);
        a0 = add_tap(a0, v, 5, taps, w0, w1, w2, w3, w4);
        if (count > 1) a1 = add_tap(a1, v, 5 - stride, taps, w0, w1, w2, w3, w4);
        if (count > 2) {
          a2 = add_tap(a2, v, 5 - 2 * stride, taps, w0, w1, w2, w3, w4);
          a3 = add_tap(a3, v, 5 - 3 * stride, taps, w0, w1, w2, w3, w4);
        }
      }
      if (reach > 6) {
        v = shared ? v128.load32_splat(x, 24) : v128.load(x, 192);
        a0 = add_tap(a0, v, 6, taps, w0, w1, w2, w3, w4);
        if (count > 1) a1 = add_tap(a1, v, 6 - stride, taps, w0, w1, w2, w3, w4);
        if (count > 2) {
          a2 = add_tap(a2, v, 6 - 2 * stride, taps, w0, w1, w2, w3, w4);
          a3 = add_tap(a3, v, 6 - 3 * stride, taps, w0, w1, w2, w3, w4);
        }
      }
      if (reach > 7) {
        v = shared ? v128.load32_splat(x, 28) : v128.load(x, 224);
        a0 = add_tap(a0, v, 7, taps, w0, w1, w2, w3, w4);
        if (count > 1) a1 = add_tap(a1, v, 7 - stride, taps, w0, w1, w2, w3, w4);
        if (count > 2) {
          a2 = add_tap(a2, v, 7 - 2 * stride, taps, w0, w1, w2, w3, w4);
          a3 = add_tap(a3, v, 7 - 3 * stride, taps, w0, w1, w2, w3, w4);
        }
      }
      if (reach > 8) {
        v = shared ? v128.load32_splat(x, 32) : v128.load(x, 256);
        a0 = add_tap(a0, v, 8, taps, w0, w1, w2, w3, w4);
        if (count > 1) a1 = add_tap(a1, v, 8 - stride, taps, w0, w1, w2, w3, w4);
        if (count > 2) {
          a2 = add_tap(a2, v, 8 - 2 * stride, taps, w0, w1, w2, w3, w4);
          a3 = add_tap(a3, v, 8 - 3 * stride, taps, w0, w1, w2, w3, w4);
        }
      }
      if (reach > 9) {
        v = shared ? v128.load32_splat(x, 36) : v128.load(x, 288);
        a0 = add_tap(a0, v, 9, taps, w0, w1, w2, w3, w4);
        if (count > 1) a1 = add_tap(a1, v, 9 - stride, taps, w0, w1, w2, w3, w4);
        if (count > 2) {
          a2 = add_tap(a2, v, 9 - 2 * stride, taps, w0, w1, w2, w3, w4);
          a3 = add_tap(a3, v, 9 - 3 * stride, taps, w0, w1, w2, w3, w4);
        }
      }
      if (reach > 10) {
        v = shared ? v128.load32_splat(x, 40) : v128.load(x, 320);
        a0 = add_tap(a0, v, 10, taps, w0, w1, w2, w3, w4);
        if (count > 1) a1 = add_tap(a1, v, 10 - stride, taps, w0, w1, w2, w3, w4);
        if (count > 2) {
          a2 = add_tap(a2, v, 10 - 2 * stride, taps, w0, w1, w2, w3, w4);
          a3 = add_tap(a3, v, 10 - 3 * stride, taps, w0, w1, w2, w3, w4);
        }
      }
      x += pair_step;
      w += taps << 4;
    } while (w != end);
  }
  v128.store(to, a0);
  if (count > 1) v128.store(to, a1, 32);
  if (count > 2) {
    v128.store(to, a2, 64);
    v128.store(to, a3, 96);
  }
}

/** Sums of the eight channels of a line. @param x of its first pair of lines; @param w the tile's weights for a line of its parity */
// @ts-ignore: decorator
@inline
function sum_line(record: usize, taps: i32, stride: i32, shared: bool, x: usize, pair_step: i32, w: usize, bias: usize): void {
  const pixel = load<i32>(record, DEPTHWISE_V128_STRIDE) * (shared ? SHARED_POSITION : POSITION), out_n = load<i32>(record, DEPTHWISE_V128_OUT_N);
  const half_bytes = (load<i32>(record, DEPTHWISE_V128_PAIRS) * load<i32>(record, DEPTHWISE_V128_TAPS)) << 4;
  for (let half = 0; half < 2; half++, bias += 16, w += half_bytes) {
    let to = <usize>load<u32>(record, DEPTHWISE_V128_SUMS) + (half << 4), from = x + (shared ? 0 : half << 4);
    const first = v128.load(bias);
    let left = out_n;
    for (; left > 3; left -= 4, to += 128, from += pixel << 2) sum_pixels(record, 4, taps, stride, shared, from, pair_step, w, first, to);
    if (left > 1) {
      sum_pixels(record, 2, taps, stride, shared, from, pair_step, w, first, to);
      left -= 2;
      to += 64;
      from += pixel << 1;
    }
    if (left > 0) sum_pixels(record, 1, taps, stride, shared, from, pair_step, w, first, to);
  }
}

/** Codes of a line. @param count channels, 1 to 8 */
// @ts-ignore: decorator
@inline
function store_line(record: usize, kind: i32, tile: usize, out: usize, count: i32): void {
  const common = load<i32>(record, DEPTHWISE_V128_COMMON), magic = magic_of(kind, load<i32>(record, DEPTHWISE_V128_OUTPUT_OFFSET)), step = load<i32>(record, DEPTHWISE_V128_OUT_STEP);
  const low = i8x16.splat(<i8>load<i32>(record, DEPTHWISE_V128_MIN)), high = i8x16.splat(<i8>load<i32>(record, DEPTHWISE_V128_MAX));
  let sums: usize = load<u32>(record, DEPTHWISE_V128_SUMS);
  for (const end = sums + (load<i32>(record, DEPTHWISE_V128_OUT_N) << 5); sums != end; sums += 32, out += step)
    store_codes(out, codes_v128(v128.load(sums), v128.load(sums, 16), tile, kind, common, magic, low, high), count);
}

/** The same where the eight channels share a shift. @param count may be known at compile time */
// @ts-ignore: decorator
@inline
function store_even_line(record: usize, shift: i32, tile: usize, out: usize, count: i32): void {
  const step = load<i32>(record, DEPTHWISE_V128_OUT_STEP), low = i8x16.splat(<i8>load<i32>(record, DEPTHWISE_V128_MIN)), high = i8x16.splat(<i8>load<i32>(record, DEPTHWISE_V128_MAX));
  const first = v128.load(tile, RESCALE_V128_EVEN_MULTIPLIER), second = v128.load(tile, RESCALE_V128_EVEN_MULTIPLIER + 16);
  const first_addend = v128.load(tile, RESCALE_V128_EVEN_ADDEND), second_addend = v128.load(tile, RESCALE_V128_EVEN_ADDEND + 16);
  let sums: usize = load<u32>(record, DEPTHWISE_V128_SUMS);
  const end = sums + (load<i32>(record, DEPTHWISE_V128_OUT_N) << 5);
  do {
    const codes = i16x8.narrow_i32x4_s(even_v128(v128.load(sums), first, first_addend, shift), even_v128(v128.load(sums, 16), second, second_addend, shift));
    store_codes(out, i8x16.max_s(i8x16.min_s(i8x16.narrow_i16x8_s(codes, codes), high), low), count);
    sums += 32;
    out += step;
  } while (sums != end);
}

/** Eight channels of a pixel, as the output channels from `c` on read them. @param x the first of all channels */
// @ts-ignore: decorator
@inline
function gather(x: usize, c: i32, count: i32, multiplier: i32): v128 {
  let low: i64 = 0;
  for (let lane = count - 1; lane >= 0; lane--) low = (low << 8) | <i64>load<u8>(x + (c + lane) / multiplier);
  return i16x8.extend_low_i8x16_s(i64x2.splat(low));
}

/**
 * Fills the plane for output channels from `c` on.
 * @param line the first input line, `at` its first position, both outside the image where that is padding
 * @param gathered whether the channels do not lie side by side in the input; known at compile time, as `shared`
 */
// @ts-ignore: decorator
@inline
function fill_plane(record: usize, shared: bool, gathered: bool, input: usize, c: i32, count: i32, line: i32): void {
  const in_lines = load<i32>(record, DEPTHWISE_V128_IN_LINES), line_step = load<i32>(record, DEPTHWISE_V128_IN_LINE_STEP), in_step = load<i32>(record, DEPTHWISE_V128_IN_STEP);
  const advance = load<i32>(record, DEPTHWISE_V128_ADVANCE), dilation = load<i32>(record, DEPTHWISE_V128_LINE_DILATION), multiplier = load<i32>(record, DEPTHWISE_V128_MULTIPLIER);
  const positions = load<i32>(record, DEPTHWISE_V128_POSITIONS), left = load<i32>(record, DEPTHWISE_V128_PAD), inside = max(min(load<i32>(record, DEPTHWISE_V128_IN_N), positions - left), 0);
  const padding: usize = load<u32>(record, DEPTHWISE_V128_PADDING), fill = v128.load8x8_s(padding);
  const step = shared ? SHARED_POSITION : POSITION;
  let to: usize = load<u32>(record, DEPTHWISE_V128_PLANE);
  if (!gathered) input += shared ? c / multiplier : c;
  for (let pairs = load<i32>(record, DEPTHWISE_V128_STRIP_PAIRS); pairs > 0; pairs--, line += advance) {
    const first_inside = <u32>line < <u32>in_lines, second_inside = <u32>(line + dilation) < <u32>in_lines;
    let a = first_inside ? input + line * line_step : padding, b = second_inside ? input + (line + dilation) * line_step : padding;
    const a_step = first_inside ? in_step : 0, b_step = second_inside ? in_step : 0;
    const begin = to + left * step, behind = begin + inside * step, end = to + positions * step;
    for (; to < begin; to += step) fill_position(to, fill, shared);
    for (; to < behind; to += step, a += a_step, b += b_step) {
      if (shared) {
        store<i16>(to, <i16>load<i8>(a));
        store<i16>(to, <i16>load<i8>(b), 2);
      } else {
        const x = gathered && first_inside ? gather(a, c, count, multiplier) : v128.load8x8_s(a), y = gathered && second_inside ? gather(b, c, count, multiplier) : v128.load8x8_s(b);
        v128.store(to, v128.shuffle<i16>(x, y, 0, 8, 1, 9, 2, 10, 3, 11));
        v128.store(to, v128.shuffle<i16>(x, y, 4, 12, 5, 13, 6, 14, 7, 15), 16);
      }
    }
    for (; to < end; to += step) fill_position(to, fill, shared);
  }
}

// @ts-ignore: decorator
@inline
function fill_position(to: usize, fill: v128, shared: bool): void {
  if (shared) store<i32>(to, i32x4.extract_lane(fill, 0));
  else {
    v128.store(to, fill);
    v128.store(to, fill, 16);
  }
}

function fill_plane_side_by_side(record: usize, input: usize, c: i32, line: i32): void {
  fill_plane(record, false, false, input, c, 8, line);
}

function fill_plane_gathered(record: usize, input: usize, c: i32, count: i32, line: i32): void {
  fill_plane(record, false, true, input, c, count, line);
}

function fill_plane_shared(record: usize, input: usize, c: i32, line: i32): void {
  fill_plane(record, true, false, input, c, 8, line);
}

/** Walks batches, strips and channels. `taps`, `stride` and `shared` are known at compile time: see `sum_pixels`. */
// @ts-ignore: decorator
@inline
function walk(record: usize, taps: i32, stride: i32, shared: bool): void {
  const out_c = load<i32>(record, DEPTHWISE_V128_OUT_C), out_lines = load<i32>(record, DEPTHWISE_V128_OUT_LINES), line_stride = load<i32>(record, DEPTHWISE_V128_LINE_STRIDE);
  const pairs = load<i32>(record, DEPTHWISE_V128_PAIRS), advance = load<i32>(record, DEPTHWISE_V128_ADVANCE), multiplier = load<i32>(record, DEPTHWISE_V128_MULTIPLIER);
  const line_bytes = load<i32>(record, DEPTHWISE_V128_POSITIONS) * (shared ? SHARED_POSITION : POSITION);
  const pair_step = advance == 2 ? line_bytes : 2 * load<i32>(record, DEPTHWISE_V128_LINE_DILATION) * line_bytes;
  const weights_bytes = (pairs * load<i32>(record, DEPTHWISE_V128_TAPS)) << 5, tile_bytes = DEPTHWISE_V128_WEIGHTS + 2 * weights_bytes;
  const strip = load<i32>(record, DEPTHWISE_V128_STRIP), out_line_step = load<i32>(record, DEPTHWISE_V128_OUT_LINE_STEP), kind = load<i32>(record, DEPTHWISE_V128_KIND);
  const plane: usize = load<u32>(record, DEPTHWISE_V128_PLANE), count = min(out_c, 8);
  let input: usize = load<u32>(record, DEPTHWISE_V128_INPUT), output: usize = load<u32>(record, DEPTHWISE_V128_OUTPUT);
  for (let batch = load<i32>(record, DEPTHWISE_V128_BATCHES); batch > 0; batch--) {
    for (let first = 0; first < out_lines; first += strip) {
      const lines = min(out_lines - first, strip), in_line = first * line_stride - load<i32>(record, DEPTHWISE_V128_LINE_PAD);
      let tile: usize = load<u32>(record, DEPTHWISE_V128_TILES);
      for (let begin = 0; begin < out_c; begin += 8, tile += tile_bytes) {
        const c = max(min(begin, out_c - 8), 0);
        if (shared) fill_plane_shared(record, input, c, in_line);
        else if (multiplier > 1) fill_plane_gathered(record, input, c, count, in_line);
        else fill_plane_side_by_side(record, input, c, in_line);
        const shift = load<i32>(tile, RESCALE_V128_EVEN);
        let out = output + first * out_line_step + c;
        for (let line = 0, at = 0; line < lines; line++, at += line_stride, out += out_line_step) {
          const odd = advance == 2 ? at & 1 : 0;
          sum_line(record, taps, stride, shared, plane + (advance == 2 ? at >> 1 : at) * line_bytes, pair_step, tile + DEPTHWISE_V128_WEIGHTS + odd * weights_bytes, tile);
          if (kind == RESCALE_V128_RELU && shift) {
            if (count == 8) store_even_line(record, shift, tile, out, 8);
            else store_even_line(record, shift, tile, out, count);
          }
          else if (kind == RESCALE_V128_RELU) store_line(record, RESCALE_V128_RELU, tile, out, count);
          else if (kind == RESCALE_V128_SMALL) store_line(record, RESCALE_V128_SMALL, tile, out, count);
          else store_line(record, RESCALE_V128_WIDE, tile, out, count);
        }
      }
    }
    input += load<i32>(record, DEPTHWISE_V128_IN_BYTES);
    output += load<i32>(record, DEPTHWISE_V128_OUT_BYTES);
  }
}

export function depthwise_conv_2d_v128(record: usize): void {
  walk(record, 0, 0, false);
}

export function depthwise_conv_2d_v128_shared(record: usize): void {
  walk(record, 0, 0, true);
}

export function depthwise_conv_2d_v128_3(record: usize): void {
  walk(record, 3, 1, false);
}

export function depthwise_conv_2d_v128_3_shared(record: usize): void {
  walk(record, 3, 1, true);
}

export function depthwise_conv_2d_v128_3_s2(record: usize): void {
  walk(record, 3, 2, false);
}

export function depthwise_conv_2d_v128_3_s2_shared(record: usize): void {
  walk(record, 3, 2, true);
}

export function depthwise_conv_2d_v128_5(record: usize): void {
  walk(record, 5, 1, false);
}

export function depthwise_conv_2d_v128_5_shared(record: usize): void {
  walk(record, 5, 1, true);
}

export function depthwise_conv_2d_v128_5_s2(record: usize): void {
  walk(record, 5, 2, false);
}

export function depthwise_conv_2d_v128_5_s2_shared(record: usize): void {
  walk(record, 5, 2, true);
}
