import * as abi from "../../assembly/abi/transpose_conv";
import { ROUND_TWICE, WIDE_SUMS_BYTES } from "../../assembly/abi/wide_tile";
import { elementCount } from "../graph/tensor";
import { activationRange, checkActivation } from "./activation";
import { kernelOf } from "./kernel_of";
import type { Lowering } from "./lowering";
import type { Op } from "./op";
import { checkPerTensor, checkZeroPoint, quantizationOf } from "./quantization";
import { checkBias, checkSymmetric, checkWeights, int8Of } from "./weights";
import { checkWideRescale, operandMultipliers, wideRounding, writeWideTiles } from "./wide";
import { windowAxis, writeWindow } from "./window";

const INPUT = 2, BIAS = 3;

/** Shapes and windows, which slide over the output: padding follows from its extents. Weights are [out_c][k_h][k_w][in_c]. */
function geometry(op: Op) {
  const input = op.input(INPUT), weights = op.input(1), output = op.output();
  for (const { shape } of [input, weights, output]) if (shape.length !== 4) op.invalid(`[${shape}] has to have four dimensions`);
  const [batches, inH, inW, inC] = input.shape as [number, number, number, number];
  const [outC, kH, kW, depthC] = weights.shape as [number, number, number, number];
  const [, outH, outW] = output.shape as [number, number, number, number];
  if (depthC !== inC) op.invalid(`${inC} input channels, weights [${weights.shape}]: they have to be as many`);
  return {
    batches, inC, outC, depth: kH * kW * inC,
    y: { ...windowAxis(op, "height", outH, kH, op.option("strideH", 0), 1), input: inH, output: outH },
    x: { ...windowAxis(op, "width", outW, kW, op.option("strideW", 0), 1), input: inW, output: outW },
  };
}

function roundingOf(op: Op): number {
  return op.input(INPUT).type === "int8" ? ROUND_TWICE : wideRounding(op.maybeInput(BIAS));
}

/** The output's shape is its tensor's, as in TFLM: the first input is looked at only where it is a constant. */
export const transposeConv: Lowering = {
  operator: "TRANSPOSE_CONV",
  signatures: [
    { inputs: ["int32", "int8", "int8", "int32?"], outputs: ["int8"] },
    { inputs: ["int32", "int8", "int16", "int16|int32|int64?"], outputs: ["int16"] },
  ],
  options: "every stride and padding; fused NONE, RELU, RELU_N1_TO_1, RELU6; per-channel or per-tensor weights; int16: int64 or int16 bias or none is rounded once, with multipliers of 16 bits, int32 bias twice",
  check(op) {
    const input = op.input(INPUT), weights = op.input(1), output = op.output();
    checkActivation(op);
    checkPerTensor(op, input, output);
    if (input.type === "int16") checkZeroPoint(op, input, output);
    const { batches, outC } = geometry(op);
    checkWeights(op, weights, 0, outC, input);
    checkSymmetric(op, weights);
    checkBias(op, op.maybeInput(BIAS), outC);
    checkWideRescale(op, weights, roundingOf(op), input);
    if (op.input(0).data) op.expectShape(op.integers(0));
    op.expectShape([batches, output.shape[1]!, output.shape[2]!, outC]);
  },
  lower(op, emit) {
    const input = op.input(INPUT), weights = op.input(1), values = int8Of(weights), output = op.output(), bias = op.maybeInput(BIAS), rounding = roundingOf(op);
    const { batches, inC, outC, depth, y, x } = geometry(op);
    const { min, max } = activationRange(op, output);
    emit.step(kernelOf("transpose_conv", input), abi.TRANSPOSE_CONV_SIZE, (r) => {
      r.input(abi.TRANSPOSE_CONV_INPUT, input);
      r.output(abi.TRANSPOSE_CONV_OUTPUT, output);
      writeWideTiles(
        r, emit,
        { channels: outC, depth, weight: (c, d) => values[c * depth + d]!, bias, multipliers: operandMultipliers(input, weights, output, rounding), rounding },
        {
          tiles: abi.TRANSPOSE_CONV_TILES, buffer: abi.TRANSPOSE_CONV_BUFFER, sliceC: abi.TRANSPOSE_CONV_SLICE_C, tileBytes: abi.TRANSPOSE_CONV_TILE_BYTES,
          rounding: abi.TRANSPOSE_CONV_ROUNDING,
        },
      );
      r.scratch(abi.TRANSPOSE_CONV_SUMS, WIDE_SUMS_BYTES);
      writeWindow(r, batches, y, x);
      r.i32(abi.TRANSPOSE_CONV_IN_C, inC);
      r.i32(abi.TRANSPOSE_CONV_OUT_C, outC);
      r.i32(abi.TRANSPOSE_CONV_ZERO, quantizationOf(input).zeroPoint);
      r.i32(abi.TRANSPOSE_CONV_OUTPUT_OFFSET, quantizationOf(output).zeroPoint);
      r.i32(abi.TRANSPOSE_CONV_MIN, min);
      r.i32(abi.TRANSPOSE_CONV_MAX, max);
    });
  },
  macs(op) {
    const [, ...taps] = op.input(1).shape;
    return elementCount(op.input(INPUT).shape.slice(0, 3)) * op.input(1).shape[0]! * elementCount(taps);
  },
};
