// Depthwise 3x3 over one padded plane, three output rows at a time.
//
// A 64-bit word holds one input byte for each of the three output rows in 21-bit fields, so one multiply is three products.
// A column of the plane gives three such words, p0 to p2, one for each row of weights. Walking along x, a column ends the
// sum of one output, continues that of the next and begins that of the one after. Nine terms of magnitude at most 128 * 128
// fit a field. The plane lies column by column, so that the rows of a column are loaded at constant distances.
import {
  DEPTHWISE_CONV_2D_PLANE, DEPTHWISE_CONV_2D_PLANE_H, DEPTHWISE_CONV_2D_PLANE_W, DEPTHWISE_CONV_2D_OUT_C,
  DEPTHWISE_CONV_2D_OUTPUT_OFFSET, DEPTHWISE_CONV_2D_MIN, DEPTHWISE_CONV_2D_MAX,
} from "../abi/depthwise_conv_2d";
import { WINDOW_OUT_W } from "../abi/window";
import { rescale_i64, rounding_of, sign_of, down_of, clamp } from "../arithmetic/fixed_point";

/** The lowest field, sign-extended. */
// @ts-ignore: decorator
@inline
function low_field(fields: i64): i64 {
  return (fields << 43) >> 43;
}

/**
 * One strip of one channel, both strides 1 or both 2: `two` is known at compile time.
 * @param w int8 [3][3]
 * Assumes that no shift is to the left and that sums with their bias stay within 32 bits: lowering sends other layers elsewhere.
 * @param rows output rows to store; the plane holds ceil(rows / 3) * 3 of them
 * @param out int8, this channel of the strip's first pixel
 */
// @ts-ignore: decorator
@inline
export function depthwise_3x3_rows__i64(record: usize, two: bool, w: usize, bias: i64, multiplier: i64, right: i64, rows: i32, out: usize): void {
  const plane_h = load<i32>(record, DEPTHWISE_CONV_2D_PLANE_H), out_c = load<i32>(record, DEPTHWISE_CONV_2D_OUT_C);
  const offset = load<i32>(record, DEPTHWISE_CONV_2D_OUTPUT_OFFSET);
  const low = load<i32>(record, DEPTHWISE_CONV_2D_MIN), high = load<i32>(record, DEPTHWISE_CONV_2D_MAX);
  const rounding = rounding_of(right), sign = sign_of(right), down = down_of(right);
  const w00 = <i64>load<i8>(w), w01 = <i64>load<i8>(w, 1), w02 = <i64>load<i8>(w, 2);
  const w10 = <i64>load<i8>(w, 3), w11 = <i64>load<i8>(w, 4), w12 = <i64>load<i8>(w, 5);
  const w20 = <i64>load<i8>(w, 6), w21 = <i64>load<i8>(w, 7), w22 = <i64>load<i8>(w, 8);
  const row_bytes = load<i32>(record, WINDOW_OUT_W) * out_c;
  const plane_bytes = plane_h * load<i32>(record, DEPTHWISE_CONV_2D_PLANE_W);
  let plane: usize = load<u32>(record, DEPTHWISE_CONV_2D_PLANE);
  for (; rows > 0; rows -= 3) {
    let x = plane, o = out;
    const end = x + plane_bytes;
    let ending: i64 = 0, next: i64 = 0; // sums that lack one column, and two
    let skip = two ? 1 : 2; // columns until the first sum is whole
    while (true) {
      let p0: i64, p1: i64, p2: i64, sum: i64;
      if (two) {
        const shared = <i64>load<i8>(x, 2) + (<i64>load<i8>(x, 4) << 21);
        p0 = <i64>load<i8>(x) + (shared << 21);
        p1 = <i64>load<i8>(x, 1) + ((<i64>load<i8>(x, 3) + (<i64>load<i8>(x, 5) << 21)) << 21);
        p2 = shared + (<i64>load<i8>(x, 6) << 42);
        sum = next + p0 * w02 + p1 * w12 + p2 * w22;
      } else {
        const row2 = <i64>load<i8>(x, 2), row3 = <i64>load<i8>(x, 3);
        const shared = <i64>load<i8>(x, 1) + (row2 << 21);
        p0 = <i64>load<i8>(x) + (shared << 21);
        p1 = shared + (row3 << 42);
        p2 = row2 + ((row3 + (<i64>load<i8>(x, 4) << 21)) << 21);
        sum = ending + p0 * w02 + p1 * w12 + p2 * w22;
        ending = next + p0 * w01 + p1 * w11 + p2 * w21;
      }
      next = p0 * w00 + p1 * w10 + p2 * w20;
      x += plane_h;
      if (skip > 0) skip--;
      else {
        const s0 = low_field(sum);
        sum = (sum - s0) >> 21;
        const s1 = low_field(sum);
        store<i8>(o, clamp(rescale_i64(s0 + bias, multiplier, rounding, sign, down) + offset, low, high));
        if (rows > 1) store<i8>(o + row_bytes, clamp(rescale_i64(s1 + bias, multiplier, rounding, sign, down) + offset, low, high));
        if (rows > 2) store<i8>(o + 2 * row_bytes, clamp(rescale_i64(((sum - s1) >> 21) + bias, multiplier, rounding, sign, down) + offset, low, high));
        o += out_c;
        if (x == end) break;
      }
      if (two) { // the middle column of one output
        const shared = <i64>load<i8>(x, 2) + (<i64>load<i8>(x, 4) << 21);
        p0 = <i64>load<i8>(x) + (shared << 21);
        p1 = <i64>load<i8>(x, 1) + ((<i64>load<i8>(x, 3) + (<i64>load<i8>(x, 5) << 21)) << 21);
        p2 = shared + (<i64>load<i8>(x, 6) << 42);
        next += p0 * w01 + p1 * w11 + p2 * w21;
        x += plane_h;
      }
    }
    plane += two ? 6 : 3;
    out += 3 * row_bytes;
  }
}
