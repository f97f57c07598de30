// DEPTHWISE_CONV_2D over channels that lie together, which a compiler vectorizes (assembly/kernels/depthwise_conv_2d_rows.ts).
import * as abi from "../../assembly/abi/depthwise_conv_2d_rows";
import type { DepthwiseConv2d } from "./depthwise_conv_2d";
import type { Form } from "./form";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { bytesOfInt32, concatenate, tilesPerSlice } from "./packing";
import { rescaleRows } from "./rescale_rows";
import { writeWindow } from "./window";

/** Channels of a tile. */
const TILE = 16;

/** Taps that the kernel adds at once. */
const NINE = 9;

const tapsOf = ({ taps }: DepthwiseConv2d) => Math.ceil(taps / NINE) * NINE;

/** A tile's weights [channels][taps] -> [tapsOf][16], what is missing 0. */
function packTaps(weights: Int8Array, channels: number, taps: number, padded: number): Uint8Array {
  const packed = new Uint8Array(TILE * padded);
  for (let c = 0; c < channels; c++) for (let t = 0; t < taps; t++) packed[t * TILE + c] = weights[c * taps + t]!;
  return packed;
}

function emitRows(op: Op, emit: Emitter, depthwise: DepthwiseConv2d): void {
  const { batches, outC, y, x } = depthwise, taps = tapsOf(depthwise);
  const threes = y.kernel === 3 && x.kernel === 3 && x.dilation * outC <= abi.MOST_TAP_STEP && depthwise.min === -128 && depthwise.max === 127;
  const rescaled = (sumsBeginWithBias: boolean) => rescaleRows({ ...depthwise, depth: depthwise.taps, sumsBeginWithBias });
  const runs = threes && rescaled(false).folded, rescale = rescaled(!runs);
  const tiles: Uint8Array[] = [];
  for (let first = 0; first < outC; first += TILE) {
    const end = Math.min(first + TILE, outC), biases = new Int32Array(TILE);
    biases.set(depthwise.bias.subarray(first, end));
    const packed = packTaps(depthwise.weights.subarray(first * depthwise.taps, end * depthwise.taps), end - first, depthwise.taps, taps);
    tiles.push(concatenate([packed, bytesOfInt32(biases), rescale.entries(first, end, TILE)]));
  }
  const tileBytes = tiles[0]!.length, perSlice = tilesPerSlice(emit.target.sliceBytes, tileBytes, tiles.length);
  const offsets = new Int32Array(taps);
  for (let t = 0; t < depthwise.taps; t++) offsets[t] = (Math.floor(t / x.kernel) * y.dilation * x.input + (t % x.kernel) * x.dilation) * outC;
  emit.step(runs ? "depthwise_conv_2d_rows_3x3" : "depthwise_conv_2d_rows", abi.DEPTHWISE_CONV_2D_ROWS_SIZE, (r) => {
    r.input(abi.DEPTHWISE_CONV_2D_ROWS_INPUT, op.input(0));
    r.output(abi.DEPTHWISE_CONV_2D_ROWS_OUTPUT, op.output());
    r.slices(abi.DEPTHWISE_CONV_2D_ROWS_TILES, abi.DEPTHWISE_CONV_2D_ROWS_BUFFER, concatenate(tiles), perSlice * tileBytes);
    if (!runs) r.constant(abi.DEPTHWISE_CONV_2D_ROWS_OFFSETS, bytesOfInt32(offsets));
    r.scratch(abi.DEPTHWISE_CONV_2D_ROWS_TAPS_AT, runs ? 0 : 4 * taps);
    r.scratch(abi.DEPTHWISE_CONV_2D_ROWS_PADDING, runs ? 0 : outC + TILE);
    r.scratch(abi.DEPTHWISE_CONV_2D_ROWS_SUMS, 4 * TILE + 16);
    r.scratch(abi.DEPTHWISE_CONV_2D_ROWS_PATCH, runs && (y.touchesBorder || x.touchesBorder) ? taps * outC + TILE : 0);
    writeWindow(r, batches, y, x);
    r.i32(abi.DEPTHWISE_CONV_2D_ROWS_CHANNELS, outC);
    r.i32(abi.DEPTHWISE_CONV_2D_ROWS_SLICE_C, TILE * perSlice);
    r.i32(abi.DEPTHWISE_CONV_2D_ROWS_TAPS, taps);
    r.i32(abi.DEPTHWISE_CONV_2D_ROWS_FILL, depthwise.inputZeroPoint & 255);
    r.i32(abi.DEPTHWISE_CONV_2D_ROWS_FOLDED, rescale.folded ? 1 : 0);
    r.i32(abi.DEPTHWISE_CONV_2D_ROWS_OUTPUT_OFFSET, depthwise.outputZeroPoint);
    r.i32(abi.DEPTHWISE_CONV_2D_ROWS_MIN, depthwise.min);
    r.i32(abi.DEPTHWISE_CONV_2D_ROWS_MAX, depthwise.max);
  });
}

export const DEPTHWISE_CONV_2D_ROWS: Form<DepthwiseConv2d> = {
  name: "depthwise_conv_2d_rows",
  /** Layers, nine taps of four channels, of sixteen, outputs, pixels of slices, rows of tiles. */
  terms(depthwise, { target }) {
    const { batches, multiplier, outC, y, x } = depthwise;
    if (multiplier !== 1) return null; // an input channel's outputs would have to be spread
    const nines = tapsOf(depthwise) / NINE, tiles = Math.ceil(outC / TILE), pixels = batches * y.output * x.output;
    const slices = Math.ceil(tiles / tilesPerSlice(target.sliceBytes, TILE * (20 + tapsOf(depthwise)), tiles));
    return [1, pixels * nines * Math.ceil(outC / 4), pixels * nines * tiles, pixels * outC, pixels * slices, batches * y.output * tiles];
  },
  costs: { vector: [322, 54.5, 177, 5.94, 106, 723] }, // npm run bench:grid -- --fit
  emit: emitRows,
};
