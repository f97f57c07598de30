// CONV_2D on SIMD cores, int8 x int8 or legacy uint8 -> int8: blocks of four pixels x eight channels, two terms to a 16-bit dot product.
// Record: CONV_2D_V128_* in abi/conv_2d_v128.ts, which gives the shapes.
// Dialect: reference. Source: TFLM reference/integer_ops/conv.h, ConvPerChannel.
import {
  CONV_2D_V128_INPUT, CONV_2D_V128_OUTPUT, CONV_2D_V128_TILES, CONV_2D_V128_ROWS, CONV_2D_V128_PATCH, CONV_2D_V128_IN_C, CONV_2D_V128_GROUPS, CONV_2D_V128_GROUP_C,
  CONV_2D_V128_OUT_C, CONV_2D_V128_DEPTH, CONV_2D_V128_KIND, CONV_2D_V128_COMMON, CONV_2D_V128_FILL, CONV_2D_V128_OUTPUT_OFFSET, CONV_2D_V128_MIN, CONV_2D_V128_MAX, CONV_2D_V128_WEIGHTS, CONV_2D_V128_SLACK,
} from "../abi/conv_2d_v128";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W, WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { copy_patch_16s } from "../inner/copy_patch_16s";
import { codes_v128, magic_of, store_codes } from "../inner/rescale_v128";
import { widen_rows } from "../inner/rows_v128";

/** All channels of `pixels` pixels, which is known at compile time. `x`: int16 [ceil(depth / 2)][pixels][2]. */
// @ts-ignore: decorator
@inline
function multiply(record: usize, x: usize, pixels: i32, tiles: usize, out: usize, out_c: i32, out_stride: i32): void {
  const bytes = ((load<i32>(record, CONV_2D_V128_DEPTH) + 1) >> 1) << 5, kind = load<i32>(record, CONV_2D_V128_KIND), common = load<i32>(record, CONV_2D_V128_COMMON);
  const magic = magic_of(kind, load<i32>(record, CONV_2D_V128_OUTPUT_OFFSET));
  const low = i8x16.splat(<i8>load<i32>(record, CONV_2D_V128_MIN)), high = i8x16.splat(<i8>load<i32>(record, CONV_2D_V128_MAX));
  for (let left = out_c; left > 0; left -= 8, out += 8) {
    let a0 = v128.load(tiles), b0 = v128.load(tiles, 16), a1 = a0, b1 = b0, a2 = a0, b2 = b0, a3 = a0, b3 = b0;
    let w = tiles + CONV_2D_V128_WEIGHTS, at = x;
    const end = w + bytes;
    do {
      const w0 = v128.load(w), w1 = v128.load(w, 16), x0 = v128.load32_splat(at);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x0, w0));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x0, w1));
      if (pixels > 1) {
        const x1 = v128.load32_splat(at, 4);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x1, w0));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x1, w1));
      }
      if (pixels > 2) {
        const x2 = v128.load32_splat(at, 8), x3 = v128.load32_splat(at, 12);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(x2, w0));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(x2, w1));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(x3, w0));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(x3, w1));
      }
      at += pixels << 2;
      w += 32;
    } while (w != end);
    const count = min(left, 8);
    store_codes(out, codes_v128(a0, b0, tiles, kind, common, magic, low, high), count);
    if (pixels > 1) store_codes(out + out_stride, codes_v128(a1, b1, tiles, kind, common, magic, low, high), count);
    if (pixels > 2) {
      store_codes(out + 2 * out_stride, codes_v128(a2, b2, tiles, kind, common, magic, low, high), count);
      store_codes(out + 3 * out_stride, codes_v128(a3, b3, tiles, kind, common, magic, low, high), count);
    }
    tiles = end;
  }
}

/** All channels of one pixel, sixteen at once. `x`: int16 [ceil(depth / 2)][2]. */
// @ts-ignore: decorator
@inline
function multiply_row(record: usize, x: usize, tiles: usize, out: usize, out_c: i32): void {
  const bytes = ((load<i32>(record, CONV_2D_V128_DEPTH) + 1) >> 1) << 5, kind = load<i32>(record, CONV_2D_V128_KIND), common = load<i32>(record, CONV_2D_V128_COMMON);
  const magic = magic_of(kind, load<i32>(record, CONV_2D_V128_OUTPUT_OFFSET));
  const low = i8x16.splat(<i8>load<i32>(record, CONV_2D_V128_MIN)), high = i8x16.splat(<i8>load<i32>(record, CONV_2D_V128_MAX));
  const tile_bytes = CONV_2D_V128_WEIGHTS + bytes;
  for (let left = out_c; left > 8; left -= 16, out += 16) {
    const next = tiles + tile_bytes;
    let a = v128.load(tiles), b = v128.load(tiles, 16), c = v128.load(next), d = v128.load(next, 16);
    let w = tiles + CONV_2D_V128_WEIGHTS, v = next + CONV_2D_V128_WEIGHTS, at = x;
    do {
      const terms = v128.load32_splat(at);
      a = i32x4.add(a, i32x4.dot_i16x8_s(terms, v128.load(w)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(terms, v128.load(w, 16)));
      c = i32x4.add(c, i32x4.dot_i16x8_s(terms, v128.load(v)));
      d = i32x4.add(d, i32x4.dot_i16x8_s(terms, v128.load(v, 16)));
      at += 4;
      w += 32;
      v += 32;
    } while (w != next);
    store_codes(out, codes_v128(a, b, tiles, kind, common, magic, low, high), 8);
    store_codes(out + 8, codes_v128(c, d, next, kind, common, magic, low, high), min(left - 8, 8));
    tiles = next + tile_bytes;
  }
  const rest = out_c & 15;
  if (rest > 0 && rest <= 8) multiply(record, x, 1, tiles, out, rest, 0);
}

/** Copies the patches of `count` pixels, from number `pixel` on, `stride` bytes apart. */
function copy_patches(record: usize, source: usize, pixel: i32, count: i32, to: usize, stride: i32): void {
  const out_w = load<i32>(record, WINDOW_OUT_W), in_c = load<i32>(record, CONV_2D_V128_IN_C), group_c = load<i32>(record, CONV_2D_V128_GROUP_C), fill = load<i32>(record, CONV_2D_V128_FILL);
  const stride_h = load<i32>(record, WINDOW_STRIDE_H), stride_w = load<i32>(record, WINDOW_STRIDE_W), pad_top = load<i32>(record, WINDOW_PAD_TOP), pad_left = load<i32>(record, WINDOW_PAD_LEFT);
  let oy = pixel / out_w, ox = pixel - oy * out_w;
  for (; count > 0; count--, to += stride) {
    copy_patch_16s(record, source, in_c, group_c, oy * stride_h - pad_top, ox * stride_w - pad_left, to, fill & 0xff);
    if (++ox == out_w) {
      ox = 0;
      oy++;
    }
  }
}

export function conv_2d_v128(record: usize): void {
  const in_c = load<i32>(record, CONV_2D_V128_IN_C), group_c = load<i32>(record, CONV_2D_V128_GROUP_C), out_c = load<i32>(record, CONV_2D_V128_OUT_C);
  const groups = load<i32>(record, CONV_2D_V128_GROUPS), out_stride = groups * out_c, depth = load<i32>(record, CONV_2D_V128_DEPTH);
  const x: usize = load<u32>(record, CONV_2D_V128_ROWS), patch: usize = load<u32>(record, CONV_2D_V128_PATCH), patch_stride = (depth + CONV_2D_V128_SLACK + 7) & ~7;
  const pixels = load<i32>(record, WINDOW_OUT_H) * load<i32>(record, WINDOW_OUT_W), in_pixels = load<i32>(record, WINDOW_IN_H) * load<i32>(record, WINDOW_IN_W);
  const tile_bytes = CONV_2D_V128_WEIGHTS + (((depth + 1) >> 1) << 5), group_bytes = ((out_c + 7) >> 3) * tile_bytes;
  let input: usize = load<u32>(record, CONV_2D_V128_INPUT), output: usize = load<u32>(record, CONV_2D_V128_OUTPUT);
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--) {
    let tiles: usize = load<u32>(record, CONV_2D_V128_TILES);
    for (let group = 0; group < groups; group++, tiles += group_bytes) {
      const source = input + group * group_c;
      let out = output + group * out_c;
      for (let pixel = 0; pixel < pixels; ) {
        const left = pixels - pixel, count = left > 3 ? 4 : left > 1 ? 2 : 1;
        let rows = source + pixel * in_c, stride = in_c;
        if (patch) {
          copy_patches(record, source, pixel, count, patch, patch_stride);
          rows = patch;
          stride = patch_stride;
        }
        if (count == 4) {
          widen_rows(rows, stride, depth, 4, x);
          multiply(record, x, 4, tiles, out, out_c, out_stride);
        } else if (count == 2) {
          widen_rows(rows, stride, depth, 2, x);
          multiply(record, x, 2, tiles, out, out_c, out_stride);
        } else {
          widen_rows(rows, stride, depth, 1, x);
          multiply_row(record, x, tiles, out, out_c);
        }
        pixel += count;
        out += count * out_stride;
      }
    }
    input += in_pixels * in_c;
    output += pixels * out_stride;
  }
}
