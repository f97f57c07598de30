// 64-bit sums into codes. Dialect: reference. Source: TFLM kernels/internal/common.cc, MultiplyByQuantizedMultiplier of int64 and of int32.
import { ROUND_TWICE, WIDE_TILE_MULTIPLIERS } from "../abi/wide_tile";
import { clamp, multiply_by_quantized_multiplier } from "../arithmetic/fixed_point";

/**
 * A sum times 2^shift * multiplier: / 2^15 and rounded once, ties upwards, for a multiplier of 16 bits; / 2^31 and rounded twice for one of 32 bits,
 * where the sum wraps at 32 bits. Assumes shift <= 14 for the former.
 */
// @ts-ignore: decorator
@inline
export function rescale_wide(sum: i64, multiplier: i32, shift: i32, rounding: i32): i32 {
  if (rounding == ROUND_TWICE) return multiply_by_quantized_multiplier(<i32>sum, multiplier, shift);
  const down = <i64>(15 - shift);
  return <i32>((sum * multiplier + (<i64>1 << (down - 1))) >> down);
}

/**
 * The codes of up to four channels.
 * @param sums int64 [4], without biases
 * @param tile abi/wide_tile.ts
 * @param out T [channels]
 * @param offset the output's zero point
 */
// @ts-ignore: decorator
@inline
export function store_wide<T>(sums: usize, tile: usize, channels: i32, rounding: i32, out: usize, offset: i32, low: i32, high: i32): void {
  let multiplier = tile + WIDE_TILE_MULTIPLIERS;
  for (const end = out + channels * sizeof<T>(); out != end; out += sizeof<T>()) {
    const code = rescale_wide(load<i64>(sums) + load<i64>(tile), load<i32>(multiplier), load<i32>(multiplier, 4), rounding) + offset;
    store<T>(out, <T>clamp(code, low, high));
    sums += 8;
    tile += 8;
    multiplier += 8;
  }
}
