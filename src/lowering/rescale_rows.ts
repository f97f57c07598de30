// What assembly/inner/rescale_row.ts rescales sums with: an entry of 16 bytes for each channel.
import { foldRescale } from "./folded_rescale";
import type { Multiplier } from "./multiplier";

/** Bytes of a channel's entry. */
const ENTRY = 16;

export interface RescaleRows {
  /** Whether entries are folded: the kernel then needs no zero point. */
  readonly folded: boolean;
  /** Entries of the channels `first` to before `end`, then zeros up to `width` channels. */
  entries(first: number, end: number, width: number): Uint8Array;
}

export interface Rescaled {
  readonly bias: Int32Array;
  readonly multipliers: readonly Multiplier[];
  /** Terms of a sum. */
  readonly depth: number;
  readonly outputZeroPoint: number;
  readonly min: number;
  readonly sumsBeginWithBias: boolean;
}

/** Folded where negative sums end at the clamp anyway (folded.ts), and the lower half of a product never matters. */
export function rescaleRows({ bias, multipliers, depth, outputZeroPoint, min, sumsBeginWithBias }: Rescaled): RescaleRows {
  const fold = min >= outputZeroPoint ? foldRescale(bias, multipliers, depth, outputZeroPoint, sumsBeginWithBias ? bias : 0) : null;
  const folded = fold !== null && fold.every(({ down }) => down >= 32);
  const entryOf = (c: number) => {
    if (folded) return { addend: fold[c]!.addend, mantissa: fold[c]!.mantissa, shift: fold[c]!.down };
    const { mantissa, shift } = multipliers[multipliers.length === 1 ? 0 : c]!, right = Math.max(-shift, 0);
    return { addend: 2n ** 30n + (2n ** BigInt(right) / 2n) * 2n ** 31n, mantissa, shift: (31 + right) | (Math.max(shift, 0) << 8) }; // rounding_of, down_of
  };
  return {
    folded,
    entries(first, end, width) {
      const bytes = new Uint8Array(ENTRY * width), view = new DataView(bytes.buffer);
      for (let c = first; c < end; c++) {
        const at = ENTRY * (c - first), { addend, mantissa, shift } = entryOf(c);
        view.setBigInt64(at, addend, true);
        view.setInt32(at + 8, mantissa, true);
        view.setInt32(at + 12, shift, true);
      }
      return bytes;
    },
  };
}
