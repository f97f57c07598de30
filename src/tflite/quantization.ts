// Scales and zero points of one tensor.
//
// Which scales pass. Every scale is finite and not negative. 0 on an activation is refused: nothing could be stored in it. 0 on a constant
// is a dead channel (all its weights are 0), which real models have, and it stays: its multiplier is 0.
//
// One bend of the format that runs everywhere but in LiteRT's verifier: person_detect.tflite gives quantized_dimension 3 (that of its
// depthwise weights) on one-dimensional biases. Such a tensor has one axis, so its scales run along that one.

import type { Quantization, TensorType } from "../graph/tensor";
import { QuantizationDetails, type QuantizationParameters } from "./generated/schema_generated";
import { invalid, list, unsupported, type Place } from "./place";
import { zeroPointRange } from "./types";

export interface QuantizedTensor {
  readonly type: TensorType;
  readonly shape: readonly number[];
  readonly constant: boolean;
  /** Some operator, input or output refers to it. */
  readonly used: boolean;
}

/**
 * Null where the file has no scales, and for types that hold reals or no numbers at all: a scale says nothing about their values.
 * @throws ModelError MODEL_INVALID, MODEL_UNSUPPORTED.
 */
export function readQuantization(table: QuantizationParameters | null, tensor: QuantizedTensor, place: Place): Quantization | null {
  if (!table) return null;
  const details = table.detailsType();
  if (details !== QuantizationDetails.NONE && tensor.used) {
    throw unsupported(place, ".quantization.details", `${QuantizationDetails[details] ?? `kind ${details} of quantization`} is not supported`,
      "convert with one scale per tensor or per channel");
  }
  const range = zeroPointRange(tensor.type);
  const count = table.scaleLength();
  if (!range || count === 0) return null;

  if (table.zeroPointLength() !== count) {
    throw invalid(place, ".quantization.zero_point", `${count} scales but ${table.zeroPointLength()} zero points`);
  }
  const scale = Array.from(table.scaleArray()!), zeroPoint = new Array<number>(count);
  for (let i = 0; i < count; i++) {
    checkScale(scale[i]!, i, tensor, place);
    zeroPoint[i] = checkZeroPoint(table.zeroPoint(i)!, i, range, tensor, place);
  }
  return { scale, zeroPoint, dimension: count === 1 ? 0 : dimensionOf(table.quantizedDimension(), count, tensor, place) };
}

function checkScale(scale: number, i: number, { constant }: QuantizedTensor, place: Place): void {
  if (scale > 0 && scale < Infinity) return;
  const field = `.quantization.scale[${i}]`;
  if (scale !== 0) throw invalid(place, field, `scale ${scale}, expected a finite positive number`);
  if (constant) return;
  throw invalid(place, field, "scale 0 on an activation: no value but 0 could be stored", "quantize again with data that reaches this tensor");
}

function checkZeroPoint(value: bigint, i: number, [least, most]: readonly [number, number], { type }: QuantizedTensor, place: Place): number {
  const number = Number(value); // rounds far outside the range only
  if (number >= least && number <= most) return number;
  throw invalid(place, `.quantization.zero_point[${i}]`, `zero point ${value} is outside ${type}, which holds ${least} to ${most}`);
}

/** The axis of per-channel scales: its extent is their number. */
function dimensionOf(stated: number, count: number, { shape }: QuantizedTensor, place: Place): number {
  const field = ".quantization.quantized_dimension";
  const dimension = shape.length === 1 ? 0 : stated;
  const extent = shape[dimension];
  if (extent === undefined) throw invalid(place, field, `dimension ${stated} of a tensor of shape [${list(shape)}]`);
  if (extent !== count) throw invalid(place, field, `${count} scales along dimension ${dimension}, whose extent is ${extent}, of shape [${list(shape)}]`);
  return dimension;
}
