// FULLY_CONNECTED in tiles of eight channels (assembly/kernels/fully_connected.ts): one load of eight weights for four multiplications. int4: in tiles
// of fifteen, one load for six.
import * as abi from "../../assembly/abi/fully_connected";
import type { Form } from "./form";
import type { FullyConnected } from "./fully_connected";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { concatenate, packC15, packC8, packMultiplier, packTile, tilesPerSlice } from "./packing";

function emitTiles(op: Op, emit: Emitter, layer: FullyConnected): void {
  const { batches, outC, depth, weights, int4, bias, multipliers } = layer;
  const shared = multipliers.length === 1;
  const tiles: Uint8Array[] = [];
  const channels = int4 ? abi.FULLY_CONNECTED_INT4_CHANNELS : 8, places = int4 ? 16 : 8;
  for (let first = 0; first < outC; first += channels) {
    const end = Math.min(first + channels, outC), tile = weights.subarray(first * depth, end * depth);
    const packed = int4 ? packC15(tile, end - first, depth) : packC8(tile, end - first, depth, emit.target.core !== "mcu");
    tiles.push(packTile(places, bias.subarray(first, end), shared ? null : multipliers.slice(first, end), packed));
  }
  const perSlice = tilesPerSlice(emit.target.sliceBytes, tiles[0]!.length, tiles.length);
  emit.step(int4 ? "fully_connected_int4" : "fully_connected", abi.FULLY_CONNECTED_SIZE, (r) => {
    r.input(abi.FULLY_CONNECTED_INPUT, op.input(0));
    r.output(abi.FULLY_CONNECTED_OUTPUT, op.output());
    r.slices(abi.FULLY_CONNECTED_TILES, abi.FULLY_CONNECTED_BUFFER, concatenate(tiles), perSlice * tiles[0]!.length);
    if (shared) r.constant(abi.FULLY_CONNECTED_MULTIPLIER, packMultiplier(multipliers[0]!));
    r.scratch(abi.FULLY_CONNECTED_SUMS, (int4 ? abi.FULLY_CONNECTED_INT4_SUMS_BYTES : abi.FULLY_CONNECTED_SUMS_BYTES) + 4 * batches);
    r.i32(abi.FULLY_CONNECTED_BATCHES, batches);
    r.i32(abi.FULLY_CONNECTED_DEPTH, depth);
    r.i32(abi.FULLY_CONNECTED_OUT_C, outC);
    r.i32(abi.FULLY_CONNECTED_SLICE_C, channels * perSlice);
    r.i32(abi.FULLY_CONNECTED_WEIGHTS_OFFSET, layer.weightsOffset - (int4 ? 8 : 128)); // what packing adds
    r.i32(abi.FULLY_CONNECTED_OUTPUT_OFFSET, layer.outputZeroPoint);
    r.i32(abi.FULLY_CONNECTED_MIN, layer.min);
    r.i32(abi.FULLY_CONNECTED_MAX, layer.max);
    r.i32s(abi.FULLY_CONNECTED_MASK, int4 ? [abi.FULLY_CONNECTED_NIBBLES_LOW, abi.FULLY_CONNECTED_NIBBLES_HIGH] : [abi.FULLY_CONNECTED_MASK_LOW, abi.FULLY_CONNECTED_MASK_HIGH]);
  });
}

export const FULLY_CONNECTED_PAIRED_CHANNELS: Form<FullyConnected> = {
  name: "fully_connected",
  /** Layers, terms of rows, tiles, terms of tiles, outputs. */
  terms({ batches, outC, depth }) {
    const tiles = batches * Math.ceil(outC / 8);
    return [1, batches * depth, tiles, tiles * depth, batches * outC];
  },
  costs: { desktop: [], fast: [1990, 77, 4400, 303, 672], classic: [11200, 230, 8580, 678, 1600], scalar: [832, 6.51, 545, 76.4, 110], dsp: [530, 8.43, 336, 58.8, 92.5], vector: [563, 0, 319, 56.8, 93.8] }, // npm run bench:grid -- --fit
  emit: emitTiles,
};
