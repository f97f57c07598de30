// Operands for kernel tests: quantizations, codes and biases that leave outputs neither all zero nor all saturated.
import type { Affine } from "../reference/quantization";
import { Random } from "../support/random";

/** A quantization as a file stores it: the scale is a float32. */
export const affine = (scale: number, zeroPoint = 0): Affine => ({ scale: Math.fround(scale), zeroPoint });

/** Zero points at which offsets, fills and clamps turn. */
export const ZERO_POINTS: readonly number[] = [-128, -1, 0, 5, 127];

/** How a case fills a tensor. `full`: every code but -128 can occur in weights, as converters write them. */
export type Filling = "full" | "with -128" | number;

export function codes(random: Random, count: number, filling: Filling = "full"): Int8Array {
  if (typeof filling === "number") return new Int8Array(count).fill(filling);
  const values = random.int8s(count);
  return filling === "full" ? values.map((code) => Math.max(code, -127)) : values.map((code, i) => (i % 7 === 3 ? -128 : code));
}

/** Scales of weights, one per channel, for sums of `terms` random products: most outputs lie within int8, some saturate. */
export function weightScales(random: Random, channels: number, terms: number, x: Affine, y: Affine): number[] {
  const factor = (60 * y.scale) / (x.scale * 74 * 74 * Math.sqrt(terms)); // 74: the deviation of a random int8
  return Array.from({ length: channels }, () => Math.fround(factor * (0.25 + random.byte() / 100)));
}

export function biases(random: Random, channels: number, terms: number): Int32Array {
  const most = Math.ceil(3000 * Math.sqrt(terms));
  return Int32Array.from({ length: channels }, () => random.between(-most, most));
}
