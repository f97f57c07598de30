// Functions of one code of a legacy uint8 tensor that TFLite's reference computes in float32, where int8 has integers or nothing. Codes and zero points
// come rebased (rebase.ts); every step is rounded to float32.
import type { Tensor } from "../graph/tensor";
import { roundHalfAway } from "./activation";
import { quantizationOf } from "./quantization";

const clamp = (code: number) => Math.min(Math.max(code, -128), 127);

/** LOGISTIC, TANH: `f` of the real value. Source: TFLite kernels/internal/common.h, LUTPopulateInt8. */
export function floatFunction(input: Tensor, output: Tensor, f: (x: number) => number): (q: number) => number {
  const from = quantizationOf(input), to = quantizationOf(output);
  const inverse = Math.fround(1 / to.scale);
  return (q) => clamp(roundHalfAway(Math.fround(f(Math.fround(from.scale * (q - from.zeroPoint))) * inverse)) + to.zeroPoint);
}

/** CONCATENATION of an input with another quantization. Source: TFLite reference/concatenation.h, ConcatenationWithScaling. */
export function concatenated(input: Tensor, output: Tensor): (q: number) => number {
  const from = quantizationOf(input), to = quantizationOf(output);
  const scale = Math.fround(from.scale * Math.fround(1 / to.scale)), bias = Math.fround(-(from.zeroPoint + 128) * scale);
  return (q) => clamp(roundHalfAway(Math.fround(Math.fround((q + 128) * scale) + bias)) + to.zeroPoint);
}

/** 1 / (1 + exp(-x)). */
export function logisticOf32(x: number): number {
  return Math.fround(1 / Math.fround(1 + Math.fround(Math.exp(-x))));
}

export function tanhOf32(x: number): number {
  return Math.fround(Math.tanh(x));
}
