import * as abi from "../../assembly/abi/fully_connected";
import { elementCount } from "../graph/tensor";
import { activationRange, checkActivation } from "./activation";
import type { Lowering } from "./lowering";
import type { Op } from "./op";
import { channelMultipliers, concatenate, foldOffset, packC8, packMultiplier, packTile, tilesPerSlice } from "./packing";
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
    const shared = multipliers.length === 1;
    const bias = foldOffset(int32Of(op.maybeInput(2)), weights, outC, depth, -zeroPoint, weightsOffset);
    const tiles: Uint8Array[] = [];
    for (let first = 0; first < outC; first += 8) {
      const end = Math.min(first + 8, outC);
      const packed = packC8(weights.subarray(first * depth, end * depth), end - first, depth, emit.target.core !== "mcu");
      tiles.push(packTile(end - first > 4 ? 8 : 4, bias.subarray(first, end), shared ? null : multipliers.slice(first, end), packed));
    }
    const perSlice = tilesPerSlice(emit.target.sliceBytes, tiles[0]!.length, tiles.length);
    emit.step("fully_connected", abi.FULLY_CONNECTED_SIZE, (r) => {
      r.input(abi.FULLY_CONNECTED_INPUT, input);
      r.output(abi.FULLY_CONNECTED_OUTPUT, output);
      r.slices(abi.FULLY_CONNECTED_TILES, abi.FULLY_CONNECTED_BUFFER, concatenate(tiles), perSlice * tiles[0]!.length);
      if (shared) r.constant(abi.FULLY_CONNECTED_MULTIPLIER, packMultiplier(multipliers[0]!));
      r.scratch(abi.FULLY_CONNECTED_SUMS, abi.FULLY_CONNECTED_SUMS_BYTES);
      r.i32(abi.FULLY_CONNECTED_BATCHES, batches);
      r.i32(abi.FULLY_CONNECTED_DEPTH, depth);
      r.i32(abi.FULLY_CONNECTED_OUT_C, outC);
      r.i32(abi.FULLY_CONNECTED_SLICE_C, 8 * perSlice);
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
