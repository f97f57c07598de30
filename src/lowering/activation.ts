import type { Tensor } from "../graph/tensor";
import type { Op } from "./op";

const RANGES: Record<string, readonly [number, number]> = {
  NONE: [-Infinity, Infinity], RELU: [0, Infinity], RELU_N1_TO_1: [-1, 1], RELU6: [0, 6],
};

/** Refuses fused activations other than the clamps. */
export function checkActivation(op: Op): void {
  const name = op.option("fusedActivationFunction", "NONE");
  if (!(name in RANGES)) op.refuse(`fused activation ${name}`, "put the activation behind the operator instead of fusing it");
}

/** The smallest and largest int8 code that a fused activation lets through. */
export function activationRange(op: Op, output: Tensor): { min: number; max: number } {
  return clampRange(output, RANGES[op.option("fusedActivationFunction", "NONE")]!);
}

/** Codes of an int8 tensor for real bounds. Source: TFLM kernels/kernel_util.cc, CalculateActivationRangeQuantized: the quotient is rounded to float32. */
export function clampRange(tensor: Tensor, [low, high]: readonly [number, number]): { min: number; max: number } {
  const { scale, zeroPoint } = quantizationOf(tensor);
  const code = (real: number) => zeroPoint + roundHalfAway(Math.fround(real / scale));
  return { min: Math.max(-128, low === -Infinity ? -128 : code(low)), max: Math.min(127, high === Infinity ? 127 : code(high)) };
}

/** To the nearest integer, half away from zero. */
export function roundHalfAway(x: number): number {
  return Math.sign(x) * Math.round(Math.abs(x));
}

/** Scale and zero point of a tensor with one of each; lowerings have checked that it has them (`checkPerTensor`). */
export function quantizationOf(tensor: Tensor): { scale: number; zeroPoint: number } {
  const { quantization } = tensor;
  return { scale: quantization!.scale[0]!, zeroPoint: quantization!.zeroPoint[0]! };
}

/** Refuses tensors without exactly one positive scale. */
export function checkPerTensor(op: Op, ...tensors: Tensor[]): void {
  for (const tensor of tensors) {
    const scales = tensor.quantization?.scale ?? [];
    if (scales.length !== 1)
      op.refuse(`tensor ${tensor.index} '${tensor.name}' has ${scales.length} scales`, scales.length === 0 ? "quantize the model: an int8 tensor needs a scale and a zero point" : "activations take one scale per tensor");
    if (!(scales[0]! > 0)) op.invalid(`tensor ${tensor.index} '${tensor.name}' has scale ${scales[0]}`);
  }
}

/** Refuses a factor between scales that no shift of 30 bits reaches. */
export function checkRescale(op: Op, factor: number): void {
  if (!(factor < 2 ** 30)) op.refuse(`its sums are rescaled by ${factor}, 2^30 or more`, "the output's scale is far too small for these inputs: quantize again with data that reaches this tensor");
}

/**
 * Refuses an operator whose input and output differ in scale or zero point although its bytes are only moved or compared.
 * @param tolerance how far the scales may lie apart
 */
export function checkSameQuantization(op: Op, input: Tensor, output: Tensor, tolerance = 0): void {
  checkPerTensor(op, input, output);
  const a = quantizationOf(input), b = quantizationOf(output);
  if (Math.abs(a.scale - b.scale) > tolerance || a.zeroPoint !== b.zeroPoint)
    op.refuse(
      `input tensor ${input.index} '${input.name}' has scale ${a.scale} and zero point ${a.zeroPoint}, the output ${b.scale} and ${b.zeroPoint}`,
      "this operator does not rescale: put a QUANTIZE before it",
    );
}
