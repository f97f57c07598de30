// Element types: the schema's names are ours in upper case.

import { storedRange, type TensorType } from "../graph/tensor";
import { enumOf } from "./schema";

/** The element type with this number in the file, null for one that is newer than our schema. */
export function tensorTypeOf(value: number): TensorType | null {
  const name = enumOf("TensorType").values[value];
  return name === undefined ? null : (name.toLowerCase() as TensorType);
}

/**
 * The zero points that an integer type allows: what it can store. int64 is there for biases of int16 activations, whose zero point is
 * 0, so that 32 bits are enough. Null for types that quantization does not use.
 */
export function zeroPointRange(type: TensorType): readonly [number, number] | null {
  return storedRange(type === "int64" ? "int32" : type);
}
