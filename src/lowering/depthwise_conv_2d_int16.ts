import * as abi from "../../assembly/abi/depthwise_conv_2d_int16";
import { WIDE_SUMS_BYTES } from "../../assembly/abi/wide_tile";
import { activationRange, checkActivation } from "./activation";
import { depthwiseConv2d, geometry } from "./depthwise_conv_2d";
import type { Lowering } from "./lowering";
import { checkPerTensor, checkZeroPoint } from "./quantization";
import { checkBias, checkSymmetric, checkWeights, int8Of } from "./weights";
import { checkWideRescale, operandMultipliers, wideRounding, writeWideTiles } from "./wide";
import { writeWindow } from "./window";

/** Of int16 activations and int8 weights [1][k_h][k_w][out_c]. TFLM reads an int32 bias as int64; it means what it means for CONV_2D. */
export const depthwiseConv2dInt16: Lowering = {
  operator: "DEPTHWISE_CONV_2D",
  signatures: [{ inputs: ["int16", "int8", "int32|int64?"], outputs: ["int16"] }],
  options: `${depthwiseConv2d.options}; int64 bias or none: rounded once, with multipliers of 16 bits; int32 bias: rounded twice`,
  check(op) {
    checkActivation(op);
    checkPerTensor(op, op.input(0), op.output());
    checkZeroPoint(op, op.input(0), op.output());
    const { batches, y, x, outC } = geometry(op);
    checkWeights(op, op.input(1), 3, outC);
    checkSymmetric(op, op.input(1));
    checkBias(op, op.maybeInput(2), outC);
    checkWideRescale(op, op.input(1), wideRounding(op.maybeInput(2)));
    op.expectShape([batches, y.output, x.output, outC]);
  },
  lower(op, emit) {
    const { batches, inC, outC, multiplier, taps, y, x } = geometry(op);
    const weights = op.input(1), values = int8Of(weights), bias = op.maybeInput(2), rounding = wideRounding(bias);
    const { min, max } = activationRange(op, op.output());
    emit.step("depthwise_conv_2d_int16", abi.DEPTHWISE_CONV_2D_INT16_SIZE, (r) => {
      r.input(abi.DEPTHWISE_CONV_2D_INT16_INPUT, op.input(0));
      r.output(abi.DEPTHWISE_CONV_2D_INT16_OUTPUT, op.output());
      writeWideTiles(
        r, emit,
        { channels: outC, depth: taps, weight: (c, d) => values[d * outC + c]!, bias, multipliers: operandMultipliers(op.input(0), weights, op.output(), rounding), rounding },
        {
          tiles: abi.DEPTHWISE_CONV_2D_INT16_TILES, buffer: abi.DEPTHWISE_CONV_2D_INT16_BUFFER, sliceC: abi.DEPTHWISE_CONV_2D_INT16_SLICE_C,
          tileBytes: abi.DEPTHWISE_CONV_2D_INT16_TILE_BYTES, rounding: abi.DEPTHWISE_CONV_2D_INT16_ROUNDING,
        },
      );
      r.scratch(abi.DEPTHWISE_CONV_2D_INT16_SUMS, WIDE_SUMS_BYTES);
      writeWindow(r, batches, y, x);
      r.i32(abi.DEPTHWISE_CONV_2D_INT16_IN_C, inC);
      r.i32(abi.DEPTHWISE_CONV_2D_INT16_DEPTH_MULTIPLIER, multiplier);
      r.i32(abi.DEPTHWISE_CONV_2D_INT16_OUT_C, outC);
      r.i32(abi.DEPTHWISE_CONV_2D_INT16_MIN, min);
      r.i32(abi.DEPTHWISE_CONV_2D_INT16_MAX, max);
    });
  },
  macs: depthwiseConv2d.macs!,
};
