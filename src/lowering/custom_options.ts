// Options of custom operators: a FlexBuffers map, read by name. Only scalars are looked up, so that a damaged map costs no more than a search.
import { toReference } from "flatbuffers/js/flexbuffers.js";
import type { Op } from "./op";

type Found = number | boolean | null;

/** The scalar of a name; null where the map has none. */
function find(op: Op, name: string): Found {
  const bytes = op.operator.customOptions ?? new Uint8Array();
  let isMap = false;
  try {
    const root = toReference(bytes.slice().buffer);
    isMap = root.isMap();
    if (isMap) {
      const value = (root.get as unknown as (key: string) => typeof root).call(root, name); // its declaration forgot names
      if (value.isBool()) return value.boolValue();
      const number = value.isFloat() ? value.floatValue() : value.isInt() ? value.intValue() : null;
      return number === null ? null : Number(number);
    }
  } catch {
    // the package throws for absent names and for offsets outside the bytes alike
    if (isMap) return null;
  }
  return op.invalid("its custom options are no FlexBuffers map");
}

/** An integer; booleans count, and fractions are cut, as FlexBuffers' own conversion does. Refuses values outside `least` to `most`. */
export function customInteger(op: Op, name: string, least: number, most: number, fallback?: number): number {
  const value = Math.trunc(customNumber(op, name, fallback));
  if (!(value >= least && value <= most)) op.invalid(`custom option '${name}' is ${value}, expected ${least} to ${most}`);
  return value;
}

/** A real number, or an integer. */
export function customNumber(op: Op, name: string, fallback?: number): number {
  const found = find(op, name) ?? fallback;
  return found === undefined ? op.invalid(`custom option '${name}' is missing`) : Number(found);
}

export function customBoolean(op: Op, name: string, fallback?: boolean): boolean {
  return customNumber(op, name, fallback === undefined ? undefined : Number(fallback)) !== 0;
}

/** The schema's numbers of types. */
const TYPES: Readonly<Record<number, string>> = { 0: "float32", 2: "int32", 7: "int16" };

/** Refuses an operator whose option 'T' names another type than its input has. */
export function checkCustomType(op: Op): void {
  const type = customInteger(op, "T", 0, 255);
  if (TYPES[type] !== op.input(0).type) op.invalid(`custom option 'T' is ${type} (${TYPES[type] ?? "no type that it has"}), the input ${op.input(0).type}`);
}
