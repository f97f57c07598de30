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

const always = () => 1;

/**
 * Fitted to the layers of ad01 on mps2-an386: instructions of a term of a row, of a term of a tile, of a tile. Compiled for riscv-virt it
 * takes as many within a twentieth.
 */
const cost = (row: number, term: number, tile: number) => ({ batches, outC, depth }: FullyConnected) => batches * (row * depth + Math.ceil(outC / 8) * (tile + term * depth));
const compiled = cost(5, 72, 900);

export const FULLY_CONNECTED_PAIRED_CHANNELS: Form<FullyConnected> = {
  cost: { desktop: always, fast: cost(62, 345, 7700), classic: cost(215, 680, 15_400), scalar: compiled, dsp: compiled, vector: compiled }, emit: emitTiles,
};
