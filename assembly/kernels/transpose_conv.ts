// TRANSPOSE_CONV, int8 x int8 -> int8 and int16 x int8 -> int16. Record: TRANSPOSE_CONV_* in abi/transpose_conv.ts, which gives the shapes.
//
// An output pixel gathers what the reference scatters: along each axis, every stride-th tap reads the input pixel before the last one. Every slice of tiles
// is staged once.
// Dialect: reference. Source: TFLM reference/integer_ops/transpose_conv.h.
import {
  TRANSPOSE_CONV_INPUT, TRANSPOSE_CONV_OUTPUT, TRANSPOSE_CONV_TILES, TRANSPOSE_CONV_BUFFER, TRANSPOSE_CONV_SUMS, TRANSPOSE_CONV_IN_C, TRANSPOSE_CONV_OUT_C,
  TRANSPOSE_CONV_SLICE_C, TRANSPOSE_CONV_TILE_BYTES, TRANSPOSE_CONV_ZERO, TRANSPOSE_CONV_ROUNDING, TRANSPOSE_CONV_OUTPUT_OFFSET, TRANSPOSE_CONV_MIN, TRANSPOSE_CONV_MAX,
} from "../abi/transpose_conv";
import { WIDE_TILE_C, WIDE_TILE_WEIGHTS } from "../abi/wide_tile";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_K_H, WINDOW_K_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_PAD_LEFT, WINDOW_PAD_TOP, WINDOW_STRIDE_H, WINDOW_STRIDE_W,
} from "../abi/window";
import { dot_1x4_wide, set_4 } from "../inner/dot_wide";
import { stage } from "../inner/stage";
import { store_wide } from "../inner/store_wide";

/** The last input pixel that an output pixel reads along an axis: the tap that reads it is `at` less stride times it. */
// @ts-ignore: decorator
@inline
function last_input(at: i32, stride: i32, extent: i32): i32 {
  return min(at / stride, extent - 1);
}

// @ts-ignore: decorator
@inline
function transpose<T>(record: usize): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W), out_h = load<i32>(record, WINDOW_OUT_H), out_w = load<i32>(record, WINDOW_OUT_W);
  const k_h = load<i32>(record, WINDOW_K_H), k_w = load<i32>(record, WINDOW_K_W), stride_h = load<i32>(record, WINDOW_STRIDE_H), stride_w = load<i32>(record, WINDOW_STRIDE_W);
  const in_c = load<i32>(record, TRANSPOSE_CONV_IN_C), out_c = load<i32>(record, TRANSPOSE_CONV_OUT_C);
  const slice_c = load<i32>(record, TRANSPOSE_CONV_SLICE_C), tile_bytes = load<i32>(record, TRANSPOSE_CONV_TILE_BYTES);
  const zero = load<i32>(record, TRANSPOSE_CONV_ZERO), rounding = load<i32>(record, TRANSPOSE_CONV_ROUNDING), offset = load<i32>(record, TRANSPOSE_CONV_OUTPUT_OFFSET);
  const low = load<i32>(record, TRANSPOSE_CONV_MIN), high = load<i32>(record, TRANSPOSE_CONV_MAX);
  const sums: usize = load<u32>(record, TRANSPOSE_CONV_SUMS);
  const pixel_bytes = in_c * sizeof<T>(), row_bytes = in_w * pixel_bytes;
  let tiles: usize = load<u32>(record, TRANSPOSE_CONV_TILES);
  for (let first = 0; first < out_c; first += slice_c) {
    const count = min(out_c - first, slice_c), bytes = (count + WIDE_TILE_C - 1) / WIDE_TILE_C * tile_bytes;
    const slice = stage(tiles, bytes, load<u32>(record, TRANSPOSE_CONV_BUFFER));
    tiles += bytes;
    let source: usize = load<u32>(record, TRANSPOSE_CONV_INPUT), out: usize = load<u32>(record, TRANSPOSE_CONV_OUTPUT) + first * sizeof<T>();
    for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--, source += in_h * row_bytes) {
      for (let oy = 0; oy < out_h; oy++) {
        const at_y = oy + load<i32>(record, WINDOW_PAD_TOP), y_last = last_input(at_y, stride_h, in_h);
        for (let ox = 0; ox < out_w; ox++, out += out_c * sizeof<T>()) {
          const at_x = ox + load<i32>(record, WINDOW_PAD_LEFT), x_last = last_input(at_x, stride_w, in_w);
          let to = out;
          for (let left = count, tile = slice; left > 0; left -= WIDE_TILE_C, tile += tile_bytes, to += WIDE_TILE_C * sizeof<T>()) {
            set_4(sums, 0);
            for (let y = y_last, ky = at_y - y_last * stride_h; y >= 0 && ky < k_h; y--, ky += stride_h) {
              for (let x = x_last, kx = at_x - x_last * stride_w; x >= 0 && kx < k_w; x--, kx += stride_w) {
                const tap = (ky * k_w + kx) * in_c;
                dot_1x4_wide<T>(source + y * row_bytes + x * pixel_bytes, tile + WIDE_TILE_WEIGHTS + (tap << 2), in_c, zero, sums);
              }
            }
            store_wide<T>(sums, tile, min(left, WIDE_TILE_C), rounding, to, offset, low, high);
          }
        }
      }
    }
  }
}

export function transpose_conv(record: usize): void {
  transpose<i8>(record);
}

export function transpose_conv_int16(record: usize): void {
  transpose<i16>(record);
}
