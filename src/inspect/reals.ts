import type { Tensor } from "../graph/tensor";
import { valuesIn } from "../runtime/tensor_view";

/**
 * The real values of a tensor, row-major: (stored - zero_point) * scale in double, or the values themselves where there is no scale.
 * @param bytes Aligned to the type's size.
 * @returns null for what is no number (strings, resources, 64-bit integers, packed types)
 */
export function realsOf({ type, quantization }: Tensor, bytes: Uint8Array): Float64Array | null {
  const stored = valuesIn(type, bytes);
  if (!stored || stored instanceof BigInt64Array || stored instanceof BigUint64Array || type === "float16") return null;
  if (type === "float32" || !quantization || quantization.scale.length === 0) return new Float64Array(stored);
  const { scale: [scale], zeroPoint: [zeroPoint = 0] } = quantization, reals = new Float64Array(stored.length);
  for (let i = 0; i < reals.length; i++) reals[i] = (stored[i]! - zeroPoint) * scale!;
  return reals;
}
