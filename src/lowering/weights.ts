// What CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED ask of their weights and biases.
import { elementCount, type Tensor } from "../graph/tensor";
import type { Multiplier } from "./multiplier";
import { describe, type Op } from "./op";
import { checkRescale, quantizationOf } from "./quantization";

/** Refuses weights that are not constant, or whose scales do not go with their output channels along `dimension` or with the activations'. */
export function checkWeights(op: Op, weights: Tensor, dimension: number, channels: number, input = op.input(0)): void {
  if (!weights.data) op.refuse(`weights ${describe(weights)} are computed while the model runs`, "make them a constant: they are packed before anything runs");
  const { quantization } = weights;
  if (!quantization) op.refuse(`weights ${describe(weights)} have no scale`, "quantize the model");
  const count = quantization.scale.length;
  if (count !== 1 && (count !== channels || quantization.dimension !== dimension))
    op.invalid(`weights ${describe(weights)} have ${count} scales along dimension ${quantization.dimension}; ${channels} along ${dimension} are due`);
  const largest = quantization.scale.reduce((most, scale) => Math.max(most, scale), 0);
  checkRescale(op, (quantizationOf(input).scale * largest) / quantizationOf(op.output()).scale);
}

/** Refuses a zero point other than 0 of weights that are not legacy uint8. */
export function checkSymmetric(op: Op, weights: Tensor): void {
  if (weights.quantization!.scale.length === 1 && weights.rebased) return;
  if (weights.quantization!.zeroPoint.some((z) => z !== 0))
    op.refuse(`weights ${describe(weights)} have a zero point other than 0`, "convert with symmetric int8 weights");
}

/** Refuses a bias that is not a constant of one int32 per channel. */
export function checkBias(op: Op, bias: Tensor | null, channels: number): void {
  if (!bias) return;
  if (!bias.data) op.refuse(`bias ${describe(bias)} is computed while the model runs`, "make it a constant");
  if (elementCount(bias.shape) !== channels) op.invalid(`bias ${describe(bias)} has ${elementCount(bias.shape)} elements for ${channels} channels`);
}

/** Weights as kernels take them. */
export interface Weights {
  readonly weights: Int8Array;
  /** What has to be added to every weight: the negated zero point. */
  readonly weightsOffset: number;
  /** -8 to 7, stored two to a byte. */
  readonly int4: boolean;
}

/** Codes of constant weights. A zero point is taken off at once where all of them remain int8, so that any form of a kernel takes them. */
export function weightsOf(tensor: Tensor): Weights {
  const int4 = tensor.type === "int4", weights = int4 ? int4Of(tensor) : int8Of(tensor), zeroPoint = tensor.quantization!.zeroPoint[0]!;
  const fits = zeroPoint !== 0 && !int4 && weights.every((w) => w - zeroPoint >= -128 && w - zeroPoint <= 127);
  if (!fits) return { weights, weightsOffset: -zeroPoint || 0, int4 };
  return { weights: weights.map((w) => w - zeroPoint), weightsOffset: 0, int4 };
}

/** Elements of four bits, the even one in the low nibble. */
function int4Of({ shape, data }: Tensor): Int8Array {
  return Int8Array.from({ length: elementCount(shape) }, (_, i) => (data![i >> 1]! << (28 - 4 * (i & 1))) >> 28);
}

export function int8Of(tensor: Tensor): Int8Array {
  const { data } = tensor;
  return new Int8Array(data!.buffer, data!.byteOffset, data!.byteLength);
}

export function int16Of(tensor: Tensor): Int16Array {
  const { data } = tensor;
  return new Int16Array(data!.slice().buffer);
}

/** int32 values of a constant, wherever its bytes lie; null stays null. */
export function int32Of(tensor: Tensor | null): Int32Array | null {
  if (!tensor) return null;
  const view = new DataView(tensor.data!.buffer, tensor.data!.byteOffset, tensor.data!.byteLength);
  return Int32Array.from({ length: view.byteLength >> 2 }, (_, i) => view.getInt32(4 * i, true));
}

/** Terms that a 21-bit field can sum: 64 products of 128 * 127, one less where a weight is -128 (inner/dot_6x4.ts); 1023 of 128 * 8. */
export function spillOf({ weights, int4 }: Pick<Weights, "weights" | "int4">): number {
  if (int4) return 1023;
  return weights.includes(-128) ? 63 : 64;
}

/**
 * Whether sums can be rescaled as 64-bit numbers without wrapping first: no shift is to the left, and bias and products stay within
 * 32 bits whatever the activations.
 */
export function rescalesDirectly(bias: Int32Array, multipliers: readonly Multiplier[], depth: number): boolean {
  const largest = bias.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return multipliers.every(({ shift }) => shift <= 0) && largest + depth * 128 * 128 < 2 ** 31;
}
