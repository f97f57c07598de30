import * as abi from "../../assembly/abi/depthwise_conv_2d_float32";
import { elementCount } from "../graph/tensor";
import { checkActivation, float32Range } from "./activation";
import { channelMajor, geometry } from "./depthwise_conv_2d";
import { checkFloat32Weights, float32Bias, float32Of } from "./float32";
import type { Lowering } from "./lowering";
import { tilesPerSlice } from "./packing";
import { writeWindow } from "./window";

export const float32DepthwiseConv2d: Lowering = {
  operator: "DEPTHWISE_CONV_2D",
  signatures: [{ inputs: ["float32", "float32", "float32?"], outputs: ["float32"] }],
  options: "every stride, dilation, padding and depth multiplier; fused NONE, RELU, RELU_N1_TO_1, RELU6",
  check(op) {
    checkActivation(op);
    const { batches, y, x, outC } = geometry(op);
    checkFloat32Weights(op, op.input(1), op.maybeInput(2), outC);
    op.expectShape([batches, y.output, x.output, outC]);
  },
  lower(op, emit) {
    const { batches, inC, outC, multiplier, taps, y, x } = geometry(op);
    const weights = channelMajor(float32Of(op.input(1)), taps, outC), bias = float32Bias(op.maybeInput(2), outC);
    const tile = 1 + taps, tiles = new Float32Array(outC * tile);
    for (let c = 0; c < outC; c++) {
      tiles[c * tile] = bias[c]!;
      tiles.set(weights.subarray(c * taps, (c + 1) * taps), c * tile + 1);
    }
    const perSlice = tilesPerSlice(emit.target.sliceBytes, 4 * tile, outC);
    const { min, max } = float32Range(op);
    emit.step("depthwise_conv_2d_float32", abi.DEPTHWISE_CONV_2D_FLOAT32_SIZE, (r) => {
      r.input(abi.DEPTHWISE_CONV_2D_FLOAT32_INPUT, op.input(0));
      r.output(abi.DEPTHWISE_CONV_2D_FLOAT32_OUTPUT, op.output());
      r.slices(abi.DEPTHWISE_CONV_2D_FLOAT32_TILES, abi.DEPTHWISE_CONV_2D_FLOAT32_BUFFER, new Uint8Array(tiles.buffer), 4 * perSlice * tile);
      writeWindow(r, batches, y, x);
      r.i32(abi.DEPTHWISE_CONV_2D_FLOAT32_IN_C, inC);
      r.i32(abi.DEPTHWISE_CONV_2D_FLOAT32_OUT_C, outC);
      r.i32(abi.DEPTHWISE_CONV_2D_FLOAT32_MULTIPLIER, multiplier);
      r.i32(abi.DEPTHWISE_CONV_2D_FLOAT32_SLICE_C, perSlice);
      r.f32(abi.DEPTHWISE_CONV_2D_FLOAT32_MIN, min);
      r.f32(abi.DEPTHWISE_CONV_2D_FLOAT32_MAX, max);
    });
  },
  macs(op) {
    const [, kH, kW] = op.input(1).shape;
    return elementCount(op.output().shape) * kH! * kW!;
  },
};
