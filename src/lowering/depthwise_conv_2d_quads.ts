// DEPTHWISE_CONV_2D 3x3 for cores that multiply halves of words, four channels and two pixels at once (assembly/kernels/depthwise_conv_2d_quads.ts).
import * as abi from "../../assembly/abi/depthwise_conv_2d_quads";
import type { DepthwiseConv2d } from "./depthwise_conv_2d";
import { foldRescaleHigh, type FoldedRescale } from "./folded_rescale";
import type { Form } from "./form";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { concatenate, foldOffset, tilesPerSlice } from "./packing";
import { writeWindow } from "./window";

/** Scratch that the plane of a part may take. */
const PLANE_BYTES = 4096;

/**
 * The parts that outputs are computed in, and the bytes of the largest one's plane: all rows that are walked at once, and of the columns as many as fit.
 * @param spared bytes that one part would save, as the output then takes the input's place
 */
function partsOf({ y, x }: DepthwiseConv2d, spared: number): { partH: number; partW: number; planeBytes: number } {
  const most = Math.floor((abi.DEPTHWISE_QUADS_MOST_ROWS - 2) / y.stride);
  const partH = Math.ceil(y.output / Math.ceil(y.output / most));
  const column = (partH * y.stride + 2) * 16, pairs = Math.ceil(((x.output - 1) * x.stride + 3) / 2);
  if (pairs * column <= Math.max(PLANE_BYTES, partH < y.output ? 0 : spared)) return { partH, partW: x.output, planeBytes: pairs * column };
  const fits = Math.max(Math.floor(PLANE_BYTES / column), 2) - 1; // and one that the next part begins with
  return { partH, partW: fits * (x.stride === 1 ? 2 : 1), planeBytes: (fits + 1) * column };
}

/** Every channel's rescaling, for sums of activations with 128 added, and the bias those lack; null where the form does not fit the layer. */
function rescalesOf({ multiplier, outC, taps, y, x, weights, bias, multipliers, outputZeroPoint }: DepthwiseConv2d): { rescales: FoldedRescale[]; biases: Int32Array } | null {
  if ((multiplier !== 1 && multiplier % 4 !== 0) || outC < 4 || y.kernel !== 3 || x.kernel !== 3 || y.dilation !== 1 || x.dilation !== 1) return null;
  if (y.stride !== x.stride || x.stride > 2) return null;
  const biases = foldOffset(bias, weights, outC, taps, -128);
  const rescales = foldRescaleHigh(biases, multipliers, 2 * taps, outputZeroPoint); // activations are twice as large
  return rescales && { rescales, biases };
}

/** Four channels from `first` on. */
function packTile(first: number, weights: Int8Array, rescales: readonly FoldedRescale[], biases: Int32Array): Uint8Array {
  const tile = new Uint8Array(abi.TILE_BYTES);
  for (let i = 0; i < 4; i++) {
    const c = first + i, { mantissa, addend, down } = rescales[c]!;
    const view = new DataView(tile.buffer, i * abi.CHANNEL_BYTES, abi.CHANNEL_BYTES);
    view.setBigInt64(abi.CHANNEL_ADDEND, addend, true);
    view.setInt32(abi.CHANNEL_MULTIPLIER, mantissa, true);
    view.setInt32(abi.CHANNEL_DOWN_32, down - 32, true);
    view.setInt32(abi.CHANNEL_BIAS, biases[c]!, true);
    for (let row = 0; row < 3; row++)
      [0, 1, 1, 2].forEach((tap, j) => view.setInt16(abi.CHANNEL_WEIGHTS + 8 * row + 2 * j, weights[9 * c + 3 * row + tap]!, true));
  }
  return tile;
}

function emitQuads(op: Op, emit: Emitter, depthwise: DepthwiseConv2d): void {
  const { batches, inC, outC, multiplier, y, x, weights, inputZeroPoint, outputZeroPoint, min, max } = depthwise;
  const { rescales, biases } = rescalesOf(depthwise)!;
  const input = op.input(0), output = op.output();
  const inPlace = multiplier === 1 && x.stride === 1 && y.input === y.output && x.input === x.output && outC % 4 === 0;
  const { partH, partW, planeBytes } = partsOf(depthwise, inPlace ? y.output * x.output * outC : 0);
  const quads = Array.from({ length: Math.ceil(outC / 4) }, (_, quad) => Math.min(4 * quad, outC - 4));
  const tiles = quads.map((c) => packTile(c, weights, rescales, biases));
  const perSlice = tilesPerSlice(emit.target.sliceBytes, abi.TILE_BYTES, quads.length);
  const signed = outputZeroPoint !== -128 || min !== -128 || max !== 127;
  emit.step(`depthwise_conv_2d_quads${signed ? "_signed" : ""}${x.stride === 1 ? "" : "_s2"}`, abi.DEPTHWISE_QUADS_SIZE, (r) => {
    writeWindow(r, batches, y, x);
    r.input(abi.DEPTHWISE_QUADS_INPUT, input);
    r.output(abi.DEPTHWISE_QUADS_OUTPUT, output);
    r.slices(abi.DEPTHWISE_QUADS_TILES, abi.DEPTHWISE_QUADS_BUFFER, concatenate(tiles), perSlice * abi.TILE_BYTES);
    r.scratch(abi.DEPTHWISE_QUADS_PLANE, planeBytes);
    r.scratch(abi.DEPTHWISE_QUADS_SUMS, (partH + 2) * 8);
    r.i32(abi.DEPTHWISE_QUADS_IN_C, inC);
    r.i32(abi.DEPTHWISE_QUADS_DEPTH_MULTIPLIER, multiplier);
    r.i32(abi.DEPTHWISE_QUADS_CHANNELS, outC);
    r.i32(abi.DEPTHWISE_QUADS_SLICE, perSlice);
    r.i32(abi.DEPTHWISE_QUADS_PART_H, partH);
    r.i32(abi.DEPTHWISE_QUADS_PART_W, partW);
    r.i32(abi.DEPTHWISE_QUADS_FILL, ((inputZeroPoint + 128) * 0x01010101) | 0);
    r.i32(abi.DEPTHWISE_QUADS_MIN, min);
    r.i32(abi.DEPTHWISE_QUADS_MAX, max);
    // A quad is copied out whole before its outputs are written; no other quad's bytes are touched where quads do not overlap.
    if (inPlace && partH >= y.output && partW >= x.output) r.inPlace(input, output);
  });
}

export const DEPTHWISE_CONV_2D_QUADS: Form<DepthwiseConv2d> = {
  name: "depthwise_conv_2d_quads",
  /** Layers, quads of channels of stride 1, their outputs, the same of stride 2. */
  terms(layer) {
    const { batches, outC, y, x } = layer, quads = batches * Math.ceil(outC / 4), outputs = quads * y.output * x.output;
    if (!rescalesOf(layer)) return null;
    return x.stride === 1 ? [1, quads, outputs, 0, 0] : [1, 0, 0, quads, outputs];
  },
  costs: { dsp: [472, 1420, 176, 1070, 260] }, // npm run bench:grid -- --fit
  emit: emitQuads,
};
