// FULLY_CONNECTED for compiled code, in tiles of four channels: for cores that multiply halves of words (assembly/kernels/fully_connected_pairs.ts)
// and for those that do not (assembly/kernels/fully_connected_bytes.ts).
import * as abi from "../../assembly/abi/fully_connected_pairs";
import type { Form } from "./form";
import type { FullyConnected } from "./fully_connected";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { concatenate, packC4, packMultiplier, packTile, tilesPerSlice } from "./packing";

/** Where a word has the terms of its block, so that a mask leaves neighbours: bytes 0 and 2, 1 and 3. */
const ORDER = [0, 2, 1, 3];

/** Weights [channels][depth] of up to four channels -> uint8 [ceil(depth / 4)][4][4], 128 added; missing ones are 0. */
export function packPairs(weights: Int8Array, channels: number, depth: number): Uint8Array {
  const packed = new Uint8Array(16 * Math.ceil(depth / 4));
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < depth; i++) packed[16 * (i >> 2) + 4 * c + ORDER[i & 3]!] = weights[c * depth + i]! + 128;
  return packed;
}

/** @param pairs for which of the two kernels */
function emitTiles(op: Op, emit: Emitter, layer: FullyConnected, pairs: boolean): void {
  const { batches, outC, depth, weights, bias, multipliers } = layer;
  const shared = multipliers.length === 1, blocks = Math.ceil(depth / 4);
  const tiles: Uint8Array[] = [];
  for (let first = 0; first < outC; first += 4) {
    const end = Math.min(first + 4, outC);
    const packed = (pairs ? packPairs : packC4)(weights.subarray(first * depth, end * depth), end - first, depth);
    tiles.push(packTile(4, bias.subarray(first, end), shared ? null : multipliers.slice(first, end), packed));
  }
  const perSlice = tilesPerSlice(emit.target.sliceBytes, tiles[0]!.length, tiles.length);
  emit.step(pairs ? "fully_connected_pairs" : "fully_connected_bytes", abi.FULLY_CONNECTED_PAIRS_SIZE, (r) => {
    r.input(abi.FULLY_CONNECTED_PAIRS_INPUT, op.input(0));
    r.output(abi.FULLY_CONNECTED_PAIRS_OUTPUT, op.output());
    r.slices(abi.FULLY_CONNECTED_PAIRS_TILES, abi.FULLY_CONNECTED_PAIRS_BUFFER, concatenate(tiles), perSlice * tiles[0]!.length);
    if (shared) r.constant(abi.FULLY_CONNECTED_PAIRS_MULTIPLIER, packMultiplier(multipliers[0]!));
    r.scratch(abi.FULLY_CONNECTED_PAIRS_ROW, pairs ? 8 * blocks : 0);
    r.i32(abi.FULLY_CONNECTED_PAIRS_BATCHES, batches);
    r.i32(abi.FULLY_CONNECTED_PAIRS_DEPTH, depth);
    r.i32(abi.FULLY_CONNECTED_PAIRS_BLOCKS, blocks);
    r.i32(abi.FULLY_CONNECTED_PAIRS_OUT_C, outC);
    r.i32(abi.FULLY_CONNECTED_PAIRS_SLICE_C, 4 * perSlice);
    r.i32(abi.FULLY_CONNECTED_PAIRS_WEIGHTS_OFFSET, layer.weightsOffset - (pairs ? 128 : 0)); // packPairs adds 128
    r.i32(abi.FULLY_CONNECTED_PAIRS_OUTPUT_OFFSET, layer.outputZeroPoint);
    r.i32(abi.FULLY_CONNECTED_PAIRS_MIN, layer.min);
    r.i32(abi.FULLY_CONNECTED_PAIRS_MAX, layer.max);
    r.i32(abi.FULLY_CONNECTED_PAIRS_MASK, 0x00ff00ff);
  });
}

/** Sums stay below 2^30 (assembly/arithmetic/rescale_32.ts) wherever they are shifted to the right. */
const rescales = ({ depth, bias, multipliers }: FullyConnected) => multipliers.every(({ shift }) => shift >= 0) || bias.every((b) => Math.abs(b) + depth * 2 ** 15 < 2 ** 30);

/** Layers, terms of rows, tiles, terms of tiles, outputs. */
function terms(layer: FullyConnected): readonly number[] | null {
  const { batches, outC, depth } = layer, tiles = batches * Math.ceil(outC / 4);
  return rescales(layer) ? [1, batches * depth, tiles, tiles * depth, batches * outC] : null;
}

// costs: npm run bench:grid -- --fit
export const FULLY_CONNECTED_PAIRS: Form<FullyConnected> = {
  name: "fully_connected_pairs", terms, costs: { dsp: [421, 7.1, 337, 8.67, 0] }, emit: (op, emit, layer) => emitTiles(op, emit, layer, true),
};

export const FULLY_CONNECTED_BYTES: Form<FullyConnected> = {
  name: "fully_connected_bytes", terms, costs: { scalar: [573, 0.303, 409, 18.7, 12.4] }, emit: (op, emit, layer) => emitTiles(op, emit, layer, false),
};
