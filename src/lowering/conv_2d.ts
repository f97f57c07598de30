import { elementCount } from "../graph/tensor";
import { activationRange, checkActivation } from "./activation";
import { CONV_2D_12 } from "./conv_2d_12";
import { CONV_2D_BLOCKS } from "./conv_2d_blocks";
import { CONV_2D_PAIRS } from "./conv_2d_pairs";
import { CONV_2D_ROWS } from "./conv_2d_rows";
import { CONV_2D_V128 } from "./conv_2d_v128";
import { CONV_2D_AS_FULLY_CONNECTED } from "./conv_2d_as_fully_connected";
import { cheapest, emitCheapest, type Form } from "./form";
import type { Emitter, Lowering } from "./lowering";
import type { Multiplier } from "./multiplier";
import type { Op } from "./op";
import { channelMultipliers, foldOffset } from "./packing";
import { checkPerTensor, quantizationOf } from "./quantization";
import { checkBias, checkSymmetric, checkWeights, int32Of, weightsOf, type Weights } from "./weights";
import { windowAxis, type WindowAxis } from "./window";

/** Shapes and windows. */
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

/** What every form of the kernel computes from. */
export interface Conv2d extends Conv2dGeometry, Weights {
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
const FORMS: readonly Form<Conv2d>[] = [CONV_2D_V128, CONV_2D_12, ...CONV_2D_PAIRS, CONV_2D_ROWS, CONV_2D_BLOCKS, CONV_2D_AS_FULLY_CONNECTED];
/** The form for weights of four bits, or with a zero point. */
const ANY_WEIGHTS: readonly Form<Conv2d>[] = [CONV_2D_V128, CONV_2D_BLOCKS];

/** Shapes and windows of a CONV_2D. Weights are [out_c][k_h][k_w][in_c / groups]. */
export function geometry(op: Op): Conv2dGeometry {
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
  signatures: ["int8", "int4"].map((weights) => ({ inputs: ["int8", weights, "int32?"], outputs: ["int8"] })),
  options: "every stride, dilation, padding and group count; fused NONE, RELU, RELU_N1_TO_1, RELU6; per-channel or per-tensor weights; a zero point of uint8 weights",
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
    emitConv2d(op, emit, geometry(op), weightsOf(op.input(1)));
  },
  macs(op) {
    return elementCount(op.output().shape) * elementCount(op.input(1).shape.slice(1));
  },
};

const formsOf = ({ int4, weightsOffset }: Weights) => (int4 || weightsOffset !== 0 ? ANY_WEIGHTS : FORMS);

/** The form of a convolution that costs least, and what it costs. */
export const cheapestConv2d = (emit: Emitter, conv: Conv2d) => cheapest(formsOf(conv), emit, conv);

/** The step of a convolution. @param weights [out_c][k_h][k_w][group_c]; their scales are those of the operator's second input */
export function emitConv2d(op: Op, emit: Emitter, geometry: Conv2dGeometry, weights: Weights): void {
  const { outC, depth } = geometry;
  const { scale, zeroPoint } = quantizationOf(op.input(0));
  const out = quantizationOf(op.output());
  emitCheapest(formsOf(weights), op, emit, {
    ...geometry, ...weights, ...activationRange(op, op.output()), inputZeroPoint: zeroPoint, outputZeroPoint: out.zeroPoint,
    bias: foldOffset(int32Of(op.maybeInput(2)), weights.weights, outC, depth, -zeroPoint, weights.weightsOffset),
    multipliers: channelMultipliers(scale, op.input(1).quantization!.scale, out.scale, op.input(0).rebased),
  });
}
