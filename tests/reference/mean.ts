// MEAN. Source of the meaning: TFLM reference/reduce.h, QuantizedMeanOrSum: the division by the count goes into the multiplier.
import { clamp, factorOf, scaled } from "./fixed_point";
import { flat, indices } from "./indices";
import type { Affine } from "./quantization";

/** @param axes not negative, each once */
export function mean(codes: Int8Array, shape: readonly number[], axes: readonly number[], x: Affine, y: Affine): Int8Array {
  const count = axes.reduce((product, d) => product * shape[d]!, 1);
  const { mantissa, shift } = factorOf(x.scale / y.scale);
  let bits = 0;
  while (2 ** (bits + 1) <= count) bits++;
  bits = Math.min(bits, 32, 31 + shift);
  const factor = { mantissa: (mantissa << BigInt(bits)) / BigInt(count), shift: shift - bits };
  const kept = shape.map((n, d) => (axes.includes(d) ? 1 : n)), reduced = shape.map((n, d) => (axes.includes(d) ? n : 1));
  return Int8Array.from([...indices(kept)].map((base) => {
    let sum = 0;
    for (const step of indices(reduced)) sum += codes[flat(base.map((i, d) => i + step[d]!), shape)]!;
    return clamp(scaled(sum - x.zeroPoint * count, factor) + y.zeroPoint, [-128, 127]);
  }));
}
