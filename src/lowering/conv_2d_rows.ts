// CONV_2D in plain loops over bytes that lie together, which a compiler vectorizes (assembly/kernels/conv_2d_rows.ts).
import * as abi from "../../assembly/abi/conv_2d_rows";
import type { Conv2d } from "./conv_2d";
import type { Form } from "./form";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { bytesOfInt32, concatenate, tilesPerSlice } from "./packing";
import { rescaleRows } from "./rescale_rows";
import { writeWindow } from "./window";

/** Terms of a vector. */
const BLOCK = 16;

/** How a patch is cut into rows: its filter's, where those may be read in place, else one of all terms. */
function rowsOf({ groups, groupC, depth, y, x }: Conv2d) {
  const rowTerms = x.kernel * groupC;
  const together = x.kernel === 1 || (groups === 1 && x.dilation === 1);
  const inPlace = together && (y.kernel === 1 || rowTerms % BLOCK === 0);
  return { inPlace, rows: inPlace ? y.kernel : 1, rowTerms: inPlace ? rowTerms : depth, blocks: Math.ceil((inPlace ? rowTerms : depth) / BLOCK) };
}

/** Weights [channels][rows][row_terms] -> [width / 4][rows][blocks][4][16], what is missing 0. */
function packRows(weights: Int8Array, channels: number, width: number, rows: number, rowTerms: number, blocks: number): Uint8Array {
  const packed = new Uint8Array(width * rows * blocks * BLOCK);
  for (let c = 0; c < channels; c++)
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < rowTerms; i++)
        packed[(((c >> 2) * rows + row) * blocks + Math.floor(i / BLOCK)) * 4 * BLOCK + (c & 3) * BLOCK + (i % BLOCK)] = weights[(c * rows + row) * rowTerms + i]!;
  return packed;
}

/** The slices of all groups one after another, each {biases, entries, weights}. */
function packSlices(conv: Conv2d, sliceC: number): { bytes: Uint8Array; folded: boolean } {
  const { outC, groups, depth, weights, bias } = conv, { rows, rowTerms, blocks } = rowsOf(conv);
  const rescale = rescaleRows(conv), groupOut = outC / groups;
  const parts: Uint8Array[] = [];
  for (let group = 0; group < outC; group += groupOut)
    for (let first = group; first < group + groupOut; first += sliceC) {
      const end = Math.min(first + sliceC, group + groupOut), width = Math.ceil((end - first) / 4) * 4;
      const biases = new Int32Array(width);
      biases.set(bias.subarray(first, end));
      parts.push(bytesOfInt32(biases), rescale.entries(first, end, width), packRows(weights.subarray(first * depth, end * depth), end - first, width, rows, rowTerms, blocks));
    }
  return { bytes: concatenate(parts), folded: rescale.folded };
}

function emitConv2dRows(op: Op, emit: Emitter, conv: Conv2d): void {
  const { batches, inC, outC, groups, groupC, depth, y, x } = conv, { inPlace, rows, blocks } = rowsOf(conv);
  const groupOut = outC / groups, tileBytes = 4 * (4 + 16 + rows * blocks * BLOCK);
  const sliceC = 4 * tilesPerSlice(emit.target.sliceBytes, tileBytes, Math.ceil(groupOut / 4));
  const { bytes, folded } = packSlices(conv, sliceC);
  emit.step("conv_2d_rows", abi.CONV_2D_ROWS_SIZE, (r) => {
    r.input(abi.CONV_2D_ROWS_INPUT, op.input(0));
    r.output(abi.CONV_2D_ROWS_OUTPUT, op.output());
    r.slices(abi.CONV_2D_ROWS_SLICES, abi.CONV_2D_ROWS_BUFFER, bytes, (sliceC / 4) * tileBytes);
    r.scratch(abi.CONV_2D_ROWS_PATCH, inPlace && !y.touchesBorder && !x.touchesBorder ? 0 : depth + BLOCK);
    r.scratch(abi.CONV_2D_ROWS_SUMS, 4 * sliceC);
    writeWindow(r, batches, y, x);
    r.i32(abi.CONV_2D_ROWS_IN_C, inC);
    r.i32(abi.CONV_2D_ROWS_GROUPS, groups);
    r.i32(abi.CONV_2D_ROWS_GROUP_C, groupC);
    r.i32(abi.CONV_2D_ROWS_OUT_C, groupOut);
    r.i32(abi.CONV_2D_ROWS_SLICE_C, sliceC);
    r.i32(abi.CONV_2D_ROWS_OUT_STRIDE, outC);
    r.i32(abi.CONV_2D_ROWS_IN_PLACE, inPlace ? 1 : 0);
    r.i32(abi.CONV_2D_ROWS_ROWS, rows);
    r.i32(abi.CONV_2D_ROWS_BLOCKS, blocks);
    r.i32(abi.CONV_2D_ROWS_FILL, conv.inputZeroPoint & 255);
    r.i32(abi.CONV_2D_ROWS_FOLDED, folded ? 1 : 0);
    r.i32(abi.CONV_2D_ROWS_OUTPUT_OFFSET, conv.outputZeroPoint);
    r.i32(abi.CONV_2D_ROWS_MIN, conv.min);
    r.i32(abi.CONV_2D_ROWS_MAX, conv.max);
  });
}

/** Instructions on a Cortex-M55: per block of 64 products, per four channels, per output, per pixel and slice. */
const vector = (conv: Conv2d, { target }: Emitter) => {
  const { batches, outC, groups, y, x } = conv, { rows, blocks } = rowsOf(conv);
  const pixels = batches * y.output * x.output, fours = groups * Math.ceil(outC / groups / 4);
  const slices = Math.ceil(fours / tilesPerSlice(target.sliceBytes, 4 * (20 + rows * blocks * BLOCK), fours / groups));
  return pixels * (fours * (30 + rows * (20 + 10 * blocks)) + 11 * outC + 150 * slices);
};

export const CONV_2D_ROWS: Form<Conv2d> = { cost: { vector }, emit: emitConv2dRows };
