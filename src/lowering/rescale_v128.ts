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
  /** What the weights of a channel have to be multiplied by: a power of two. */
  readonly factors: readonly number[];
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

/** The shift that eight channels share, and the power of two of each; null where weights or sums would grow too large. */
function evenOf(channels: readonly Channel[], most: readonly number[], weights: Float64Array): { shift: number; factors: number[] } | null {
  const shift = Math.max(0, ...channels.map((channel) => (isConstant(channel) ? 0 : -channel.shift))) + 1;
  const factors = channels.map((channel) => (isConstant(channel) ? 1 : 2 ** (shift + 1 + channel.shift)));
  return shift <= MOST_EVEN_SHIFT && factors.every((factor, i) => factor * weights[i]! <= MOST_INT16 && factor * most[i]! < 2 ** 31) ? { shift, factors } : null;
}

/** Products of weights and activations are 16 bits by 16. */
const MOST_INT16 = 32767;
/** The zero point, shifted, is no larger than the upper half of a product. */
const MOST_EVEN_SHIFT = 21;

function writeEven(view: DataView, channel: Channel, lane: number, shift: number, bias: number, factor: number, outputZeroPoint: number): void {
  const zeroPoint = (outputZeroPoint + (isConstant(channel) ? channel.code : 0)) * 2 ** shift;
  view.setInt32(abi.RESCALE_V128_EVEN, shift, true);
  view.setInt32(abi.RESCALE_V128_BIAS + 4 * lane, bias * factor, true);
  view.setInt32(abi.RESCALE_V128_EVEN_MULTIPLIER + 4 * lane, isConstant(channel) ? 0 : channel.mantissa, true);
  view.setInt32(abi.RESCALE_V128_EVEN_ADDEND + 4 * lane, zeroPoint + 2 ** (shift - 1) + (isConstant(channel) || channel.shift >= 0 ? 0 : factor / 4), true);
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
 * @param weights of every channel, the largest magnitude of its weights, if the kernel knows RESCALE_V128_EVEN
 */
export function packRescaleV128({ multipliers, bias, outputZeroPoint, min }: Outputs, products: Float64Array, weights?: Float64Array): RescaleV128 | null {
  const channels = Array.from(bias, (b, c) => channelOf(multipliers.length === 1 ? multipliers[0]! : multipliers[c]!, b, products[c]!));
  const most = channels.map((channel, c) => (isConstant(channel) ? 0 : products[c]! + Math.abs(bias[c]!)));
  const blocks = (write: (view: DataView, channel: Channel, lane: number, block: number) => void) =>
    Array.from({ length: Math.ceil(bias.length / 8) }, (_, block) => {
      const view = new DataView(new ArrayBuffer(abi.RESCALE_V128_BYTES));
      channels.slice(8 * block, 8 * block + 8).forEach((channel, lane) => {
        view.setInt32(abi.RESCALE_V128_BIAS + 4 * lane, bias[8 * block + lane]!, true);
        write(view, channel, lane, block);
      });
      return new Uint8Array(view.buffer);
    });
  if (channels.every((channel, c) => isConstant(channel) || (most[c]! < MOST_SMALL && most[c]! * 2 ** channel.shift < 2 ** 31))) {
    const relu = min >= outputZeroPoint, eights = Array.from({ length: Math.ceil(bias.length / 8) }, (_, block) => [8 * block, 8 * block + 8] as const);
    const evens = eights.map(([from, to]) => (relu && weights ? evenOf(channels.slice(from, to), most.slice(from, to), weights.subarray(from, to)) : null));
    const written = blocks((view, channel, lane, block) => {
      const even = evens[block];
      if (even) writeEven(view, channel, lane, even.shift, bias[8 * block + lane]!, even.factors[lane]!, outputZeroPoint);
      else writeSmall(view, channel, lane, relu);
    });
    return { kind: relu ? abi.RESCALE_V128_RELU : abi.RESCALE_V128_SMALL, common: 0, blocks: written, factors: channels.map((_, c) => evens[c >> 3]?.factors[c & 7] ?? 1) };
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
    kind: abi.RESCALE_V128_WIDE, common, factors: channels.map(() => 1),
    blocks: blocks((view, channel, lane) => {
      const { mantissa, right, addend } = wide(channel);
      view.setInt32(abi.RESCALE_V128_WIDE_MULTIPLIER + 4 * lane, mantissa, true);
      view.setInt32(abi.RESCALE_V128_WIDE_ADDEND + 4 * lane, addend, true);
      view.setFloat32(abi.RESCALE_V128_WIDE_SHIFT + 4 * lane, 2 ** -(right - 1 - common), true);
    }),
  };
}
