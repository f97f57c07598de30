// What lowerings ask of scales and zero points.
import type { Tensor } from "../graph/tensor";
import { describe, type Op } from "./op";

/** Scale and zero point of a tensor with one of each, which lowerings have checked (`checkPerTensor`); of integers that are no codes 1 and 0 (`checkCodes`). */
export function quantizationOf({ quantization }: Tensor): { scale: number; zeroPoint: number } {
  return quantization ? { scale: quantization.scale[0]!, zeroPoint: quantization.zeroPoint[0]! } : { scale: 1, zeroPoint: 0 };
}

/** Nothing that it stores is a real number: it has no scale, or scale 0. */
export const isPlain = ({ quantization }: Tensor): boolean => (quantization?.scale ?? []).every((scale) => scale === 0);

/** Refuses tensors without exactly one positive scale, unless none of them is quantized: what moves, compares and clamps codes does so with integers, too. */
export function checkCodes(op: Op, ...tensors: Tensor[]): void {
  if (tensors.some(({ quantization }) => quantization)) checkPerTensor(op, ...tensors);
}

/** Refuses tensors without exactly one positive scale. */
export function checkPerTensor(op: Op, ...tensors: Tensor[]): void {
  for (const tensor of tensors) {
    const scales = tensor.quantization?.scale ?? [];
    if (scales.length !== 1)
      op.refuse(`${describe(tensor)} has ${scales.length} scales`, scales.length === 0 ? `quantize the model: ${tensor.type} needs a scale and a zero point here; integers that are no codes take a CAST to int32 or float32` : "activations take one scale per tensor");
    if (!(scales[0]! > 0)) op.invalid(`${describe(tensor)} has scale ${scales[0]}`);
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
  checkCodes(op, input, output);
  const a = quantizationOf(input), b = quantizationOf(output);
  if (Math.abs(a.scale - b.scale) > tolerance || a.zeroPoint !== b.zeroPoint)
    op.refuse(
      `input ${describe(input)} has scale ${a.scale} and zero point ${a.zeroPoint}, the output ${b.scale} and ${b.zeroPoint}`,
      "this operator does not rescale: put a QUANTIZE before it",
    );
}

/** Refuses zero points other than 0: what kernels of int16 assume wherever TFLM's do. */
export function checkZeroPoint(op: Op, ...tensors: Tensor[]): void {
  for (const tensor of tensors) {
    const { zeroPoint } = quantizationOf(tensor);
    if (zeroPoint !== 0) op.refuse(`${describe(tensor)} has zero point ${zeroPoint}`, "int16 is quantized symmetrically: convert with 16x8 activations, which gives zero points of 0");
  }
}
