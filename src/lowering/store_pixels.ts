import { RESCALE_ANY, RESCALE_BYTES, RESCALE_FOLDED, RESCALE_SIGNED } from "../../assembly/abi/rescale";
import { foldRescale } from "./folded_rescale";
import type { Multiplier } from "./multiplier";

interface Outputs {
  /** One per channel, or one for all. */
  readonly multipliers: readonly Multiplier[];
  readonly outputZeroPoint: number;
  readonly min: number;
}

/**
 * What inner/store_pixels.ts rescales the sums of a layer with: the cheapest kind that is exact for all of its channels.
 * @param bias one per channel
 * @param depth terms of magnitude 2^14 that a sum may reach
 */
export function packRescale({ multipliers, outputZeroPoint, min }: Outputs, bias: Int32Array, depth: number): { kind: number; bytes: Uint8Array } {
  const bytes = new Uint8Array(bias.length * RESCALE_BYTES), view = new DataView(bytes.buffer);
  const words = (c: number, ...values: number[]) => values.forEach((value, i) => view.setInt32(c * RESCALE_BYTES + 4 * i, value, true));
  const folded = min >= outputZeroPoint ? foldRescale(bias, multipliers, depth, outputZeroPoint) : null;
  if (folded?.every(({ down }) => down >= 32)) {
    folded.forEach(({ mantissa, addend, down }, c) => {
      view.setBigInt64(c * RESCALE_BYTES, addend, true);
      view.setInt32(c * RESCALE_BYTES + 8, mantissa, true);
      view.setInt32(c * RESCALE_BYTES + 12, down - 32, true);
    });
    return { kind: RESCALE_FOLDED, bytes };
  }
  const signed = multipliers.every(({ shift }) => shift <= -2 && shift >= -23);
  bias.forEach((b, c) => {
    const { mantissa, shift } = multipliers.length === 1 ? multipliers[0]! : multipliers[c]!;
    if (signed) words(c, b, mantissa, 2 ** (-shift - 2) + outputZeroPoint * 2 ** (-shift - 1), -shift - 1); // right - 1 + 31 - 32, zero point << (31 + right - 32)
    else words(c, b, mantissa, Math.max(shift, 0), Math.max(-shift, 0));
  });
  return { kind: signed ? RESCALE_SIGNED : RESCALE_ANY, bytes };
}
