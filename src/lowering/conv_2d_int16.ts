// CONV_2D and FULLY_CONNECTED of int16 activations and int8 weights: one kernel, as a row of activations is an image of one pixel with a window of one tap.
import * as abi from "../../assembly/abi/conv_2d_int16";
import { activationRange, checkActivation } from "./activation";
import { conv2d, geometry, type Conv2dGeometry } from "./conv_2d";
import { fullyConnected, geometry as rowsOf } from "./fully_connected";
import type { Emitter, Lowering } from "./lowering";
import type { Op } from "./op";
import { checkPerTensor, checkZeroPoint } from "./quantization";
import { checkBias, checkSymmetric, checkWeights, int8Of } from "./weights";
import { checkWideRescale, operandMultipliers, wideRounding, writeWideTiles } from "./wide";
import { writeWindow, type WindowAxis } from "./window";

const SIGNATURES = [{ inputs: ["int16", "int8", "int32|int64?"], outputs: ["int16"] }];
const OPTIONS = "int64 bias or none: rounded once, with multipliers of 16 bits; int32 bias: rounded twice";

/** One step. Weights are [out_c][depth]. */
function emitWide(op: Op, emit: Emitter, { batches, inC, outC, groups, groupC, depth, y, x }: Conv2dGeometry, weightsOffset: number): void {
  const weights = op.input(1), values = int8Of(weights), bias = op.maybeInput(2);
  const rounding = wideRounding(bias, op.option("quantizedBiasType", "FLOAT32"));
  const { min, max } = activationRange(op, op.output());
  emit.step("conv_2d_int16", abi.CONV_2D_INT16_SIZE, (r) => {
    r.input(abi.CONV_2D_INT16_INPUT, op.input(0));
    r.output(abi.CONV_2D_INT16_OUTPUT, op.output());
    writeWideTiles(
      r, emit,
      { channels: outC, depth, weight: (c, d) => values[c * depth + d]!, bias, multipliers: operandMultipliers(op.input(0), weights, op.output(), rounding), rounding },
      { tiles: abi.CONV_2D_INT16_TILES, buffer: abi.CONV_2D_INT16_BUFFER, sliceC: abi.CONV_2D_INT16_SLICE_C, tileBytes: abi.CONV_2D_INT16_TILE_BYTES, rounding: abi.CONV_2D_INT16_ROUNDING },
      groups,
    );
    r.scratch(abi.CONV_2D_INT16_PATCHES, y.kernel * x.kernel === 1 ? 0 : 4 * depth);
    r.scratch(abi.CONV_2D_INT16_SUMS, abi.CONV_2D_INT16_SUMS_BYTES);
    writeWindow(r, batches, y, x);
    r.i32(abi.CONV_2D_INT16_IN_C, inC);
    r.i32(abi.CONV_2D_INT16_GROUPS, groups);
    r.i32(abi.CONV_2D_INT16_GROUP_C, groupC);
    r.i32(abi.CONV_2D_INT16_OUT_C, outC / groups);
    r.i32(abi.CONV_2D_INT16_DEPTH, depth);
    r.i32(abi.CONV_2D_INT16_WEIGHTS_OFFSET, weightsOffset);
    r.i32(abi.CONV_2D_INT16_MIN, min);
    r.i32(abi.CONV_2D_INT16_MAX, max);
  });
}

const conv2dInt16: Lowering = {
  operator: "CONV_2D",
  signatures: SIGNATURES,
  options: `${conv2d.options}; ${OPTIONS}`,
  check(op) {
    checkActivation(op);
    checkPerTensor(op, op.input(0), op.output());
    checkZeroPoint(op, op.input(0), op.output());
    const { batches, y, x, outC } = geometry(op);
    checkWeights(op, op.input(1), 0, outC);
    checkSymmetric(op, op.input(1));
    checkBias(op, op.maybeInput(2), outC);
    checkWideRescale(op, op.input(1), wideRounding(op.maybeInput(2), op.option("quantizedBiasType", "FLOAT32")));
    op.expectShape([batches, y.output, x.output, outC]);
  },
  lower: (op, emit) => emitWide(op, emit, geometry(op), 0),
  macs: conv2d.macs!,
};

/** Rows of activations as images. */
function rowGeometry(op: Op): Conv2dGeometry {
  const { batches, outC, depth } = rowsOf(op);
  const axis = (extent: number): WindowAxis => ({ input: extent, output: extent, kernel: 1, stride: 1, dilation: 1, pad: 0, touchesBorder: false });
  return { batches: 1, inC: depth, outC, groups: 1, groupC: depth, depth, y: axis(batches), x: axis(1) };
}

const fullyConnectedInt16: Lowering = {
  operator: "FULLY_CONNECTED",
  signatures: SIGNATURES,
  options: `${fullyConnected.options}; ${OPTIONS}`,
  check(op) {
    fullyConnected.check(op);
    checkZeroPoint(op, op.input(0), op.output());
    checkWideRescale(op, op.input(1), wideRounding(op.maybeInput(2), op.option("quantizedBiasType", "FLOAT32")));
  },
  lower: (op, emit) => emitWide(op, emit, rowGeometry(op), -op.input(1).quantization!.zeroPoint[0]!),
  macs: fullyConnected.macs!,
};

export const CONV_2D_INT16: readonly Lowering[] = [conv2dInt16, fullyConnectedInt16];
