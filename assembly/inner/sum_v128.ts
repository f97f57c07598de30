// Sums of eight channels over pixels: in int16 for as many codes as fit, from there to int32.

/** Codes whose sum fits an int16, whatever they are. */
export const SUMMED_16: i32 = 255;

/** Adds eight channels of `count` pixels, 1 to SUMMED_16 since the sum began, `step` bytes apart. Reads up to 7 bytes behind the channels. */
// @ts-ignore: decorator
@inline
export function add_pixels(sum: v128, from: usize, step: i32, count: i32): v128 {
  do {
    sum = i16x8.add(sum, v128.load8x8_s(from));
    from += step;
  } while (--count);
  return sum;
}
