import { elementCount } from "../graph/tensor";
import { activationRange, checkActivation } from "./activation";
import { DEPTHWISE_CONV_2D_ONE_CHANNEL, DEPTHWISE_CONV_2D_PLANES } from "./depthwise_conv_2d_planes";
import { DEPTHWISE_CONV_2D_QUADS } from "./depthwise_conv_2d_quads";
import { DEPTHWISE_CONV_2D_ROWS } from "./depthwise_conv_2d_rows";
import { DEPTHWISE_CONV_2D_V128 } from "./depthwise_conv_2d_v128";
import { emitCheapest, type Form } from "./form";
import type { Lowering } from "./lowering";
import type { Multiplier } from "./multiplier";
import type { Op } from "./op";
import { channelMultipliers, foldOffset } from "./packing";
import { checkPerTensor, quantizationOf } from "./quantization";
import { checkBias, checkSymmetric, checkWeights, int32Of, weightsOf, type Weights } from "./weights";
import { windowAxis, type WindowAxis } from "./window";

/** What every form of the kernel computes from. */
export interface DepthwiseConv2d extends Weights {
  readonly batches: number;
  readonly inC: number;
  readonly outC: number;
  /** Output channel o reads input channel o / multiplier. */
  readonly multiplier: number;
  readonly taps: number;
  readonly y: WindowAxis;
  readonly x: WindowAxis;
  /** One per output channel, the input's offset folded in. */
  readonly bias: Int32Array;
  /** One per output channel, or one for all. */
  readonly multipliers: readonly Multiplier[];
  readonly inputZeroPoint: number;
  readonly outputZeroPoint: number;
  /** Clamp of the outputs. */
  readonly min: number;
  readonly max: number;
}

/** Every form of the kernel: a new one adds its line here. */
const FORMS: readonly Form<DepthwiseConv2d>[] = [DEPTHWISE_CONV_2D_V128, DEPTHWISE_CONV_2D_ONE_CHANNEL, DEPTHWISE_CONV_2D_PLANES, DEPTHWISE_CONV_2D_QUADS, DEPTHWISE_CONV_2D_ROWS];
/** The forms for weights of four bits, or with a zero point. */
const ANY_WEIGHTS: readonly Form<DepthwiseConv2d>[] = [DEPTHWISE_CONV_2D_V128, DEPTHWISE_CONV_2D_ONE_CHANNEL, DEPTHWISE_CONV_2D_PLANES];

/** Shapes and windows of a DEPTHWISE_CONV_2D. Weights are [1][k_h][k_w][out_c]; output channel o reads input channel o / multiplier. */
export function geometry(op: Op) {
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
export function channelMajor<Weights extends Int8Array | Float32Array>(weights: Weights, taps: number, channels: number): Weights {
  const turned = weights.slice() as Weights;
  for (let t = 0; t < taps; t++) for (let c = 0; c < channels; c++) turned[c * taps + t] = weights[t * channels + c]!;
  return turned;
}

export const depthwiseConv2d: Lowering = {
  operator: "DEPTHWISE_CONV_2D",
  signatures: ["int8", "int4"].map((weights) => ({ inputs: ["int8", weights, "int32?"], outputs: ["int8"] })),
  options: "every stride, dilation, padding and depth multiplier; fused NONE, RELU, RELU_N1_TO_1, RELU6; per-channel or per-tensor weights; a zero point of uint8 weights",
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
    const { outC, taps, ...shape } = geometry(op);
    const stored = weightsOf(op.input(1)), weights = channelMajor(stored.weights, taps, outC);
    const { scale, zeroPoint } = quantizationOf(op.input(0));
    const out = quantizationOf(op.output());
    emitCheapest(stored.int4 || stored.weightsOffset !== 0 ? ANY_WEIGHTS : FORMS, op, emit, {
      ...shape, outC, taps, ...stored, weights, ...activationRange(op, op.output()), inputZeroPoint: zeroPoint, outputZeroPoint: out.zeroPoint,
      bias: foldOffset(int32Of(op.maybeInput(2)), weights, outC, taps, -zeroPoint, stored.weightsOffset),
      multipliers: channelMultipliers(scale, op.input(1).quantization!.scale, out.scale, op.input(0).rebased),
    });
  },
  macs(op) {
    const [, kH, kW] = op.input(1).shape;
    return elementCount(op.output().shape) * kH! * kW!;
  },
};
