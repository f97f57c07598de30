import * as abi from "../../assembly/abi/depthwise_conv_2d";
import { elementCount } from "../graph/tensor";
import { activationRange, checkActivation } from "./activation";
import { emitConv2d } from "./conv_2d";
import type { Lowering } from "./lowering";
import type { Op } from "./op";
import { channelMultipliers, concatenate, foldOffset, packMultiplier, packTile, tilesPerSlice } from "./packing";
import { checkPerTensor, quantizationOf } from "./quantization";
import { checkBias, checkSymmetric, checkWeights, int32Of, int8Of, rescalesDirectly } from "./weights";
import { windowAxis, writeWindow } from "./window";

/** Scratch that a strip's plane may take; a plane that is smaller makes one strip. */
const PLANE_BYTES = 4096;

/** Shapes and windows of a DEPTHWISE_CONV_2D. Weights are [1][k_h][k_w][out_c]; output channel o reads input channel o / multiplier. */
function geometry(op: Op) {
  const input = op.input(0), weights = op.input(1);
  if (input.shape.length !== 4 || weights.shape.length !== 4) op.invalid(`input [${input.shape}] and weights [${weights.shape}] have to have four dimensions`);
  const [batches, inH, inW, inC] = input.shape as [number, number, number, number];
  const [one, kH, kW, outC] = weights.shape as [number, number, number, number];
  const multiplier = outC / inC;
  if (one !== 1 || !Number.isInteger(multiplier)) op.invalid(`${inC} input channels, weights [${weights.shape}]: each input channel has to give the same number of outputs`);
  return {
    batches, inC, outC, multiplier, taps: kH * kW,
    y: windowAxis(op, "height", inH, kH, op.option("strideH", 0), op.option("dilationHFactor", 1)),
    x: windowAxis(op, "width", inW, kW, op.option("strideW", 0), op.option("dilationWFactor", 1)),
  };
}

/** Weights [taps][channels] -> [channels][taps]. */
function channelMajor(weights: Int8Array, taps: number, channels: number): Int8Array {
  const turned = new Int8Array(weights.length);
  for (let t = 0; t < taps; t++) for (let c = 0; c < channels; c++) turned[c * taps + t] = weights[t * channels + c]!;
  return turned;
}

export const depthwiseConv2d: Lowering = {
  operator: "DEPTHWISE_CONV_2D",
  signatures: [{ inputs: ["int8", "int8", "int32?"], outputs: ["int8"] }],
  options: "every stride, dilation, padding and depth multiplier; fused NONE, RELU, RELU_N1_TO_1, RELU6; per-channel or per-tensor weights",
  check(op) {
    checkActivation(op);
    checkPerTensor(op, op.input(0), op.output());
    const { batches, y, x, outC } = geometry(op);
    checkWeights(op, op.input(1), 3, outC);
    checkSymmetric(op, op.input(1));
    checkBias(op, op.maybeInput(2), outC);
    op.expectShape([batches, y.output, x.output, outC]);
  },
  lower(op, emit) {
    const { batches, inC, outC, multiplier, taps, y, x } = geometry(op);
    const input = op.input(0), output = op.output();
    const weights = channelMajor(int8Of(op.input(1)), taps, outC);
    const { scale, zeroPoint } = quantizationOf(input);
    const out = quantizationOf(output);
    const { min, max } = activationRange(op, output);
    const multipliers = channelMultipliers(scale, op.input(1).quantization!.scale, out.scale);
    const bias = foldOffset(int32Of(op.maybeInput(2)), weights, outC, taps, -zeroPoint);
    const three = y.kernel === 3 && x.kernel === 3 && y.dilation === 1 && x.dilation === 1 && y.stride === x.stride && x.stride <= 2
      && rescalesDirectly(bias, multipliers, taps);
    // One input channel: a convolution of that channel, whose kernel shares every load among pixels and channels.
    if (inC === 1 && !three) return emitConv2d(op, emit, { batches, inC, outC, groups: 1, groupC: 1, depth: taps, y, x }, weights);
    const planeW = (x.output - 1) * x.stride + (x.kernel - 1) * x.dilation + 1;
    const planeH = (rows: number) => (rows - 1) * y.stride + (y.kernel - 1) * y.dilation + 1;
    const most = Math.floor((Math.floor(PLANE_BYTES / planeW) - planeH(1)) / y.stride) + 1; // output rows of a plane of PLANE_BYTES
    const group = three ? 3 : 1; // a strip is whole groups of rows: inner/depthwise_3x3.ts computes three at once
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
      r.i32(abi.DEPTHWISE_CONV_2D_FILL, zeroPoint);
      r.i32(abi.DEPTHWISE_CONV_2D_OUTPUT_OFFSET, out.zeroPoint);
      r.i32(abi.DEPTHWISE_CONV_2D_MIN, min);
      r.i32(abi.DEPTHWISE_CONV_2D_MAX, max);
      // A channel is copied out whole before its outputs are written, and no other channel's bytes are touched.
      if (multiplier === 1 && strip >= y.output && y.input === y.output && x.input === x.output) r.inPlace(input, output);
    });
  },
  macs(op) {
    const [, kH, kW] = op.input(1).shape;
    return elementCount(op.output().shape) * kH! * kW!;
  },
};
