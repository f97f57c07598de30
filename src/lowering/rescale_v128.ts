import * as abi from "../../assembly/abi/rescale_v128";
import { multiplyByQuantizedMultiplier } from "./fixed_point";
import type { Multiplier } from "./multiplier";

/** What SIMD kernels rescale the sums of a layer with. */
export interface RescaleV128 {
  /** RESCALE_V128_RELU, _SMALL or _WIDE: how inner/rescale_v128.ts does it. */
  readonly kind: number;
  /** Of RESCALE_V128_WIDE: the shift that all channels share. */
  readonly common: number;
  /** RESCALE_V128_BYTES for every eight channels. */
  readonly blocks: readonly Uint8Array[];
}

interface Outputs {
  /** One per channel, or one for all. */
  readonly multipliers: readonly Multiplier[];
  /** One per channel, the input's offset folded in. */
  readonly bias: Int32Array;
  readonly outputZeroPoint: number;
  readonly min: number;
}

/** A channel that gives one code for every activation: the converter gives channels without weights multipliers and biases that no float holds. */
interface Constant {
  readonly code: number;
}
type Channel = Multiplier | Constant;
const isConstant = (channel: Channel): channel is Constant => "code" in channel;

/** @param products the largest magnitude of a sum without its bias */
function channelOf(multiplier: Multiplier, bias: number, products: number): Channel {
  if (2 * products * 2 ** multiplier.shift > 1.5 || Math.abs(bias) + products >= 2 ** 31) return multiplier; // more than one code, or sums that wrap
  const [least, most] = [bias - products, bias + products].map((x) => Number(multiplyByQuantizedMultiplier(BigInt(x), multiplier)));
  return least === most ? { code: least! } : multiplier;
}

/** A float64 holds a product with a multiplier, and a half of its last place. */
const MOST_SMALL = 2 ** 21;
/** A float32 holds these exactly. */
const EXACT_32 = 2 ** 24;
/** Whole numbers below it are taken out of a float32 by an addition. */
const WHOLE_32 = 2 ** 22;

/**
 * Null where no way of `codes_v128` (assembly/inner/rescale_v128.ts) would be exact: large sums with multipliers of a quarter and more, or that wrap.
 * @param products of every channel, the largest magnitude of its sum without the bias
 */
export function packRescaleV128({ multipliers, bias, outputZeroPoint, min }: Outputs, products: Float64Array): RescaleV128 | null {
  const channels = Array.from(bias, (b, c) => channelOf(multipliers.length === 1 ? multipliers[0]! : multipliers[c]!, b, products[c]!));
  const most = channels.map((channel, c) => (isConstant(channel) ? 0 : products[c]! + Math.abs(bias[c]!)));
  const blocks = (write: (view: DataView, channel: Channel, lane: number) => void) =>
    Array.from({ length: Math.ceil(bias.length / 8) }, (_, block) => {
      const view = new DataView(new ArrayBuffer(abi.RESCALE_V128_BYTES));
      channels.slice(8 * block, 8 * block + 8).forEach((channel, lane) => {
        view.setInt32(abi.RESCALE_V128_BIAS + 4 * lane, bias[8 * block + lane]!, true);
        write(view, channel, lane);
      });
      return new Uint8Array(view.buffer);
    });
  if (channels.every((channel, c) => isConstant(channel) || (most[c]! < MOST_SMALL && most[c]! * 2 ** channel.shift < 2 ** 31))) {
    const relu = min >= outputZeroPoint;
    return { kind: relu ? abi.RESCALE_V128_RELU : abi.RESCALE_V128_SMALL, common: 0, blocks: blocks((view, channel, lane) => writeSmall(view, channel, lane, relu)) };
  }
  return packWide(channels, most, blocks);
}

function writeSmall(view: DataView, channel: Channel, lane: number, relu: boolean): void {
  const write = (scale: number, addend: number, half: number) =>
    [scale, addend, half].forEach((value, i) => view.setFloat64([abi.RESCALE_V128_SCALE, abi.RESCALE_V128_ADDEND, abi.RESCALE_V128_HALF][i]! + 8 * lane, value, true));
  if (isConstant(channel)) return write(0, channel.code, 0);
  const { mantissa, shift } = channel, right = Math.max(-shift, 0);
  const half = right > 0 ? 2 ** -(right + 1) : 0, odd = 2 ** -(32 + right);
  write(mantissa * 2 ** (shift - 31), relu ? half + odd : odd, half);
}

/** With a mantissa of 0 the upper half is 0 or -1, so an odd addend gives its half: that is how a constant channel is written. */
function packWide(channels: readonly Channel[], most: readonly number[], blocks: (write: (view: DataView, channel: Channel, lane: number) => void) => Uint8Array[]): RescaleV128 | null {
  const wide = (channel: Channel) =>
    isConstant(channel) ? { mantissa: 0, right: 2, addend: 2 * channel.code + 1 } : { mantissa: channel.mantissa, right: -channel.shift, addend: 2 ** (-channel.shift - 2) };
  const rights = channels.map((channel) => wide(channel).right), common = Math.min(...rights) - 1;
  const exact = channels.every((channel, c) => {
    const { mantissa, right, addend } = wide(channel), high = (most[c]! * mantissa) / 2 ** 32 + 1 + Math.abs(addend);
    return right >= 2 && most[c]! < 2 ** 31 && high < EXACT_32 * 2 ** common && high < WHOLE_32 * 2 ** (right - 1);
  });
  if (!exact) return null;
  return {
    kind: abi.RESCALE_V128_WIDE, common,
    blocks: blocks((view, channel, lane) => {
      const { mantissa, right, addend } = wide(channel);
      view.setInt32(abi.RESCALE_V128_WIDE_MULTIPLIER + 4 * lane, mantissa, true);
      view.setInt32(abi.RESCALE_V128_WIDE_ADDEND + 4 * lane, addend, true);
      view.setFloat32(abi.RESCALE_V128_WIDE_SHIFT + 4 * lane, 2 ** -(right - 1 - common), true);
    }),
  };
}
