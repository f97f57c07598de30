// Element types: the schema's names are ours in upper case.

import type { TensorType } from "../graph/tensor";
import { enumOf } from "./schema";

/** The element type with this number in the file, null for one that is newer than our schema. */
export function tensorTypeOf(value: number): TensorType | null {
  const name = enumOf("TensorType").values[value];
  return name === undefined ? null : (name.toLowerCase() as TensorType);
}

const signed = (bits: number) => [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] as const;
const unsigned = (bits: number) => [0, 2 ** bits - 1] as const;
const STORED_RANGES: Readonly<Partial<Record<TensorType, readonly [number, number]>>> = {
  int2: signed(2), int4: signed(4), int8: signed(8), int16: signed(16), int32: signed(32),
  int64: signed(32), // biases of int16 activations, whose zero point is 0: nothing needs more
  uint2: unsigned(2), uint4: unsigned(4), uint8: unsigned(8), uint16: unsigned(16), uint32: unsigned(32),
};

/** The zero points that an integer type allows: what it can store. Null for types that quantization does not use. */
export function storedRange(type: TensorType): readonly [number, number] | null {
  return STORED_RANGES[type] ?? null;
}
