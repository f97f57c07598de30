import * as abi from "../../assembly/abi/rescale_v128";
import type { Multiplier } from "./multiplier";

/** What SIMD kernels rescale the sums of a layer with: a block of RESCALE_V128_BYTES for every eight channels. */
export interface RescaleV128 {
  /** Shift that all channels share. */
  readonly common: number;
  readonly blocks: readonly Uint8Array[];
}

/** A float32 holds these exactly. */
const EXACT = 2 ** 24;
/** Whole numbers below it are taken out of a float32 by an addition. */
const WHOLE = 2 ** 22;

/** A multiplier that gives the zero point for every sum. */
const DEAD = { mantissa: 0, right: 2 };

/**
 * Null where `rescale_v128` (assembly/inner/rescale_v128.ts) would not be exact: multipliers of a quarter and more, and sums that would leave the integers of
 * a float32.
 * @param most of every channel, the largest magnitude of its sum with the bias
 */
export function packRescaleV128(multipliers: readonly Multiplier[], bias: Int32Array, most: Float64Array): RescaleV128 | null {
  const channels = Array.from(bias, (_, c) => {
    const { mantissa, shift } = multipliers.length === 1 ? multipliers[0]! : multipliers[c]!;
    return mantissa === 0 || most[c]! < 2 ** (-shift - 1) ? DEAD : { mantissa, right: -shift };
  });
  if (channels.some(({ right }) => right < 2)) return null;
  const common = Math.min(...channels.map(({ right }) => right)) - 1;
  const exact = channels.every(({ mantissa, right }, c) => {
    const high = (most[c]! * mantissa) / 2 ** 32 + 1 + 2 ** (right - 2);
    return most[c]! < 2 ** 31 && high < EXACT * 2 ** common && high < WHOLE * 2 ** (right - 1);
  });
  if (!exact) return null;
  const blocks = Array.from({ length: Math.ceil(bias.length / 8) }, (_, block) => {
    const view = new DataView(new ArrayBuffer(abi.RESCALE_V128_BYTES));
    channels.slice(8 * block, 8 * block + 8).forEach(({ mantissa, right }, i) => {
      view.setInt32(abi.RESCALE_V128_BIAS + 4 * i, bias[8 * block + i]!, true);
      view.setInt32(abi.RESCALE_V128_MULTIPLIER + 4 * i, mantissa, true);
      view.setInt32(abi.RESCALE_V128_ADDEND + 4 * i, 2 ** (right - 2), true);
      view.setFloat32(abi.RESCALE_V128_SCALE + 4 * i, 2 ** -(right - 1 - common), true);
    });
    return new Uint8Array(view.buffer);
  });
  return { common, blocks };
}
