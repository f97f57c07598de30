// Element types: the schema's names are ours in upper case.

import type { TensorType } from "../graph/tensor";
import { enumOf } from "./schema";

/** The element type with this number in the file, null for one that is newer than our schema. */
export function tensorTypeOf(value: number): TensorType | null {
  const name = enumOf("TensorType").values[value];
  return name === undefined ? null : (name.toLowerCase() as TensorType);
}

/** The smallest and largest stored value of the integer types that quantization uses; null for other types. */
export function storedRange(type: TensorType): readonly [number, number] | null {
  const match = /^(u?)int(2|4|8|16|32)$/.exec(type);
  if (!match) return type === "int64" ? [-(2 ** 31), 2 ** 31 - 1] : null; // an int64 bias: its zero point is 0 in any case
  const bits = Number(match[2]);
  return match[1] ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}
