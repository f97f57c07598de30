// CONV_2D in plain loops over bytes that lie together, which a compiler vectorizes (assembly/kernels/conv_2d_rows.ts).
import * as abi from "../../assembly/abi/conv_2d_rows";
import type { Conv2d } from "./conv_2d";
import type { Form } from "./form";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { concatenate, packTile, tilesPerSlice } from "./packing";
import { rescaleRows } from "./rescale_rows";
import { writeWindow, type WindowAxis } from "./window";

/** Terms of a vector. */
const BLOCK = 16;

/** Patches that are copied out before they are multiplied: a tile is set up once for all of them. */
const MOST_PATCHES = 16;
/** Scratch that they may take, one always. */
const MOST_PATCH_BYTES = 1024;

/** Rows of equal numbers of blocks, none too long, with the fewest blocks in all that `terms` fit. */
function cut(terms: number): { rows: number; blocks: number } {
  const needed = Math.ceil(terms / BLOCK);
  if (needed <= abi.ROW_BLOCKS) return { rows: 1, blocks: needed };
  let best = { rows: needed, blocks: 1 };
  for (let blocks = abi.ROW_BLOCKS; blocks > abi.ROW_BLOCKS / 2; blocks--) {
    const rows = Math.ceil(needed / blocks);
    if (best.blocks === 1 || rows * blocks < best.rows * best.blocks) best = { rows, blocks };
  }
  return best;
}

/** How a patch is cut into rows, and how many bytes lie between two of them: in the input, and in a copy. */
function rowsOf({ inC, groups, groupC, depth, y, x }: Conv2d) {
  const rowTerms = x.kernel * groupC;
  const together = x.kernel === 1 || (groups === 1 && x.dilation === 1); // the taps of a filter's row
  if (together && y.kernel > 1 && rowTerms % BLOCK === 0 && rowTerms <= abi.ROW_BLOCKS * BLOCK)
    return { inPlace: true, rows: y.kernel, blocks: rowTerms / BLOCK, rowTerms, rowStep: y.dilation * x.input * inC, patchStep: rowTerms };
  const { rows, blocks } = cut(depth), step = BLOCK * blocks;
  return { inPlace: together && y.kernel === 1, rows, blocks, rowTerms: step, rowStep: step, patchStep: step };
}

/** Weights [channels][depth] -> [rows][blocks][width][16], what is missing 0. @param width channels of the tile: 4 or 1 */
function packRows(weights: Int8Array, channels: number, depth: number, width: number, { rows, blocks, rowTerms }: ReturnType<typeof rowsOf>): Uint8Array {
  const packed = new Uint8Array(width * BLOCK * rows * blocks);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < depth; i++) {
      const row = Math.floor(i / rowTerms), term = i % rowTerms;
      packed[((row * blocks + Math.floor(term / BLOCK)) * width + c) * BLOCK + (term % BLOCK)] = weights[c * depth + i]!;
    }
  return packed;
}

/** A 1x1 filter without strides knows no rows and batches: all pixels are one run. */
function asRun(conv: Conv2d): Conv2d {
  const one = ({ kernel, stride }: WindowAxis) => kernel === 1 && stride === 1;
  if (!one(conv.y) || !one(conv.x)) return conv;
  const pixels = conv.batches * conv.y.input * conv.x.input;
  return { ...conv, batches: 1, y: { ...conv.y, input: 1, output: 1 }, x: { ...conv.x, input: pixels, output: pixels } };
}

/** Whether sums become outputs where they are. Elsewhere they wait in scratch, for a kernel that takes every layer. */
function foldedOf(conv: Conv2d) {
  const rescale = rescaleRows({ ...conv, sumsBeginWithBias: false });
  return rescale.folded ? rescale : null;
}

/** Patches that are copied out before they are multiplied. */
const patchesOf = ({ depth, y, x }: Conv2d) => Math.max(Math.min(MOST_PATCHES, Math.floor(MOST_PATCH_BYTES / depth), y.output * x.output), 1);

function emitRows(op: Op, emit: Emitter, layer: Conv2d): void {
  const conv = asRun(layer), cutting = rowsOf(conv), { inPlace, rows, blocks } = cutting;
  const { batches, inC, outC, groups, groupC, depth, weights, bias, multipliers, y, x } = conv;
  const groupOut = outC / groups, folded = foldedOf(conv);
  const tiles: Uint8Array[] = [];
  for (let group = 0; group < outC; group += groupOut)
    for (let at = group, last = group + groupOut; at < last; ) {
      const width = folded && abi.channelsAlone(last - at, groupOut) === last - at ? 1 : 4;
      const first = folded && width === 4 ? Math.min(at, last - 4) : at, end = Math.min(first + width, last);
      at = end;
      const rowsOfTile = packRows(weights.subarray(first * depth, end * depth), end - first, depth, width, cutting);
      const each = Array.from({ length: end - first }, (_, c) => multipliers[multipliers.length === 1 ? 0 : first + c]!);
      tiles.push(folded ? concatenate([folded.entries(first, end, width), rowsOfTile]) : packTile(4, bias.subarray(first, end), each, rowsOfTile));
    }
  const fours = Math.ceil(groupOut / 4), tileBytes = (folded ? 64 : 48) + 4 * BLOCK * rows * blocks, perSlice = tilesPerSlice(emit.target.sliceBytes, tileBytes, fours);
  const packed = concatenate(tiles), slice = Math.min(perSlice * tileBytes, packed.length / groups);
  const copies = !inPlace || y.touchesBorder || x.touchesBorder;
  const patches = patchesOf(conv);
  emit.step("conv_2d_rows", abi.CONV_2D_ROWS_SIZE, (r) => {
    r.input(abi.CONV_2D_ROWS_INPUT, op.input(0));
    r.output(abi.CONV_2D_ROWS_OUTPUT, op.output());
    r.slices(abi.CONV_2D_ROWS_TILES, abi.CONV_2D_ROWS_BUFFER, packed, slice);
    r.scratch(abi.CONV_2D_ROWS_PATCHES, copies ? patches * depth + BLOCK : 0);
    r.scratch(abi.CONV_2D_ROWS_SUMS, folded ? 0 : 4 * 4 * abi.TILE_PIXELS);
    writeWindow(r, batches, y, x);
    r.i32(abi.CONV_2D_ROWS_IN_C, inC);
    r.i32(abi.CONV_2D_ROWS_GROUPS, groups);
    r.i32(abi.CONV_2D_ROWS_GROUP_C, groupC);
    r.i32(abi.CONV_2D_ROWS_OUT_C, groupOut);
    r.i32(abi.CONV_2D_ROWS_SLICE_C, 4 * perSlice);
    r.i32(abi.CONV_2D_ROWS_OUT_STRIDE, outC);
    r.i32(abi.CONV_2D_ROWS_IN_PLACE, inPlace ? 1 : 0);
    r.i32(abi.CONV_2D_ROWS_ROWS, rows);
    r.i32(abi.CONV_2D_ROWS_BLOCKS, blocks);
    r.i32(abi.CONV_2D_ROWS_ROW_STEP, cutting.rowStep);
    r.i32(abi.CONV_2D_ROWS_PATCH_STEP, cutting.patchStep);
    r.i32(abi.CONV_2D_ROWS_PATCH_BYTES, depth);
    r.i32(abi.CONV_2D_ROWS_MOST_PATCHES, patches);
    r.i32(abi.CONV_2D_ROWS_FOLDED, folded ? 1 : 0);
    r.i32(abi.CONV_2D_ROWS_FILL, conv.inputZeroPoint & 255);
    r.i32(abi.CONV_2D_ROWS_OUTPUT_OFFSET, conv.outputZeroPoint);
    r.i32(abi.CONV_2D_ROWS_MIN, conv.min);
    r.i32(abi.CONV_2D_ROWS_MAX, conv.max);
  });
}

export const CONV_2D_ROWS: Form<Conv2d> = {
  name: "conv_2d_rows",
  /** Layers, tiles that a run of pixels meets, rows of tiles, blocks of 16 terms of tiles and of channels, outputs, outputs that wait in scratch, terms copied out. */
  terms(layer, { target }) {
    const conv = asRun(layer), { batches, outC, groups, y, x } = conv, { inPlace, rows, blocks } = rowsOf(conv);
    const folded = foldedOf(conv) !== null, groupOut = outC / groups, pixels = batches * y.output * x.output;
    const alone = folded ? abi.channelsAlone(groupOut, groupOut) : 0, fours = Math.ceil((groupOut - alone) / 4), tiles = groups * (fours + alone);
    const slices = groups * Math.ceil(fours / tilesPerSlice(target.sliceBytes, 64 * (1 + rows * blocks), fours)), runs = inPlace ? batches * y.output : Math.ceil(pixels / patchesOf(conv));
    const channelBlocks = pixels * rows * blocks * groups * (4 * fours + alone), outputs = pixels * outC;
    return [1, runs * tiles, pixels * tiles * rows, pixels * tiles * rows * blocks, channelBlocks, outputs, folded ? 0 : outputs, inPlace ? 0 : pixels * slices * conv.depth];
  },
  costs: { vector: [597, 145, 37.2, 0, 3.58, 6.04, 36.7, 6.12] }, // npm run bench:grid -- --fit
  emit: emitRows,
};
