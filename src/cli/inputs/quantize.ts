import { ArenulaError } from "../../errors";
import { byteLength, elementCount, type TensorType } from "../../graph/tensor";
import type { DecodedInput, InputTensor, NumberArray } from "./types";

/** The integer types that an array can hold element by element, with their ranges. */
const INTEGER_RANGE: Partial<Record<TensorType, readonly [number, number]>> = {
  bool: [0, 1],
  int8: [-128, 127], int16: [-32768, 32767], int32: [-(2 ** 31), 2 ** 31 - 1], int64: [-(2 ** 63), 2 ** 63],
  uint8: [0, 255], uint16: [0, 65535], uint32: [0, 2 ** 32 - 1], uint64: [0, 2 ** 64],
};

export function integerRange(type: TensorType): readonly [number, number] | null {
  return INTEGER_RANGE[type] ?? null;
}

/** "[1, 49, 10, 1]" */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** "int8 [1, 49, 10, 1]" */
export function tensorText(tensor: Pick<InputTensor, "type" | "shape">): string {
  return `${tensor.type} ${shapeText(tensor.shape)}`;
}

/** A scale in as many digits as a float32 has: 0.5847029. */
export function scaleText(scale: number): string {
  return String(Number(scale.toPrecision(7)));
}

/** Row-major coordinates of a flat index: "[0, 3, 1, 7]". */
export function coordinates(index: number, shape: readonly number[]): string {
  const at = shape.map(() => 0);
  for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
    const n = shape[axis] || 1;
    at[axis] = rest % n;
    rest = Math.floor(rest / n);
  }
  return shapeText(at);
}

/**
 * Stored values of the tensor's own type -> its bytes.
 * @throws ArenulaError INPUT_VALUE for a value that the type cannot hold, with its place.
 */
export function storeValues(values: NumberArray, tensor: InputTensor, where: string): DecodedInput {
  const bytes = new Uint8Array(byteLength(tensor));
  const view = new DataView(bytes.buffer);
  const write = writer(view, tensor, where);
  const range = integerRange(tensor.type);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === "bigint") {
      write(i, value);
      continue;
    }
    if (range && (!Number.isInteger(value) || value < range[0] || value > range[1])) {
      throw new ArenulaError("INPUT_VALUE", `stored value ${value} at ${coordinates(i, tensor.shape)} is no ${tensor.type}`, {
        where, hint: Number.isFinite(value) ? `${tensor.type} holds whole numbers from ${range[0]} to ${range[1]}; real values go in as {"real": [...]} or a float array` : "",
      });
    }
    if (!range) checkFinite(value, i, tensor, where);
    write(i, value);
  }
  return { bytes, notes: [] };
}

/**
 * Real values -> the bytes that the tensor stores. Quantized as TFLM's QUANTIZE does: float32 quotient, rounded half away from zero, clamped.
 * Source: TFLM kernels/internal/reference/quantize.h, AffineQuantize.
 * @throws ArenulaError INPUT_VALUE for NaN and infinities, INPUT_TYPE for an integer tensor without a scale.
 */
export function quantizeValues(values: ArrayLike<number>, tensor: InputTensor, where: string): DecodedInput {
  const bytes = new Uint8Array(byteLength(tensor));
  const write = writer(new DataView(bytes.buffer), tensor, where);
  const range = integerRange(tensor.type);
  if (!range) {
    for (let i = 0; i < values.length; i++) {
      checkFinite(values[i], i, tensor, where);
      write(i, values[i]);
    }
    return { bytes, notes: [] };
  }
  const { scale } = tensor;
  if (scale === null || !(scale > 0)) {
    throw new ArenulaError("INPUT_TYPE", `real values for ${tensorText(tensor)}, which has no scale to quantize them with`, {
      where, hint: `give stored values: an array of ${tensor.type}, or {"stored": [...]}`,
    });
  }
  const zeroPoint = tensor.zeroPoint ?? 0;
  const divisor = Math.fround(scale);
  let clipped = 0;
  for (let i = 0; i < values.length; i++) {
    checkFinite(values[i], i, tensor, where);
    const quotient = Math.fround(Math.fround(values[i]) / divisor);
    const code = Math.sign(quotient) * Math.floor(Math.abs(quotient) + 0.5) + zeroPoint;
    if (code < range[0] || code > range[1]) clipped++;
    write(i, Math.min(range[1], Math.max(range[0], code)));
  }
  const n = values.length;
  const notes = [`quantized ${n} real value${n === 1 ? "" : "s"} with scale ${scaleText(scale)}, zero point ${zeroPoint}`];
  if (clipped > 0) {
    const low = (range[0] - zeroPoint) * scale, high = (range[1] - zeroPoint) * scale;
    notes.push(`${clipped} of ${n} values lie outside ${Number(low.toPrecision(4))} to ${Number(high.toPrecision(4))} and were clipped`);
  }
  return { bytes, notes };
}

/**
 * Checks the shape of an array against the tensor's. Axes of length 1 may be missing or extra, and a flat list is row-major.
 * @throws ArenulaError INPUT_SHAPE naming both shapes.
 */
export function checkShape(shape: readonly number[], tensor: InputTensor, where: string): void {
  const squeezed = (dims: readonly number[]) => dims.filter((n) => n !== 1);
  const found = squeezed(shape), expected = squeezed(tensor.shape);
  const count = elementCount(shape), wanted = elementCount(tensor.shape);
  if (found.join() === expected.join() || (shape.length === 1 && count === wanted)) return;
  let hint = "";
  if (count === wanted) {
    const sorted = (dims: readonly number[]) => [...dims].sort((a, b) => a - b).join();
    hint = sorted(found) === sorted(expected)
      ? "the axes are in another order: transpose the array (TFLite images are [batch, height, width, channels])"
      : "the number of values is right: reshape the array";
  } else if (shape.length > 0 && found.slice(1).join() === expected.join()) {
    hint = `the file holds ${shape[0]} samples, one is wanted: save one of them, x[0]`;
  }
  throw new ArenulaError("INPUT_SHAPE", `the array is ${shapeText(shape)}, input '${tensor.name}' is ${tensorText(tensor)}`, { where, hint });
}

function checkFinite(value: number, index: number, tensor: InputTensor, where: string): void {
  if (Number.isFinite(value)) return;
  throw new ArenulaError("INPUT_VALUE", `the value at ${coordinates(index, tensor.shape)} is ${value}`, {
    where, hint: "replace NaN and infinities before inference: they have no quantized value",
  });
}

function writer(view: DataView, tensor: InputTensor, where: string): (index: number, value: number | bigint) => void {
  switch (tensor.type) {
    case "bool": case "uint8": return (i, v) => view.setUint8(i, Number(v));
    case "int8": return (i, v) => view.setInt8(i, Number(v));
    case "int16": return (i, v) => view.setInt16(2 * i, Number(v), true);
    case "uint16": return (i, v) => view.setUint16(2 * i, Number(v), true);
    case "int32": return (i, v) => view.setInt32(4 * i, Number(v), true);
    case "uint32": return (i, v) => view.setUint32(4 * i, Number(v), true);
    case "int64": return (i, v) => view.setBigInt64(8 * i, BigInt(v), true);
    case "uint64": return (i, v) => view.setBigUint64(8 * i, BigInt(v), true);
    case "float32": return (i, v) => view.setFloat32(4 * i, Number(v), true);
    case "float64": return (i, v) => view.setFloat64(8 * i, Number(v), true);
    default:
      throw new ArenulaError("INPUT_TYPE", `input '${tensor.name}' is ${tensorText(tensor)}: arrays of ${tensor.type} are not written here`, {
        where, hint: "give the raw bytes as a .bin file",
      });
  }
}
