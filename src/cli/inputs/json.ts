import { ArenulaError } from "../../errors";
import type { TensorType } from "../../graph/tensor";
import type { Values } from "./types";

/**
 * {"stored": [...]}, {"real": [...]} or a bare array, which is real. Nested lists give the shape.
 * @param type What stored values are.
 * @throws ArenulaError INPUT_FORMAT, INPUT_VALUE
 */
export function parseJsonValues(text: string, type: TensorType, where: string): Values {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const special = /(?<![\w"])-?(NaN|Infinity)\b/.exec(text);
    if (special) throw new ArenulaError("INPUT_VALUE", `the file holds ${special[0]}`, { where, hint: "replace NaN and infinities before inference: they have no quantized value" });
    throw new ArenulaError("INPUT_FORMAT", `not JSON: ${(error as Error).message}`, { where, hint: HINT });
  }
  const { kind, list } = kindOf(json, where);
  const shape: number[] = [];
  const data: number[] = [];
  flatten(list, 0, shape, data, where);
  return kind === "stored" ? { kind, shape, type, data } : { kind, shape, data };
}

/** numpy's limit; a file may nest deeper than a recursion can follow. */
const MOST_DIMENSIONS = 64;
const HINT = 'write {"real": [...]}, {"stored": [...]}, or a bare list of real values';

function kindOf(json: unknown, where: string): { kind: "stored" | "real"; list: unknown } {
  if (Array.isArray(json) || typeof json === "number") return { kind: "real", list: json };
  if (json !== null && typeof json === "object") {
    const keys = Object.keys(json);
    for (const kind of ["stored", "real"] as const) {
      if (keys.length === 1 && keys[0] === kind) return { kind, list: (json as Record<string, unknown>)[kind] };
    }
    throw new ArenulaError("INPUT_FORMAT", `an object with ${keys.map((key) => `"${key}"`).join(", ") || "nothing in it"}`, { where, hint: HINT });
  }
  throw new ArenulaError("INPUT_FORMAT", `${json === null ? "null" : `a ${typeof json}`} where a list of numbers belongs`, { where, hint: HINT });
}

function flatten(value: unknown, depth: number, shape: number[], data: number[], where: string): void {
  if (Array.isArray(value)) {
    if (depth === MOST_DIMENSIONS) throw new ArenulaError("INPUT_FORMAT", `lists nested deeper than ${MOST_DIMENSIONS}`, { where, hint: HINT });
    if (shape.length === depth && data.length === 0) shape.push(value.length);
    if (shape[depth] !== value.length) {
      throw new ArenulaError("INPUT_FORMAT", `lists of different lengths at depth ${depth + 1}: ${shape[depth] ?? "a number"} and ${value.length}`, { where, hint: "every row must have the same number of values" });
    }
    for (const item of value) flatten(item, depth + 1, shape, data, where);
    return;
  }
  if (depth !== shape.length) throw new ArenulaError("INPUT_FORMAT", `a number among lists, after ${data.length} values`, { where, hint: "every row must have the same number of values" });
  if (value === null) throw new ArenulaError("INPUT_VALUE", `value ${data.length} is null`, { where, hint: "JSON writes NaN as null; replace it before inference" });
  if (typeof value === "boolean") value = Number(value);
  if (typeof value !== "number") throw new ArenulaError("INPUT_FORMAT", `value ${data.length} is a ${typeof value}: ${JSON.stringify(value)}`, { where, hint: HINT });
  data.push(value as number);
}
