// CONV_2D in blocks of six pixels, three to a 64-bit word (assembly/kernels/conv_2d.ts): any layer on any machine, and the one
// for weights with a zero point or of four bits, which are decoded as they are multiplied.
import * as abi from "../../assembly/abi/conv_2d";
import type { Conv2d } from "./conv_2d";
import type { Form } from "./form";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { concatenate, packC4, packMultiplier, packNibbles, packTile, tilesPerSlice } from "./packing";
import { spillOf } from "./weights";
import { copiesPatches, writeWindow } from "./window";

function emitBlocks(op: Op, emit: Emitter, conv: Conv2d): void {
  const { batches, inC, outC, groups, groupC, depth, y, x, weights, weightsOffset, int4, bias, multipliers } = conv;
  const groupOut = outC / groups;
  const shared = multipliers.length === 1;
  const tiles: Uint8Array[] = [];
  for (let group = 0; group < outC; group += groupOut)
    for (let first = group; first < group + groupOut; first += 4) {
      const end = Math.min(first + 4, group + groupOut);
      const packed = packC4(weights.subarray(first * depth, end * depth), end - first, depth);
      tiles.push(packTile(4, bias.subarray(first, end), shared ? null : multipliers.slice(first, end), int4 ? packNibbles(packed) : packed));
    }
  const tileBytes = tiles[0]!.length, perSlice = tilesPerSlice(emit.target.sliceBytes, tileBytes, tiles.length / groups);
  const offset = weightsOffset !== 0; // int4 weights have none
  emit.step(int4 ? "conv_2d_int4" : offset ? "conv_2d_offset" : "conv_2d", offset ? abi.CONV_2D_OFFSET_SIZE : abi.CONV_2D_SIZE, (r) => {
    r.input(abi.CONV_2D_INPUT, op.input(0));
    r.slices(abi.CONV_2D_TILES, abi.CONV_2D_BUFFER, concatenate(tiles), perSlice * tileBytes);
    if (shared) r.constant(abi.CONV_2D_MULTIPLIER, packMultiplier(multipliers[0]!));
    r.output(abi.CONV_2D_OUTPUT, op.output());
    r.scratch(abi.CONV_2D_PACKS, depth * abi.CONV_2D_TERM_BYTES);
    r.scratch(abi.CONV_2D_PATCHES, copiesPatches(groups, y, x) ? 3 * depth : 0);
    r.scratch(abi.CONV_2D_SUMS, abi.CONV_2D_SUMS_BYTES + (offset ? abi.CONV_2D_TOTALS_BYTES : 0));
    writeWindow(r, batches, y, x);
    r.i32(abi.CONV_2D_IN_C, inC);
    r.i32(abi.CONV_2D_GROUPS, groups);
    r.i32(abi.CONV_2D_GROUP_C, groupC);
    r.i32(abi.CONV_2D_OUT_C, groupOut);
    r.i32(abi.CONV_2D_SLICE_C, 4 * perSlice);
    r.i32(abi.CONV_2D_OUT_STRIDE, outC);
    r.i32(abi.CONV_2D_DEPTH, depth);
    r.i32(abi.CONV_2D_SPILL, spillOf(conv));
    r.i32(abi.CONV_2D_FILL, conv.inputZeroPoint);
    r.i32(abi.CONV_2D_OUTPUT_OFFSET, conv.outputZeroPoint);
    r.i32(abi.CONV_2D_MIN, conv.min);
    r.i32(abi.CONV_2D_MAX, conv.max);
    if (offset) r.i32(abi.CONV_2D_WEIGHTS_OFFSET, weightsOffset);
  });
}

export const CONV_2D_BLOCKS: Form<Conv2d> = {
  name: "conv_2d",
  /** Layers, blocks, terms of blocks, tiles, terms of tiles, outputs, terms that are copied out. A slice is staged for every block. */
  terms({ batches, groups, outC, depth, y, x }) {
    const pixels = y.output * x.output, blocks = batches * groups * Math.ceil(pixels / 6), tiles = blocks * Math.ceil(outC / groups / 4);
    return [1, blocks, blocks * depth, tiles, tiles * depth, batches * pixels * outC, copiesPatches(groups, y, x) ? batches * pixels * groups * depth : 0];
  },
  costs: { desktop: [], fast: [686, 5960, 315, 3190, 594, 458, 74.6], classic: [34100, 12600, 661, 8870, 1320, 863, 225], scalar: [612, 923, 58.6, 536, 166, 57.8, 12.1], dsp: [285, 632, 39.4, 380, 150, 57.5, 9.75], vector: [318, 543, 30.8, 400, 139, 46.3, 12.8] }, // npm run bench:grid -- --fit
  emit: emitBlocks,
};
