// DEPTHWISE_CONV_2D, int8 x int8 -> int8, int32 bias, one multiplier per output channel or one for all.
// Record: DEPTHWISE_CONV_2D_* in abi/depthwise_conv_2d.ts, which gives the shapes.
//
// Outputs are computed piece by piece, and a piece channel by channel. What eight channels of a piece read is copied out first, padding
// included, so that the loops over it know no border, and so that the output may lie where the input lies: rows that the next piece
// needs too are taken from the copy. `depthwise_conv_2d_3x3` (3x3, no dilation, both strides 1), `depthwise_conv_2d_3x3_s2` (both strides 2)
// and their `_signed` counterparts compute three outputs at once (inner/depthwise_3x3.ts); `depthwise_conv_2d` takes every other shape. Their `_wide`
// counterparts are for weights with a zero point (legacy uint8) and for int4: those of one tile at a time are unpacked to int16.
// Dialect: reference. Source: TFLM reference/integer_ops/depthwise_conv.h, DepthwiseConvPerChannel.
import {
  DEPTHWISE_CONV_2D_INPUT, DEPTHWISE_CONV_2D_OUTPUT, DEPTHWISE_CONV_2D_TILES, DEPTHWISE_CONV_2D_BUFFER, DEPTHWISE_CONV_2D_MULTIPLIER,
  DEPTHWISE_CONV_2D_PLANE, DEPTHWISE_CONV_2D_PLANE_BYTES, DEPTHWISE_CONV_2D_PLANE_W, DEPTHWISE_CONV_2D_ROW_STEP, DEPTHWISE_CONV_2D_COLUMN_STEP,
  DEPTHWISE_CONV_2D_ROWS, DEPTHWISE_CONV_2D_COLUMNS, DEPTHWISE_CONV_2D_IN_C, DEPTHWISE_CONV_2D_DEPTH_MULTIPLIER, DEPTHWISE_CONV_2D_OUT_C,
  DEPTHWISE_CONV_2D_SLICE_C, DEPTHWISE_CONV_2D_FILL, DEPTHWISE_CONV_2D_OUTPUT_OFFSET, DEPTHWISE_CONV_2D_MIN, DEPTHWISE_CONV_2D_MAX, DEPTHWISE_CONV_2D_LANES,
  DEPTHWISE_CONV_2D_WEIGHTS, DEPTHWISE_CONV_2D_WEIGHTS_OFFSET, DEPTHWISE_CONV_2D_INT4,
} from "../abi/depthwise_conv_2d";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W,
  WINDOW_DILATION_H, WINDOW_DILATION_W, WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { rescale, rounding_of, sign_of, down_of, clamp } from "../arithmetic/fixed_point";
import { depthwise_3x3__i64 } from "../inner/depthwise_3x3";
import { stage } from "../inner/stage";

/**
 * Copies what a piece reads of up to LANES channels to the plane. Columns outside the image hold the fill value already.
 * @param source int8, the first of the channels of pixel (0, 0) of the image
 * @param y input row of the plane's first row, outside the image where that is padding; `x` likewise
 * @param rows of the plane to copy; the first `kept` lie in the plane, `moved` rows further down
 */
function copy_piece(record: usize, source: usize, lanes: i32, y: i32, x: i32, rows: i32, kept: i32, moved: i32): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W), in_c = load<i32>(record, DEPTHWISE_CONV_2D_IN_C);
  const row_step = load<i32>(record, DEPTHWISE_CONV_2D_ROW_STEP), column_step = load<i32>(record, DEPTHWISE_CONV_2D_COLUMN_STEP);
  const plane: usize = load<u32>(record, DEPTHWISE_CONV_2D_PLANE);
  const first = max(-x, 0); // column of the plane that lies in the image
  const bytes = (min(in_w - x, load<i32>(record, DEPTHWISE_CONV_2D_PLANE_W)) - first) * column_step;
  let row = plane + first * column_step;
  for (let r = 0; r < rows; r++, y++, row += row_step) {
    let from = plane + load<i32>(record, DEPTHWISE_CONV_2D_PLANE_BYTES), from_step = 0; // LANES bytes of the fill value
    if (r < kept) {
      from = row + moved * row_step;
      from_step = column_step;
    } else if (<u32>y < <u32>in_h) {
      from = source + (y * in_w + x + first) * in_c;
      from_step = in_c;
    }
    let to = row;
    const end = to + bytes;
    if (lanes == DEPTHWISE_CONV_2D_LANES)
      do {
        store<i64>(to, load<i64>(from, 0, 1));
        from += from_step;
        to += column_step;
      } while (to != end);
    else
      do {
        for (let lane = 0; lane < lanes; lane++) store<i8>(to + lane, load<i8>(from + lane));
        from += from_step;
        to += column_step;
      } while (to != end);
  }
}

/** Weights as int16, their zero point taken off. `w`: int8 [count], or int4 with the even one in the low nibble. */
function unpack(w: usize, count: i32, int4: bool, offset: i32, to: usize): void {
  for (let i = 0; i < count; i++, to += 2) {
    const code = int4 ? <i32>load<u8>(w + (i >> 1)) << (28 - ((i & 1) << 2)) >> 28 : <i32>load<i8>(w + i);
    store<i16>(to, code + offset);
  }
}

/** One channel of a piece, any filter. `out`: int8, its first output. `wide`: known at compile time: weights are int16. */
// @ts-ignore: decorator
@inline
function any_filter(record: usize, wide: bool, plane: usize, w: usize, bias: i32, multiplier: i64, shift: i32, rows: i32, columns: i32, out: usize, out_row: i32, out_c: i32): void {
  const k_h = load<i32>(record, WINDOW_K_H), k_w = load<i32>(record, WINDOW_K_W);
  const row_step = load<i32>(record, DEPTHWISE_CONV_2D_ROW_STEP), column_step = load<i32>(record, DEPTHWISE_CONV_2D_COLUMN_STEP);
  const pixel_step = load<i32>(record, WINDOW_STRIDE_W) * column_step, tap_step = load<i32>(record, WINDOW_DILATION_W) * column_step;
  const tap_row = load<i32>(record, WINDOW_DILATION_H) * row_step - k_w * tap_step; // from the end of one row of taps to the next
  const offset = load<i32>(record, DEPTHWISE_CONV_2D_OUTPUT_OFFSET);
  const low = load<i32>(record, DEPTHWISE_CONV_2D_MIN), high = load<i32>(record, DEPTHWISE_CONV_2D_MAX);
  const left = max(shift, 0), right = <i64>max(-shift, 0);
  const rounding = rounding_of(right), sign = sign_of(right), down = down_of(right);
  const next_row = load<i32>(record, WINDOW_STRIDE_H) * row_step;
  for (; rows > 0; rows--, plane += next_row, out += out_row) {
    let x = plane, o = out;
    for (let n = columns; n > 0; n--, x += pixel_step, o += out_c) {
      let sum = bias, tap = x, weight = w;
      for (let ky = k_h; ky > 0; ky--, tap += tap_row) {
        const end = weight + (wide ? k_w << 1 : k_w);
        do {
          sum += <i32>load<i8>(tap) * (wide ? <i32>load<i16>(weight) : <i32>load<i8>(weight));
          tap += tap_step;
          weight += wide ? 2 : 1;
        } while (weight != end);
      }
      store<i8>(o, clamp(rescale(sum << left, multiplier, rounding, sign, down) + offset, low, high));
    }
  }
}

/**
 * Walks batches, channels and pieces. `stride`, `signed` and `wide` are known at compile time: the strides of a 3x3 filter, or 0 for any filter; see
 * inner/depthwise_3x3.ts; whether weights are unpacked first.
 */
// @ts-ignore: decorator
@inline
function walk(record: usize, stride: i32, signed: bool, wide: bool): void {
  const in_c = load<i32>(record, DEPTHWISE_CONV_2D_IN_C), depth_multiplier = load<i32>(record, DEPTHWISE_CONV_2D_DEPTH_MULTIPLIER);
  const out_h = load<i32>(record, WINDOW_OUT_H), out_w = load<i32>(record, WINDOW_OUT_W), out_c = load<i32>(record, DEPTHWISE_CONV_2D_OUT_C);
  const rows = load<i32>(record, DEPTHWISE_CONV_2D_ROWS), columns = load<i32>(record, DEPTHWISE_CONV_2D_COLUMNS);
  const stride_h = load<i32>(record, WINDOW_STRIDE_H), stride_w = load<i32>(record, WINDOW_STRIDE_W);
  const row_step = load<i32>(record, DEPTHWISE_CONV_2D_ROW_STEP), column_step = load<i32>(record, DEPTHWISE_CONV_2D_COLUMN_STEP);
  const reach = (load<i32>(record, WINDOW_K_H) - 1) * load<i32>(record, WINDOW_DILATION_H) + 1; // input rows of one output row
  const taps = load<i32>(record, WINDOW_K_H) * load<i32>(record, WINDOW_K_W);
  const plane: usize = load<u32>(record, DEPTHWISE_CONV_2D_PLANE);
  const slice_c = load<i32>(record, DEPTHWISE_CONV_2D_SLICE_C);
  const shared: usize = load<u32>(record, DEPTHWISE_CONV_2D_MULTIPLIER); // the multiplier of all channels, or 0
  const multiplier_stride = shared ? 0 : 8;
  const head = (shared ? 4 : 12) * depth_multiplier, weights = taps * depth_multiplier; // biases and multipliers, then weights
  const int4 = wide ? load<i32>(record, DEPTHWISE_CONV_2D_INT4) : 0, tile_bytes = (head + (wide && int4 ? (weights + 1) >> 1 : weights) + 3) & ~3;
  const row_bytes = out_w * out_c;
  let input: usize = load<u32>(record, DEPTHWISE_CONV_2D_INPUT);
  let output: usize = load<u32>(record, DEPTHWISE_CONV_2D_OUTPUT);
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--) {
    let tile: usize = 0; // of the first of the channels that are copied out
    for (let c = 0, lanes = 0, staged = 0; c < in_c; c += lanes, tile += lanes * tile_bytes) {
      if (c == staged) {
        staged = min(c + slice_c, in_c);
        tile = stage(load<u32>(record, DEPTHWISE_CONV_2D_TILES) + c * tile_bytes, (staged - c) * tile_bytes, load<u32>(record, DEPTHWISE_CONV_2D_BUFFER));
      }
      lanes = min(staged - c, DEPTHWISE_CONV_2D_LANES);
      for (let x = 0; x < out_w; x += columns) {
        memory.fill(plane, <u8>load<i32>(record, DEPTHWISE_CONV_2D_FILL), load<i32>(record, DEPTHWISE_CONV_2D_PLANE_BYTES) + DEPTHWISE_CONV_2D_LANES);
        const across_piece = min(out_w - x, columns);
        let kept = 0; // rows that this piece and the one above it read
        for (let y = 0; y < out_h; y += rows) {
          const down_piece = min(out_h - y, rows);
          copy_piece(
            record, input + c, lanes, y * stride_h - load<i32>(record, WINDOW_PAD_TOP), x * stride_w - load<i32>(record, WINDOW_PAD_LEFT),
            (down_piece - 1) * stride_h + reach, kept, rows * stride_h,
          );
          kept = reach - stride_h;
          let b = tile, o = output + c * depth_multiplier + y * row_bytes + x * out_c;
          for (let lane = 0; lane < lanes; lane++) {
            let m = shared ? shared : b + (depth_multiplier << 2), w = b + head;
            const next = b + tile_bytes;
            if (wide) {
              const unpacked: usize = load<u32>(record, DEPTHWISE_CONV_2D_WEIGHTS);
              unpack(w, weights, int4 != 0, load<i32>(record, DEPTHWISE_CONV_2D_WEIGHTS_OFFSET), unpacked);
              w = unpacked;
            }
            for (let k = 0; k < depth_multiplier; k++, w += wide ? taps << 1 : taps, b += 4, m += multiplier_stride, o++) {
              const bias = load<i32>(b), multiplier = <i64>load<i32>(m), shift = load<i32>(m, 4);
              if (stride > 0) {
                const along_y = column_step == DEPTHWISE_CONV_2D_LANES;
                depthwise_3x3__i64(
                  record, stride == 2, signed, wide, plane + lane, along_y ? row_step : column_step, w, bias, multiplier, -shift,
                  along_y ? down_piece : across_piece, along_y ? across_piece : down_piece, o, along_y ? row_bytes : out_c, along_y ? out_c : row_bytes,
                );
              } else any_filter(record, wide, plane + lane, w, bias, multiplier, shift, down_piece, across_piece, o, row_bytes, out_c);
            }
            b = next;
          }
        }
      }
    }
    input += load<i32>(record, WINDOW_IN_H) * load<i32>(record, WINDOW_IN_W) * in_c;
    output += out_h * row_bytes;
  }
}

export function depthwise_conv_2d(record: usize): void {
  walk(record, 0, true, false);
}

export function depthwise_conv_2d_3x3(record: usize): void {
  walk(record, 1, false, false);
}

export function depthwise_conv_2d_3x3_s2(record: usize): void {
  walk(record, 2, false, false);
}

export function depthwise_conv_2d_3x3_signed(record: usize): void {
  walk(record, 1, true, false);
}

export function depthwise_conv_2d_3x3_s2_signed(record: usize): void {
  walk(record, 2, true, false);
}

export function depthwise_conv_2d_wide(record: usize): void {
  walk(record, 0, true, true);
}

export function depthwise_conv_2d_3x3_wide(record: usize): void {
  walk(record, 1, true, true);
}

export function depthwise_conv_2d_3x3_s2_wide(record: usize): void {
  walk(record, 2, true, true);
}
