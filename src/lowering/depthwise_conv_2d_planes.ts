// DEPTHWISE_CONV_2D one channel at a time, copied out as a padded plane (assembly/kernels/depthwise_conv_2d.ts).
import * as abi from "../../assembly/abi/depthwise_conv_2d";
import { emitConv2d } from "./conv_2d";
import type { DepthwiseConv2d } from "./depthwise_conv_2d";
import type { Form } from "./form";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { concatenate, packMultiplier, packTile, tilesPerSlice } from "./packing";
import { rescalesDirectly } from "./weights";
import { writeWindow } from "./window";

/** Scratch that a strip's plane may take; a plane that is smaller makes one strip. */
const PLANE_BYTES = 4096;

/** Whether three output rows fit the fields of one word: inner/depthwise_3x3.ts. */
function threeRows({ y, x, bias, multipliers, taps }: DepthwiseConv2d): boolean {
  return y.kernel === 3 && x.kernel === 3 && y.dilation === 1 && x.dilation === 1 && y.stride === x.stride && x.stride <= 2 && rescalesDirectly(bias, multipliers, taps);
}

function emitPlanes(op: Op, emit: Emitter, depthwise: DepthwiseConv2d): void {
  const { batches, inC, outC, multiplier, taps, y, x, weights, bias, multipliers } = depthwise;
  const input = op.input(0), output = op.output();
  const three = threeRows(depthwise);
  const planeW = (x.output - 1) * x.stride + (x.kernel - 1) * x.dilation + 1;
  const planeH = (rows: number) => (rows - 1) * y.stride + (y.kernel - 1) * y.dilation + 1;
  const most = Math.floor((Math.floor(PLANE_BYTES / planeW) - planeH(1)) / y.stride) + 1; // output rows of a plane of PLANE_BYTES
  const group = three ? 3 : 1; // a strip is whole groups of rows
  const strip = group * Math.min(Math.ceil(y.output / group), Math.max(Math.floor(most / group), 1));
  const kernel = !three ? "depthwise_conv_2d" : x.stride === 1 ? "depthwise_conv_2d_3x3" : "depthwise_conv_2d_3x3_s2";
  const shared = multipliers.length === 1;
  const tiles = Array.from({ length: inC }, (_, c) => {
    const first = c * multiplier, end = first + multiplier;
    const packed = new Uint8Array(weights.buffer, first * taps, multiplier * taps);
    return packTile(multiplier, bias.subarray(first, end), shared ? null : multipliers.slice(first, end), packed);
  });
  const perSlice = tilesPerSlice(emit.target.sliceBytes, tiles[0]!.length, inC);
  emit.step(kernel, abi.DEPTHWISE_CONV_2D_SIZE, (r) => {
    r.input(abi.DEPTHWISE_CONV_2D_INPUT, input);
    r.slices(abi.DEPTHWISE_CONV_2D_TILES, abi.DEPTHWISE_CONV_2D_BUFFER, concatenate(tiles), perSlice * tiles[0]!.length);
    if (shared) r.constant(abi.DEPTHWISE_CONV_2D_MULTIPLIER, packMultiplier(multipliers[0]!));
    r.output(abi.DEPTHWISE_CONV_2D_OUTPUT, output);
    r.scratch(abi.DEPTHWISE_CONV_2D_PLANE, planeH(strip) * planeW);
    writeWindow(r, batches, y, x);
    r.i32(abi.DEPTHWISE_CONV_2D_IN_C, inC);
    r.i32(abi.DEPTHWISE_CONV_2D_DEPTH_MULTIPLIER, multiplier);
    r.i32(abi.DEPTHWISE_CONV_2D_OUT_C, outC);
    r.i32(abi.DEPTHWISE_CONV_2D_SLICE_C, perSlice);
    r.i32(abi.DEPTHWISE_CONV_2D_STRIP, strip);
    r.i32(abi.DEPTHWISE_CONV_2D_PLANE_H, planeH(strip));
    r.i32(abi.DEPTHWISE_CONV_2D_PLANE_W, planeW);
    r.i32(abi.DEPTHWISE_CONV_2D_FILL, depthwise.inputZeroPoint);
    r.i32(abi.DEPTHWISE_CONV_2D_OUTPUT_OFFSET, depthwise.outputZeroPoint);
    r.i32(abi.DEPTHWISE_CONV_2D_MIN, depthwise.min);
    r.i32(abi.DEPTHWISE_CONV_2D_MAX, depthwise.max);
    // A channel is copied out whole before its outputs are written, and no other channel's bytes are touched.
    if (multiplier === 1 && strip >= y.output && y.input === y.output && x.input === x.output) r.inPlace(input, output);
  });
}

const always = () => 1;

/** Fitted to the 3x3 layers of kws on mps2-an386. */
const compiled = ({ batches, outC, y, x }: DepthwiseConv2d) => batches * outC * (400 + 147 * y.output * x.output);

export const DEPTHWISE_CONV_2D_PLANES: Form<DepthwiseConv2d> = {
  cost: { desktop: always, fast: always, classic: always, scalar: always, dsp: compiled, vector: always }, emit: emitPlanes,
};

/** One input channel is a convolution of that channel, whose kernel shares every load among pixels and channels. */
const oneChannel = (depthwise: DepthwiseConv2d) => (depthwise.inC === 1 && !threeRows(depthwise) ? 0 : Infinity);
export const DEPTHWISE_CONV_2D_ONE_CHANNEL: Form<DepthwiseConv2d> = {
  cost: { desktop: oneChannel, fast: oneChannel, classic: oneChannel, scalar: oneChannel, dsp: oneChannel, vector: oneChannel },
  emit(op, emit, { batches, inC, outC, taps, y, x, weights }) {
    emitConv2d(op, emit, { batches, inC, outC, groups: 1, groupC: 1, depth: taps, y, x }, weights);
  },
};
