import type { Multiplier } from "./multiplier";
import { rescalesDirectly } from "./weights";

/** What a kernel rescales one channel's sums with: (sum * mantissa + addend) >> down (assembly/arithmetic/folded.ts). */
export interface FoldedRescale {
  readonly mantissa: number;
  /** 64 bits: bias, rounding and the output's zero point. */
  readonly addend: bigint;
  /** 31 to 54. */
  readonly down: number;
}

/** With a shift of more the zero point would reach the 64th bit. */
const MOST_DOWN = 54;

/** Whether sums can be rescaled so: no shift to the left, no very small multiplier, and sums that stay within 32 bits. */
export function folds(bias: Int32Array, multipliers: readonly Multiplier[], depth: number): boolean {
  return rescalesDirectly(bias, multipliers, depth) && multipliers.every(({ shift }) => 31 - shift <= MOST_DOWN);
}

/**
 * One per channel; null where sums cannot be rescaled so.
 *
 * TFLM: high = floor((x * m + 2^30) / 2^31), then (high + 2^(right - 1)) >> right, one less for a negative tie, plus the zero point. All three are one
 * floor((x * m + 2^30 + 2^31 * 2^(right - 1) + (zero point << down)) / 2^down) with down = 31 + right, less 2^31 for a negative x; x = sum + bias.
 * @param depth terms of a sum
 * @param start what the kernel's sums hold before the first product, in all channels or in each
 */
export function foldRescale(bias: Int32Array, multipliers: readonly Multiplier[], depth: number, outputZeroPoint: number, start: number | Int32Array = 0): FoldedRescale[] | null {
  if (!folds(bias, multipliers, depth)) return null;
  return Array.from(bias, (b, c) => {
    const { mantissa, shift } = multipliers.length === 1 ? multipliers[0]! : multipliers[c]!;
    const down = 31 - shift;
    const rounding = 2n ** 30n + ((2n ** BigInt(-shift)) / 2n) * 2n ** 31n;
    return { mantissa, down, addend: BigInt.asIntN(64, BigInt(b - (typeof start === "number" ? start : start[c]!)) * BigInt(mantissa) + rounding + (BigInt(outputZeroPoint) << BigInt(down))) };
  });
}

/**
 * `foldRescale` with every shift 32 or more, so that only the upper half of a product matters (`rescale_folded_high`); null also where a multiplier
 * is a half or more. A channel whose codes are all the zero point, as its sums never reach half a unit, is multiplied by 0 instead.
 */
export function foldRescaleHigh(bias: Int32Array, multipliers: readonly Multiplier[], depth: number, outputZeroPoint: number): FoldedRescale[] | null {
  const live = Array.from(bias, (b, c) => {
    const multiplier = multipliers.length === 1 ? multipliers[0]! : multipliers[c]!;
    const dead = multiplier.mantissa === 0 || Math.abs(b) + depth * 128 * 128 < 2 ** (-multiplier.shift - 1);
    return dead ? { mantissa: 0, shift: -1 } : multiplier;
  });
  return live.some(({ shift }) => shift === 0) ? null : foldRescale(bias, live, depth, outputZeroPoint);
}
