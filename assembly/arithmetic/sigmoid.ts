// Sigmoid and hyperbolic tangent of int16 by a table of sigmoid(i / 24). Source: TFLM reference/integer_ops/logistic.h and tanh.h. Dialect: reference.

/**
 * The sigmoid in Q0.15.
 * @param x three times the argument, in Q.12
 * @param table address, uint16 [256]
 */
// @ts-ignore: decorator
@inline
export function sigmoid(x: i32, table: usize): i32 {
  const value = interpolated(x, table, 9); // Q0.25
  return (x >= 0 ? value + (1 << 9) : (1 << 25) - value + (1 << 9) - 1) >> 10;
}

/** The hyperbolic tangent in Q0.15, by tanh(x) = 2 * sigmoid(2 * x) - 1. Parameters as for `sigmoid`. */
// @ts-ignore: decorator
@inline
export function tanh(x: i32, table: usize): i32 {
  const value = interpolated(x, table, 8); // of 2 * x, Q0.24
  return (x >= 0 ? value - (1 << 23) + (1 << 7) : (1 << 23) - value + (1 << 7) - 1) >> 8;
}

/** The sigmoid of |x| with `bits` bits of x between two entries, which are as many more than the table's 16; nearly 1 beyond the table. */
// @ts-ignore: decorator
@inline
function interpolated(x: i32, table: usize, bits: i32): i32 {
  const magnitude = abs(x), index = magnitude >> bits;
  if (index >= 255) return (bits == 9 ? 0x7fff << 1 : 0xffff) << bits;
  const entry = table + (index << 1), at = <i32>load<u16>(entry);
  return (at << bits) + (magnitude & ((1 << bits) - 1)) * (<i32>load<u16>(entry, 2) - at);
}
