import * as abi from "../../assembly/abi/conv_2d";
import { elementCount } from "../graph/tensor";
import { activationRange, checkActivation } from "./activation";
import type { Emitter, Lowering, LoweringTarget } from "./lowering";
import type { Op } from "./op";
import { channelMultipliers, concatenate, foldOffset, packC4, packMultiplier, packTile, tilesPerSlice } from "./packing";
import { checkPerTensor, quantizationOf } from "./quantization";
import { checkBias, checkSymmetric, checkWeights, int32Of, int8Of, rescalesDirectly, spillOf } from "./weights";
import { windowAxis, writeWindow, type WindowAxis } from "./window";

export interface Conv2dGeometry {
  readonly batches: number;
  readonly inC: number;
  readonly outC: number;
  readonly groups: number;
  /** Input channels of one group. */
  readonly groupC: number;
  /** Terms of one output. */
  readonly depth: number;
  readonly y: WindowAxis;
  readonly x: WindowAxis;
}

/** Shapes and windows of a CONV_2D. Weights are [out_c][k_h][k_w][in_c / groups]. */
function geometry(op: Op): Conv2dGeometry {
  const input = op.input(0), weights = op.input(1);
  if (input.shape.length !== 4 || weights.shape.length !== 4) op.invalid(`input [${input.shape}] and weights [${weights.shape}] have to have four dimensions`);
  const [batches, inH, inW, inC] = input.shape as [number, number, number, number];
  const [outC, kH, kW, groupC] = weights.shape as [number, number, number, number];
  const groups = inC / groupC;
  if (!Number.isInteger(groups) || outC % groups !== 0) op.invalid(`${inC} input channels, weights [${weights.shape}]: the groups do not come out even`);
  return {
    batches, inC, outC, groups, groupC, depth: kH * kW * groupC,
    y: windowAxis(op, "height", inH, kH, op.option("strideH", 0), op.option("dilationHFactor", 1)),
    x: windowAxis(op, "width", inW, kW, op.option("strideW", 0), op.option("dilationWFactor", 1)),
  };
}

export const conv2d: Lowering = {
  operator: "CONV_2D",
  signatures: [{ inputs: ["int8", "int8", "int32?"], outputs: ["int8"] }],
  options: "every stride, dilation, padding and group count; fused NONE, RELU, RELU_N1_TO_1, RELU6; per-channel or per-tensor weights",
  check(op) {
    checkActivation(op);
    checkPerTensor(op, op.input(0), op.output());
    const { batches, y, x, outC } = geometry(op);
    checkWeights(op, op.input(1), 0, outC);
    checkSymmetric(op, op.input(1));
    checkBias(op, op.maybeInput(2), outC);
    op.expectShape([batches, y.output, x.output, outC]);
  },
  lower(op, emit) {
    emitConv2d(op, emit, geometry(op), int8Of(op.input(1)));
  },
  macs(op) {
    return elementCount(op.output().shape) * elementCount(op.input(1).shape.slice(1));
  },
};

/** Packed activations that a block of twelve pixels may take. */
const MOST_PACK_BYTES = 4096;

/**
 * Pixels of a block. Interpreters gain from twelve (inner/dot_12x4.ts), unless there are fewer, or a deep convolution would
 * take too much RAM for them.
 */
function blockPixels({ engine }: LoweringTarget, depth: number, pixels: number): 6 | 12 {
  return engine === "interpreter" && pixels > 6 && depth * 12 * abi.CONV_2D_PACK_BYTES_PER_PIXEL <= MOST_PACK_BYTES ? 12 : 6;
}

/** The step of a convolution. @param weights int8 [out_c][k_h][k_w][group_c]; their scales are those of the operator's second input */
export function emitConv2d(op: Op, emit: Emitter, geometry: Conv2dGeometry, weights: Int8Array): void {
  const { batches, inC, outC, groups, groupC, depth, y, x } = geometry;
  const input = op.input(0), output = op.output();
  const { scale, zeroPoint } = quantizationOf(input);
  const out = quantizationOf(output);
  const { min, max } = activationRange(op, output);
  const multipliers = channelMultipliers(scale, op.input(1).quantization!.scale, out.scale);
  const groupOut = outC / groups;
  const shared = multipliers.length === 1;
  const bias = foldOffset(int32Of(op.maybeInput(2)), weights, outC, depth, -zeroPoint);
  const tiles: Uint8Array[] = [];
  for (let group = 0; group < outC; group += groupOut)
    for (let first = group; first < group + groupOut; first += 4) {
      const end = Math.min(first + 4, group + groupOut);
      const packed = packC4(weights.subarray(first * depth, end * depth), end - first, depth);
      tiles.push(packTile(4, bias.subarray(first, end), shared ? null : multipliers.slice(first, end), packed));
    }
  const tileBytes = tiles[0]!.length, perSlice = tilesPerSlice(emit.target.sliceBytes, tileBytes, tiles.length / groups);
  const direct = depth <= spillOf(weights) && rescalesDirectly(bias, multipliers, depth);
  const pixels = blockPixels(emit.target, depth, y.output * x.output);
  const copiesPatches = y.touchesBorder || x.touchesBorder || groups > 1 || x.dilation > 1;
  emit.step(pixels === 12 ? "conv_2d_12" : "conv_2d", abi.CONV_2D_SIZE, (r) => {
    r.input(abi.CONV_2D_INPUT, input);
    r.slices(abi.CONV_2D_TILES, abi.CONV_2D_BUFFER, concatenate(tiles), perSlice * tileBytes);
    if (shared) r.constant(abi.CONV_2D_MULTIPLIER, packMultiplier(multipliers[0]!));
    r.output(abi.CONV_2D_OUTPUT, output);
    r.scratch(abi.CONV_2D_PACKS, depth * pixels * abi.CONV_2D_PACK_BYTES_PER_PIXEL);
    r.scratch(abi.CONV_2D_PATCHES, copiesPatches ? pixels * depth : 0);
    r.scratch(abi.CONV_2D_SUMS, pixels * abi.CONV_2D_SUMS_BYTES_PER_PIXEL);
    writeWindow(r, batches, y, x);
    r.i32(abi.CONV_2D_IN_C, inC);
    r.i32(abi.CONV_2D_GROUPS, groups);
    r.i32(abi.CONV_2D_GROUP_C, groupC);
    r.i32(abi.CONV_2D_OUT_C, groupOut);
    r.i32(abi.CONV_2D_SLICE_C, 4 * perSlice);
    r.i32(abi.CONV_2D_OUT_STRIDE, outC);
    r.i32(abi.CONV_2D_DEPTH, depth);
    r.i32(abi.CONV_2D_SPILL, spillOf(weights));
    r.i32(abi.CONV_2D_DIRECT, direct ? 1 : 0);
    r.i32(abi.CONV_2D_FILL, zeroPoint);
    r.i32(abi.CONV_2D_OUTPUT_OFFSET, out.zeroPoint);
    r.i32(abi.CONV_2D_MIN, min);
    r.i32(abi.CONV_2D_MAX, max);
  });
}
