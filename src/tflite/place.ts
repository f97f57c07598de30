// Where in a model something is: "subgraphs[0].tensors[7] 'conv/weights' (byte 1032)".

import { ModelError } from "../errors";

const SHOWN_NAME_LENGTH = 80;
const SHOWN_NUMBERS = 8;

export interface Place {
  /** "subgraphs[0].operators[3]". */
  readonly path: string;
  /** "CONV_2D 'conv2d_3/Relu'", or "". */
  readonly name: string;
  /** Of the table in the file. */
  readonly byte: number;
}

/** `field` goes on from the path: ".inputs[1]". */
export function where({ path, name, byte }: Place, field = ""): string {
  return `${path}${field}${name ? ` ${name}` : ""} (byte ${byte})`;
}

export function invalid(place: Place, field: string, message: string, hint = "the file describes an impossible graph: convert the model again"): ModelError {
  return new ModelError("MODEL_INVALID", message, { where: where(place, field), hint });
}

export function unsupported(place: Place, field: string, message: string, hint: string): ModelError {
  return new ModelError("MODEL_UNSUPPORTED", message, { where: where(place, field), hint });
}

/** A name from a file, safe to print: short, and without control characters. */
export function quote(name: string): string {
  const printable = name.replace(/[\p{Cc}\p{Cf}]/gu, "?");
  return `'${printable.length > SHOWN_NAME_LENGTH ? `${printable.slice(0, SHOWN_NAME_LENGTH)}...` : printable}'`;
}

/** "8, 3, 3, 1": extents or indices, not too many of them. */
export function list(numbers: readonly number[]): string {
  return `${numbers.slice(0, SHOWN_NUMBERS).join(", ")}${numbers.length > SHOWN_NUMBERS ? `, ... (${numbers.length})` : ""}`;
}

/** A field as the schema spells it: builtin_options_2. */
export function snakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/options2$/, "options_2");
}

/** Refuses an index outside [0, count). */
export function checkIndex(place: Place, field: string, index: number, count: number, what: string): number {
  if (index >= 0 && index < count) return index;
  throw invalid(place, field, `index ${index}, but there are ${count} ${what}`);
}
