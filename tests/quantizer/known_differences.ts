// Where Arenula does not follow the converter on purpose.
import type { Difference } from "./same_model";

/**
 * One bias of two operators, int16x8: the converter quantizes it once, with the scale that the first operator needs, and the second one adds it in that scale. With inputs
 * of other scales that is another bias. Here each operator has its own (biases of zeros are shared as by the converter).
 */
export function sharedBias(scheme: string, { where, ours, theirs }: Difference): boolean {
  const [a, b] = [ours, theirs].map((text) => /^INT64\[\d+\] scale (\S+) zero .* data (\w+)$/.exec(text));
  if (!scheme.startsWith("int16x8") || !/operand 2$/.test(where) || !a || !b) return false;
  const [x, y] = [a, b].map(([, scales, hex]) => {
    const codes = new BigInt64Array(Uint8Array.from(Buffer.from(hex!, "hex")).buffer);
    return scales!.split(",").map((scale, i) => ({ scale: Number(scale), real: Number(codes[i]) * Number(scale) }));
  });
  return x!.every(({ scale, real }, i) => Math.abs(real - y![i]!.real) <= (scale + y![i]!.scale) * 0.51); // the same bias, in two scales
}
