// Layers whose sums take 64 bits, as int16 activations ask for: how they are rounded, and tiles of their weights (assembly/abi/wide_tile.ts).
import { ROUND_ONCE, ROUND_TWICE, WIDE_TILE_C, WIDE_TILE_MULTIPLIERS, WIDE_TILE_WEIGHTS } from "../../assembly/abi/wide_tile";
import type { Tensor } from "../graph/tensor";
import type { Emitter } from "./lowering";
import type { Multiplier } from "./multiplier";
import type { Op } from "./op";
import { channelMultipliers, tilesPerSlice } from "./packing";
import { quantizationOf } from "./quantization";
import type { RecordWriter } from "./record";

/** What the tiles of a layer are made of. */
export interface WideLayer {
  readonly channels: number;
  readonly depth: number;
  /** Of output channel c, term d. */
  weight(c: number, d: number): number;
  readonly bias: Tensor | null;
  /** One per channel, or one for all. */
  readonly multipliers: readonly Multiplier[];
  readonly rounding: number;
}

/**
 * How sums of int16 activations are rounded: twice where the bias is int32, once where it is int64 or absent.
 * @param absent what the option quantized_bias_type says where there is no bias, for operators that have it
 */
export function wideRounding(bias: Tensor | null, absent = "FLOAT32"): number {
  return (bias ? bias.type === "int32" : absent === "INT32") ? ROUND_TWICE : ROUND_ONCE;
}

/** The largest factor whose shift `rescale_wide` can take when it rounds once. */
const MOST_ROUNDED_ONCE = 2 ** 14;

/** Refuses factors that the rounding has no bits for. @param weights their scales decide */
export function checkWideRescale(op: Op, weights: Tensor, rounding: number, input = op.input(0)): void {
  const factor = (quantizationOf(input).scale * Math.max(...weights.quantization!.scale)) / quantizationOf(op.output()).scale;
  if (rounding === ROUND_ONCE && factor >= MOST_ROUNDED_ONCE)
    op.refuse(`its sums are rescaled by ${factor}, ${MOST_ROUNDED_ONCE} or more`, "the output's scale is far too small for these inputs: quantize again with data that reaches this tensor");
}

/** Multipliers as `rescale_wide` takes them: of 16 bits where the product is rounded once. Source: TFLM kernels/internal/common.cc. */
export function wideMultipliers(multipliers: readonly Multiplier[], rounding: number): Multiplier[] {
  if (rounding === ROUND_TWICE) return [...multipliers];
  return multipliers.map(({ mantissa, shift }) => ({ mantissa: mantissa >= 0x7fff0000 ? 0x7fff : (mantissa + 2 ** 15) >> 16, shift }));
}

/** Multipliers of an operator whose second operand has scales per channel or one. */
export function operandMultipliers(input: Tensor, weights: Tensor, output: Tensor, rounding: number): Multiplier[] {
  return wideMultipliers(channelMultipliers(quantizationOf(input).scale, weights.quantization!.scale, quantizationOf(output).scale), rounding);
}

/** Values of a bias of any integer type; 0 where there is none. */
function biasOf(bias: Tensor | null): (c: number) => bigint {
  if (!bias) return () => 0n;
  const view = new DataView(bias.data!.buffer, bias.data!.byteOffset, bias.data!.byteLength);
  if (bias.type === "int64") return (c) => view.getBigInt64(8 * c, true);
  return (c) => BigInt(bias.type === "int16" ? view.getInt16(2 * c, true) : view.getInt32(4 * c, true));
}

/** Bytes of a tile. */
function tileBytes({ depth }: WideLayer): number {
  return WIDE_TILE_WEIGHTS + Math.ceil((WIDE_TILE_C * depth) / 8) * 8;
}

/** Tiles of the layer's channels, those of every group of `groupC` by themselves. */
function packWideTiles(layer: WideLayer, groupC: number): Uint8Array {
  const { channels, depth, multipliers } = layer;
  const bytes = tileBytes(layer), tilesOfGroup = Math.ceil(groupC / WIDE_TILE_C);
  const tiles = new DataView(new ArrayBuffer((channels / groupC) * tilesOfGroup * bytes));
  const bias = biasOf(layer.bias);
  for (let c = 0; c < channels; c++) {
    const inGroup = c % groupC, lane = inGroup % WIDE_TILE_C;
    const at = (Math.floor(c / groupC) * tilesOfGroup + Math.floor(inGroup / WIDE_TILE_C)) * bytes;
    const { mantissa, shift } = multipliers.length === 1 ? multipliers[0]! : multipliers[c]!;
    tiles.setBigInt64(at + 8 * lane, bias(c), true);
    tiles.setInt32(at + WIDE_TILE_MULTIPLIERS + 8 * lane, mantissa, true);
    tiles.setInt32(at + WIDE_TILE_MULTIPLIERS + 8 * lane + 4, shift, true);
    for (let d = 0; d < depth; d++) tiles.setInt8(at + WIDE_TILE_WEIGHTS + WIDE_TILE_C * d + lane, layer.weight(c, d));
  }
  return new Uint8Array(tiles.buffer);
}

/** Where a record has what kernels of wide layers share. */
export interface WideFields {
  readonly tiles: number;
  readonly buffer: number;
  readonly sliceC: number;
  readonly tileBytes: number;
  readonly rounding: number;
}

/** Writes a layer's tiles, in slices as the target asks. */
export function writeWideTiles(r: RecordWriter, emit: Emitter, layer: WideLayer, fields: WideFields, groups = 1): void {
  const groupC = layer.channels / groups, bytes = tileBytes(layer);
  const perSlice = tilesPerSlice(emit.target.sliceBytes, bytes, Math.ceil(groupC / WIDE_TILE_C));
  r.slices(fields.tiles, fields.buffer, packWideTiles(layer, groupC), perSlice * bytes);
  r.i32(fields.sliceC, WIDE_TILE_C * perSlice);
  r.i32(fields.tileBytes, bytes);
  r.i32(fields.rounding, layer.rounding);
}
