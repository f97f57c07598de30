import { storedRange, type Tensor } from "../graph/tensor";
import type { Op } from "./op";
import { quantizationOf } from "./quantization";

export const RANGES: Record<string, readonly [number, number]> = {
  NONE: [-Infinity, Infinity], RELU: [0, Infinity], RELU_N1_TO_1: [-1, 1], RELU6: [0, 6],
};

/** Refuses fused activations other than the clamps. */
export function checkActivation(op: Op): void {
  const name = op.option("fusedActivationFunction", "NONE");
  if (!(name in RANGES)) op.refuse(`fused activation ${name}`, "put the activation behind the operator instead of fusing it");
}

/** The smallest and largest code that a fused activation lets through. */
export function activationRange(op: Op, output: Tensor): { min: number; max: number } {
  return clampRange(output, RANGES[op.option("fusedActivationFunction", "NONE")]!);
}

/** Codes of a tensor for real bounds, cut to what its type stores. Source: TFLM kernels/kernel_util.cc, CalculateActivationRangeQuantized: the quotient is rounded to float32. */
export function clampRange(tensor: Tensor, [low, high]: readonly [number, number]): { min: number; max: number } {
  const { scale, zeroPoint } = quantizationOf(tensor);
  const code = (real: number) => zeroPoint + roundHalfAway(Math.fround(real / scale));
  const [least, most] = storedRange(tensor.type)!;
  return { min: low === -Infinity ? least : Math.max(least, code(low)), max: high === Infinity ? most : Math.min(most, code(high)) };
}

/** The bounds of a fused activation on float32. Without one the reference still clamps, to finite numbers. Source: TFLM kernels/kernel_util.h, CalculateActivationRange. */
export function float32Range(op: Op): { min: number; max: number } {
  const [low, high] = RANGES[op.option("fusedActivationFunction", "NONE")]!;
  return { min: Math.max(low, -MOST_FLOAT32), max: Math.min(high, MOST_FLOAT32) };
}

/** The largest finite float32. */
const MOST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/** To the nearest integer, half away from zero. */
export function roundHalfAway(x: number): number {
  return Math.sign(x) * Math.round(Math.abs(x));
}
