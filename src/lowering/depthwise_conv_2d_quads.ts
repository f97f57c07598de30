// DEPTHWISE_CONV_2D 3x3 for cores that multiply halves of words, four channels and two pixels at once (assembly/kernels/depthwise_conv_2d_quads.ts).
import * as abi from "../../assembly/abi/depthwise_conv_2d_quads";
import type { DepthwiseConv2d } from "./depthwise_conv_2d";
import { foldRescaleHigh, type FoldedRescale } from "./folded_rescale";
import type { Form } from "./form";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { concatenate, foldOffset, tilesPerSlice } from "./packing";
import { writeWindow } from "./window";

/** Scratch that a strip's plane may take; a plane that is smaller makes one strip. */
const PLANE_BYTES = 4096;

/** Every channel's rescaling, for sums of activations with 128 added, and the bias those lack; null where the form does not fit the layer. */
function rescalesOf({ multiplier, outC, taps, y, x, weights, bias, multipliers, outputZeroPoint }: DepthwiseConv2d): { rescales: FoldedRescale[]; biases: Int32Array } | null {
  if ((multiplier !== 1 && multiplier % 4 !== 0) || outC < 4 || y.kernel !== 3 || x.kernel !== 3 || y.dilation !== 1 || x.dilation !== 1) return null;
  if (y.stride !== x.stride || x.stride > 2) return null;
  const biases = foldOffset(bias, weights, outC, taps, -128);
  const rescales = foldRescaleHigh(biases, multipliers, 2 * taps, outputZeroPoint); // activations are twice as large
  return rescales && { rescales, biases };
}

/** Channels `first` and `first` + 2 of a quad. */
function packHalf(first: number, weights: Int8Array, rescales: readonly FoldedRescale[], biases: Int32Array): Uint8Array {
  const half = new Uint8Array(abi.HALF_BYTES);
  const view = new DataView(half.buffer);
  [first, first + 2].forEach((c, i) => {
    const { mantissa, addend, down } = rescales[c]!;
    view.setBigInt64(abi.HALF_ADDEND + 8 * i, addend, true);
    view.setInt32(abi.HALF_MULTIPLIER + 4 * i, mantissa, true);
    view.setInt32(abi.HALF_DOWN_32 + 4 * i, down - 32, true);
    view.setInt32(abi.HALF_BIAS + 4 * i, biases[c]!, true);
    for (let tap = 0; tap < 9; tap++) view.setInt16(abi.HALF_WEIGHTS + 4 * tap + 2 * i, weights[9 * c + tap]!, true);
  });
  return half;
}

function emitQuads(op: Op, emit: Emitter, depthwise: DepthwiseConv2d): void {
  const { batches, inC, outC, multiplier, y, x, weights, inputZeroPoint, outputZeroPoint, min, max } = depthwise;
  const { rescales, biases } = rescalesOf(depthwise)!;
  const input = op.input(0), output = op.output();
  const planeW = (x.output - 1) * x.stride + 3;
  const planeH = (rows: number) => (rows - 1) * y.stride + 3;
  const most = Math.floor((Math.floor(PLANE_BYTES / (8 * planeW)) - 3) / y.stride) + 1; // output rows of a plane of PLANE_BYTES
  const strip = Math.min(y.output, Math.max(most, 1));
  const quads = Array.from({ length: Math.ceil(outC / 4) }, (_, quad) => Math.min(4 * quad, outC - 4));
  const tiles = quads.flatMap((c) => [packHalf(c, weights, rescales, biases), packHalf(c + 1, weights, rescales, biases)]);
  const perSlice = tilesPerSlice(emit.target.sliceBytes, 2 * abi.HALF_BYTES, quads.length);
  emit.step(x.stride === 1 ? "depthwise_conv_2d_quads" : "depthwise_conv_2d_quads_s2", abi.DEPTHWISE_QUADS_SIZE, (r) => {
    writeWindow(r, batches, y, x);
    r.input(abi.DEPTHWISE_QUADS_INPUT, input);
    r.output(abi.DEPTHWISE_QUADS_OUTPUT, output);
    r.slices(abi.DEPTHWISE_QUADS_TILES, abi.DEPTHWISE_QUADS_BUFFER, concatenate(tiles), perSlice * 2 * abi.HALF_BYTES);
    r.scratch(abi.DEPTHWISE_QUADS_PLANE, planeH(strip) * planeW * 8);
    r.i32(abi.DEPTHWISE_QUADS_IN_C, inC);
    r.i32(abi.DEPTHWISE_QUADS_DEPTH_MULTIPLIER, multiplier);
    r.i32(abi.DEPTHWISE_QUADS_CHANNELS, outC);
    r.i32(abi.DEPTHWISE_QUADS_SLICE, perSlice);
    r.i32(abi.DEPTHWISE_QUADS_STRIP, strip);
    r.i32(abi.DEPTHWISE_QUADS_PLANE_W, planeW);
    r.i32(abi.DEPTHWISE_QUADS_FILL, (inputZeroPoint + 128) * 0x10001);
    r.i32(abi.DEPTHWISE_QUADS_SIGNED, Number(outputZeroPoint !== -128 || min !== -128 || max !== 127));
    r.i32(abi.DEPTHWISE_QUADS_MIN, min);
    r.i32(abi.DEPTHWISE_QUADS_MAX, max);
    // A quad is copied out whole before its outputs are written; no other quad's bytes are touched where quads do not overlap.
    if (multiplier === 1 && strip >= y.output && y.input === y.output && x.input === x.output && outC % 4 === 0) r.inPlace(input, output);
  });
}

/** Fitted to the layers of person_detect on mps2-an386. */
function cost(layer: DepthwiseConv2d): number {
  const { batches, outC, y, x } = layer;
  return rescalesOf(layer) ? batches * Math.ceil(outC / 4) * (900 + (x.stride === 1 ? 214 : 277) * y.output * x.output) : Infinity;
}

export const DEPTHWISE_CONV_2D_QUADS: Form<DepthwiseConv2d> = { cost: { dsp: cost }, emit: emitQuads };
