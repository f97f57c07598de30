// Functions of int16 as tables of 513 values, 128 codes apart, interpolated. Source: TFLM kernels/internal/common.h, LUTLookup.

/**
 * @param value int16
 * @param table address, int16 [513]
 */
// @ts-ignore: decorator
@inline
export function interpolate(value: i32, table: usize): i32 {
  const at = table + ((256 + (value >> 7)) << 1);
  const base = <i32>load<i16>(at);
  const slope = <i32><i16>(<i32>load<i16>(at, 2) - base);
  return <i32><i16>(base + ((slope * (value & 127) + 64) >> 7));
}
