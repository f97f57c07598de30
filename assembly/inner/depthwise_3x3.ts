// Depthwise 3x3 over one channel of a piece (kernels/depthwise_conv_2d.ts), three outputs at a time.
//
// Every 64-bit word holds three fields, of 22, 22 and 20 bits. Outputs that lie side by side go into the fields of one word: `across` is that
// direction, `along` the other one, in which a filter of three taps walks: a position ends the sum of one output, continues that of the next
// and begins that of the one after. At one position the outputs y0, y1, y2 see five inputs x0 to x4 through weights w0, w1, w2:
//   y0 = x0 w0 + x1 w1 + x2 w2
//   y1 = x1 w0 + x2 w1 + x3 w2
//   y2 = x2 w0 + x3 w1 + x4 w2
// A product of words is a product of polynomials, of which it keeps the three lowest coefficients. With B = 2^22
//   (x2 + x3 B + x4 B^2) (w2 + w1 B + w0 B^2) = x2 w2 + (x2 w1 + x3 w2) B + (x2 w0 + x3 w1 + x4 w2) B^2 + ... beyond the word
//   (x0 + x1 B)          (w1 + w0 B)          = x0 w1 + (x0 w0 + x1 w1) B + (x1 w0) B^2
// so that two multiplications are all nine products: the first plus the second shifted down by a field, which drops x0 w1. With stride 2 the
// outputs see x0 to x6, and three multiplications are (x2 + x4 B + x6 B^2) (w2 + w0 B), (x1 + x3 B + x5 B^2) w1 and x0 w0.
//
// Nine terms of magnitude at most 128 * 255 are at most 293,760. HALF is added before fields are taken out, so that none but the highest is
// negative; what it added is taken off again with the bias. It is more than that, and with three terms still below 2^19, which the highest field holds.
// Fields of 21 bits would not do: B^3 would leave the 64th bit of a product.
import { DEPTHWISE_CONV_2D_OUTPUT_OFFSET, DEPTHWISE_CONV_2D_MIN, DEPTHWISE_CONV_2D_MAX, DEPTHWISE_CONV_2D_LANES } from "../abi/depthwise_conv_2d";
import { rounding_of, sign_of, down_of, clamp } from "../arithmetic/fixed_point";
import { rescale_folded, rescale_folded_signed } from "../arithmetic/folded";

const HALF: i64 = 3 << 17;
const FIELD: i64 = (1 << 22) - 1;
/** HALF in the two lower fields of a sum. */
const HALVES: i64 = HALF + (HALF << 22);
/** The same a field higher, and HALF for the field that the shift drops. */
const HALVES_ABOVE: i64 = HALF + (HALVES << 22);

/** From an element of the plane to the ones behind it, across. */
const X1 = DEPTHWISE_CONV_2D_LANES, X2 = 2 * X1, X3 = 3 * X1, X4 = 4 * X1, X5 = 5 * X1, X6 = 6 * X1;

/** Requantizes and stores one output. `bias` is read where `signed` only. */
// @ts-ignore: decorator
@inline
function put(signed: bool, out: usize, sum: i64, bias: i64, multiplier: i64, addend: i64, sign: i64, down: i64, low: i32, high: i32): void {
  const value = signed ? rescale_folded_signed(sum, bias, multiplier, addend, sign, down) : rescale_folded(sum, multiplier, addend, down);
  store<i8>(out, clamp(value, low, high));
}

/**
 * One output channel of a piece. `two`, `signed`, `wide`: known at compile time: both strides are 2 instead of 1; negative sums have to be rounded as
 * the reference does, as the clamp does not take them (folded.ts); weights are int16, of magnitude 255 at most.
 * Assumes what lowering states in THREE_BY_THREE: no shift to the left, sums with bias within 32 bits, shifts of at most 54.
 * @param plane int8 [along][across][LANES], this channel's byte of the first element; filled up across to whole groups of three outputs
 * @param step bytes from one position along to the next
 * @param w int8 or int16 [along 3][across 3]
 * @param along outputs, as `across`
 * @param out int8, the first output; `out_along`, `out_across` bytes from one to the next
 */
// @ts-ignore: decorator
@inline
export function depthwise_3x3__i64(
  record: usize, two: bool, signed: bool, wide: bool, plane: usize, step: i32, w: usize, bias: i64, multiplier: i64, right: i64,
  along: i32, across: i32, out: usize, out_along: i32, out_across: i32,
): void {
  const low = load<i32>(record, DEPTHWISE_CONV_2D_MIN), high = load<i32>(record, DEPTHWISE_CONV_2D_MAX);
  const down = down_of(right), sign = sign_of(right);
  const addend = bias * multiplier + rounding_of(right) + (<i64>load<i32>(record, DEPTHWISE_CONV_2D_OUTPUT_OFFSET) << down); // of the highest field
  const lower_bias = bias - HALF, lower_addend = addend - multiplier * HALF; // of the others
  // first, second and third position along: `a` for the words with x2, `b` for those without
  const w00 = wide ? <i64>load<i16>(w) : <i64>load<i8>(w), w01 = wide ? <i64>load<i16>(w, 2) : <i64>load<i8>(w, 1), w02 = wide ? <i64>load<i16>(w, 4) : <i64>load<i8>(w, 2);
  const w10 = wide ? <i64>load<i16>(w, 6) : <i64>load<i8>(w, 3), w11 = wide ? <i64>load<i16>(w, 8) : <i64>load<i8>(w, 4), w12 = wide ? <i64>load<i16>(w, 10) : <i64>load<i8>(w, 5);
  const w20 = wide ? <i64>load<i16>(w, 12) : <i64>load<i8>(w, 6), w21 = wide ? <i64>load<i16>(w, 14) : <i64>load<i8>(w, 7), w22 = wide ? <i64>load<i16>(w, 16) : <i64>load<i8>(w, 8);
  const b0 = two ? w01 : w01 + (w00 << 22), a0 = w02 + (two ? w00 << 22 : b0 << 22);
  const b1 = two ? w11 : w11 + (w10 << 22), a1 = w12 + (two ? w10 << 22 : b1 << 22);
  const b2 = two ? w21 : w21 + (w20 << 22), a2 = w22 + (two ? w20 << 22 : b2 << 22);
  let last = plane + (two ? 2 * along : along + 1) * step; // position that ends the last output
  for (; across > 0; across -= 3) {
    let x = plane, o = out;
    let p: i64, q: i64; // words with x2 and without
    let next_p: i64, next_q: i64 = 0; // sums that lack one position; with stride 1 also two
    let ending_p: i64 = 0, ending_q: i64 = 0;
    if (two) {
      p = <i64>load<i8>(x, X2) + ((<i64>load<i8>(x, X4) + (<i64>load<i8>(x, X6) << 22)) << 22);
      q = <i64>load<i8>(x, X1) + ((<i64>load<i8>(x, X3) + (<i64>load<i8>(x, X5) << 22)) << 22);
      next_p = p * a0 + q * b0 + <i64>load<i8>(x) * w00;
    } else {
      p = <i64>load<i8>(x, X2) + ((<i64>load<i8>(x, X3) + (<i64>load<i8>(x, X4) << 22)) << 22);
      q = <i64>load<i8>(x) + (<i64>load<i8>(x, X1) << 22);
      ending_p = p * a0;
      ending_q = q * b0;
      x += step;
      p = <i64>load<i8>(x, X2) + ((<i64>load<i8>(x, X3) + (<i64>load<i8>(x, X4) << 22)) << 22);
      q = <i64>load<i8>(x) + (<i64>load<i8>(x, X1) << 22);
      ending_p += p * a1;
      ending_q += q * b1;
      next_p = p * a0;
      next_q = q * b0;
    }
    do {
      x += step;
      let sum: i64;
      if (two) {
        p = <i64>load<i8>(x, X2) + ((<i64>load<i8>(x, X4) + (<i64>load<i8>(x, X6) << 22)) << 22);
        q = <i64>load<i8>(x, X1) + ((<i64>load<i8>(x, X3) + (<i64>load<i8>(x, X5) << 22)) << 22);
        sum = next_p + p * a1 + q * b1 + <i64>load<i8>(x) * w10;
        x += step;
        p = <i64>load<i8>(x, X2) + ((<i64>load<i8>(x, X4) + (<i64>load<i8>(x, X6) << 22)) << 22);
        q = <i64>load<i8>(x, X1) + ((<i64>load<i8>(x, X3) + (<i64>load<i8>(x, X5) << 22)) << 22);
        const x0 = <i64>load<i8>(x);
        sum += p * a2 + q * b2 + x0 * w20 + HALVES;
        next_p = p * a0 + q * b0 + x0 * w00;
      } else {
        p = <i64>load<i8>(x, X2) + ((<i64>load<i8>(x, X3) + (<i64>load<i8>(x, X4) << 22)) << 22);
        q = <i64>load<i8>(x) + (<i64>load<i8>(x, X1) << 22);
        sum = ending_p + p * a2 + ((ending_q + q * b2 + HALVES_ABOVE) >> 22);
        ending_p = next_p + p * a1;
        ending_q = next_q + q * b1;
        next_p = p * a0;
        next_q = q * b0;
      }
      put(signed, o, sum & FIELD, lower_bias, multiplier, lower_addend, sign, down, low, high);
      if (across > 1) {
        const o1 = o + out_across;
        put(signed, o1, (sum >> 22) & FIELD, lower_bias, multiplier, lower_addend, sign, down, low, high);
        if (across > 2) put(signed, o1 + out_across, sum >> 44, bias, multiplier, addend, sign, down, low, high);
      }
      o += out_along;
    } while (x != last);
    plane += (two ? 6 : 3) * DEPTHWISE_CONV_2D_LANES;
    last += (two ? 6 : 3) * DEPTHWISE_CONV_2D_LANES;
    out += 3 * out_across;
  }
}
