// Depthwise 3x3 over one padded plane, three output rows at a time.
//
// A 64-bit word holds one input byte for each of the three output rows in 21-bit fields, so one multiply is three products.
// A column of the plane gives three words (one per row of weights). Walking along x, a new column ends the sum of one
// output, continues that of the next and begins that of the one after: t2, t1, t0 below. Nine terms of magnitude at most
// 128 * 128 fit a field.
import {
  DEPTHWISE_CONV_2D_PLANE, DEPTHWISE_CONV_2D_PLANE_W, DEPTHWISE_CONV_2D_OUT_W, DEPTHWISE_CONV_2D_OUT_C, DEPTHWISE_CONV_2D_STRIDE_H,
  DEPTHWISE_CONV_2D_STRIDE_W, DEPTHWISE_CONV_2D_OUTPUT_OFFSET, DEPTHWISE_CONV_2D_MIN, DEPTHWISE_CONV_2D_MAX,
} from "../abi/depthwise_conv_2d";
import { rescale, rounding_of, sign_of, down_of, clamp } from "../arithmetic/fixed_point";

/** Three bytes, one for each output row, in 21-bit fields. */
// @ts-ignore: decorator
@inline
function fields(a: usize, b: usize, c: usize): i64 {
  return <i64>load<i8>(a) + (<i64>load<i8>(b) << 21) + (<i64>load<i8>(c) << 42);
}

/**
 * One strip of one channel.
 * @param w int8 [3][3]
 * @param rows output rows to store; the plane holds ceil(rows / 3) * 3 of them
 * @param out int8, this channel of the strip's first pixel
 */
export function depthwise_3x3_rows__i64(record: usize, w: usize, bias: i32, multiplier: i64, shift: i32, rows: i32, out: usize): void {
  const plane_w = load<i32>(record, DEPTHWISE_CONV_2D_PLANE_W), out_c = load<i32>(record, DEPTHWISE_CONV_2D_OUT_C);
  const out_w = load<i32>(record, DEPTHWISE_CONV_2D_OUT_W), stride_h = load<i32>(record, DEPTHWISE_CONV_2D_STRIDE_H);
  const two = load<i32>(record, DEPTHWISE_CONV_2D_STRIDE_W) == 2;
  const offset = load<i32>(record, DEPTHWISE_CONV_2D_OUTPUT_OFFSET);
  const low = load<i32>(record, DEPTHWISE_CONV_2D_MIN), high = load<i32>(record, DEPTHWISE_CONV_2D_MAX);
  const left = max(shift, 0), right = <i64>max(-shift, 0);
  const rounding = rounding_of(right), sign = sign_of(right), down = down_of(right);
  const w00 = <i64>load<i8>(w), w01 = <i64>load<i8>(w, 1), w02 = <i64>load<i8>(w, 2);
  const w10 = <i64>load<i8>(w, 3), w11 = <i64>load<i8>(w, 4), w12 = <i64>load<i8>(w, 5);
  const w20 = <i64>load<i8>(w, 6), w21 = <i64>load<i8>(w, 7), w22 = <i64>load<i8>(w, 8);
  const step = stride_h * plane_w; // from one output row's first input row to the next's
  const row_bytes = out_w * out_c;
  let plane: usize = load<u32>(record, DEPTHWISE_CONV_2D_PLANE);
  for (; rows > 0; rows -= 3) {
    let x = plane;
    let ending: i64 = 0, next: i64 = 0; // sums that lack one column, and two
    let o = out;
    const end = x + plane_w;
    let column = 0;
    do {
      const p0 = fields(x, x + step, x + 2 * step);
      const x1 = x + plane_w, x2 = x1 + plane_w;
      const p1 = fields(x1, x1 + step, x1 + 2 * step);
      const p2 = fields(x2, x2 + step, x2 + 2 * step);
      x++;
      if (two && (column & 1)) { // stride 2: an odd column is the middle one of one output
        next += p0 * w01 + p1 * w11 + p2 * w21;
        column++;
        continue;
      }
      const t2 = p0 * w02 + p1 * w12 + p2 * w22;
      const t0 = p0 * w00 + p1 * w10 + p2 * w20;
      let sum: i64;
      if (two) {
        sum = next + t2;
        next = t0;
      } else {
        sum = ending + t2;
        ending = next + p0 * w01 + p1 * w11 + p2 * w21;
        next = t0;
      }
      if (column++ < 2) {
        if (!two || column == 1) continue; // the first sums are not whole yet
      }
      const s0 = (sum << 43) >> 43;
      sum = (sum - s0) >> 21;
      const s1 = (sum << 43) >> 43;
      store<i8>(o, clamp(rescale((<i32>s0 + bias) << left, multiplier, rounding, sign, down) + offset, low, high));
      if (rows > 1) store<i8>(o + row_bytes, clamp(rescale((<i32>s1 + bias) << left, multiplier, rounding, sign, down) + offset, low, high));
      if (rows > 2) store<i8>(o + 2 * row_bytes, clamp(rescale((<i32>((sum - s1) >> 21) + bias) << left, multiplier, rounding, sign, down) + offset, low, high));
      o += out_c;
    } while (x != end);
    plane += 3 * step;
    out += 3 * row_bytes;
  }
}
