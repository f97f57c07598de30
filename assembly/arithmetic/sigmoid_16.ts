// Sigmoid and tanh of 16-bit numbers, by a table of sigmoid(i / 24), i = 0 to 255, in steps of 2^-16 (src/lowering/sigmoid_table.ts), interpolated.
// Source: TFLM reference/integer_ops/logistic.h and tanh.h, int16. Dialect: reference.

/**
 * Takes 3 times a Q3.12 number, |x| < 2^31, gives Q0.15: a unit of the table is 2^9, as 4096 * 3 / 24.
 * @param table uint16 [256]
 */
// @ts-ignore: decorator
@inline
export function sigmoid_16(x: i32, table: usize): i32 {
  const size = abs(x), at = size >> 9;
  let result = 0x7fff << 10;
  if (at < 255) {
    const entry = table + (at << 1), low = <i32>load<u16>(entry);
    result = (low << 9) + (size & 511) * (<i32>load<u16>(entry, 2) - low);
  }
  return (x >= 0 ? result + (1 << 9) : (1 << 25) - result + (1 << 9) - 1) >> 10;
}

/** tanh(v) = 2 sigmoid(2v) - 1: the same argument, so that a unit of the table is 2^8. */
// @ts-ignore: decorator
@inline
export function tanh_16(x: i32, table: usize): i32 {
  const size = abs(x), at = size >> 8;
  let result = 0xffff << 8;
  if (at < 255) {
    const entry = table + (at << 1), low = <i32>load<u16>(entry);
    result = (low << 8) + (size & 255) * (<i32>load<u16>(entry, 2) - low);
  }
  return (x >= 0 ? result - (1 << 23) + (1 << 7) : (1 << 23) - result + (1 << 7) - 1) >> 8;
}
