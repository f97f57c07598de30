// FULLY_CONNECTED in tiles of eight channels (assembly/kernels/fully_connected.ts): one load of eight weights for four multiplications.
import * as abi from "../../assembly/abi/fully_connected";
import type { Form } from "./form";
import type { FullyConnected } from "./fully_connected";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { concatenate, packC8, packMultiplier, packTile, tilesPerSlice } from "./packing";

function emitTiles(op: Op, emit: Emitter, layer: FullyConnected): void {
  const { batches, outC, depth, weights, bias, multipliers } = layer;
  const shared = multipliers.length === 1;
  const tiles: Uint8Array[] = [];
  for (let first = 0; first < outC; first += 8) {
    const end = Math.min(first + 8, outC);
    const packed = packC8(weights.subarray(first * depth, end * depth), end - first, depth, emit.target.core !== "mcu");
    tiles.push(packTile(8, bias.subarray(first, end), shared ? null : multipliers.slice(first, end), packed));
  }
  const perSlice = tilesPerSlice(emit.target.sliceBytes, tiles[0]!.length, tiles.length);
  emit.step("fully_connected", abi.FULLY_CONNECTED_SIZE, (r) => {
    r.input(abi.FULLY_CONNECTED_INPUT, op.input(0));
    r.output(abi.FULLY_CONNECTED_OUTPUT, op.output());
    r.slices(abi.FULLY_CONNECTED_TILES, abi.FULLY_CONNECTED_BUFFER, concatenate(tiles), perSlice * tiles[0]!.length);
    if (shared) r.constant(abi.FULLY_CONNECTED_MULTIPLIER, packMultiplier(multipliers[0]!));
    r.scratch(abi.FULLY_CONNECTED_SUMS, abi.FULLY_CONNECTED_SUMS_BYTES + 4 * batches);
    r.i32(abi.FULLY_CONNECTED_BATCHES, batches);
    r.i32(abi.FULLY_CONNECTED_DEPTH, depth);
    r.i32(abi.FULLY_CONNECTED_OUT_C, outC);
    r.i32(abi.FULLY_CONNECTED_SLICE_C, 8 * perSlice);
    r.i32(abi.FULLY_CONNECTED_WEIGHTS_OFFSET, layer.weightsOffset - 128); // packC8 adds 128
    r.i32(abi.FULLY_CONNECTED_OUTPUT_OFFSET, layer.outputZeroPoint);
    r.i32(abi.FULLY_CONNECTED_MIN, layer.min);
    r.i32(abi.FULLY_CONNECTED_MAX, layer.max);
    r.i32s(abi.FULLY_CONNECTED_MASK, [abi.FULLY_CONNECTED_MASK_LOW, abi.FULLY_CONNECTED_MASK_HIGH]);
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
