import * as abi from "../../assembly/abi/fully_connected";
import { elementCount } from "../graph/tensor";
import { activationRange, checkActivation } from "./activation";
import type { Lowering } from "./lowering";
import type { Op } from "./op";
import { bytesOfInt32, channelMultipliers, foldOffset, packC8, packMultipliers } from "./packing";
import { checkPerTensor, quantizationOf } from "./quantization";
import { checkBias, checkSymmetric, checkWeights, int32Of, int8Of } from "./weights";

/** [batches][depth] x [outC][depth]: leading dimensions of the input count as batches. */
function geometry(op: Op) {
  const input = op.input(0), weights = op.input(1);
  if (weights.shape.length !== 2) op.invalid(`weights [${weights.shape}] have to have two dimensions`);
  const [outC, depth] = weights.shape as [number, number];
  const batches = elementCount(input.shape) / depth;
  if (!Number.isInteger(batches)) op.invalid(`an input of ${elementCount(input.shape)} elements does not divide into rows of ${depth}`);
  return { batches, outC, depth };
}

export const fullyConnected: Lowering = {
  operator: "FULLY_CONNECTED",
  signatures: [{ inputs: ["int8", "int8", "int32?"], outputs: ["int8"] }],
  options: "per-channel or per-tensor weights, a weight zero point with the latter; keep_num_dims; fused NONE, RELU, RELU_N1_TO_1, RELU6",
  check(op) {
    checkActivation(op);
    checkPerTensor(op, op.input(0), op.output());
    const { batches, outC } = geometry(op);
    const weights = op.input(1);
    checkWeights(op, weights, 0, outC);
    if (weights.quantization!.scale.length > 1) checkSymmetric(op, weights);
    checkBias(op, op.maybeInput(2), outC);
    if (op.option("weightsFormat", "DEFAULT") !== "DEFAULT") op.refuse("shuffled weights", "convert without the Arm-specific weight format");
    if (op.option("keepNumDims", false)) op.expectShape([...op.input(0).shape.slice(0, -1), outC]);
    else if (elementCount(op.output().shape) !== batches * outC) op.invalid(`the output has shape [${op.output().shape}], the inputs give [${batches},${outC}]`);
  },
  lower(op, emit) {
    const { batches, outC, depth } = geometry(op);
    const input = op.input(0), output = op.output();
    const weights = int8Of(op.input(1)), weightsOffset = -op.input(1).quantization!.zeroPoint[0]!;
    const { scale, zeroPoint } = quantizationOf(input);
    const out = quantizationOf(output);
    const { min, max } = activationRange(op, output);
    const multipliers = channelMultipliers(scale, op.input(1).quantization!.scale, out.scale);
    emit.step("fully_connected", abi.FULLY_CONNECTED_SIZE, (r) => {
      r.input(abi.FULLY_CONNECTED_INPUT, input);
      r.constant(abi.FULLY_CONNECTED_WEIGHTS, packC8(weights, outC, depth, emit.target.core !== "mcu"));
      r.constant(abi.FULLY_CONNECTED_BIAS, bytesOfInt32(foldOffset(int32Of(op.maybeInput(2)), weights, outC, depth, -zeroPoint, weightsOffset)));
      r.constant(abi.FULLY_CONNECTED_MULTIPLIERS, packMultipliers(multipliers));
      r.i32(abi.FULLY_CONNECTED_MULTIPLIER_STRIDE, multipliers.length === 1 ? 0 : 8);
      r.output(abi.FULLY_CONNECTED_OUTPUT, output);
      r.scratch(abi.FULLY_CONNECTED_TILE, abi.FULLY_CONNECTED_TILE_BYTES);
      r.i32(abi.FULLY_CONNECTED_BATCHES, batches);
      r.i32(abi.FULLY_CONNECTED_DEPTH, depth);
      r.i32(abi.FULLY_CONNECTED_OUT_C, outC);
      r.i32(abi.FULLY_CONNECTED_WEIGHTS_OFFSET, weightsOffset - 128); // packC8 adds 128
      r.i32(abi.FULLY_CONNECTED_OUTPUT_OFFSET, out.zeroPoint);
      r.i32(abi.FULLY_CONNECTED_MIN, min);
      r.i32(abi.FULLY_CONNECTED_MAX, max);
    });
  },
  macs(op) {
    const { batches, outC, depth } = geometry(op);
    return batches * outC * depth;
  },
};
