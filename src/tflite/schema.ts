// The schema as data: generated/schema_table.ts parsed once. The verifier walks by it, operator options are read by it, models are written by it.
//
//   Conv2DOptions padding:Padding strideW:int ... dilationWFactor:int=1     a table: fields in slot order, name:type=default
//   Buffer data:[ubyte]@16 offset:ulong size:ulong                          @16: the first element is aligned to 16 bytes
//   ResizeBilinearOptions -newHeight:int ...                                -: a deprecated field, which keeps its slot
//   Padding byte SAME VALID                                                 an enum: stored type, then names by value
//   QuantizationDetails CustomQuantization ...                              a union: member tables by type, from 1
//
// A union takes two slots: its type, then its value.

import { ENUMS, TABLES, UNIONS } from "./generated/schema_table";

/** Stored size in bytes of every scalar type. */
export const SCALAR_BYTES = {
  bool: 1, byte: 1, ubyte: 1, short: 2, ushort: 2, int: 4, uint: 4, long: 8, ulong: 8, float: 4, double: 8,
} as const;
export type Scalar = keyof typeof SCALAR_BYTES;

export interface Enum {
  readonly name: string;
  readonly scalar: Scalar;
  readonly values: readonly string[];
}

export type ElementType =
  | { readonly kind: "scalar"; readonly scalar: Scalar }
  | { readonly kind: "enum"; readonly scalar: Scalar; readonly values: Enum }
  | { readonly kind: "string" }
  | { readonly kind: "table"; readonly table: string };
export type FieldType =
  | ElementType
  | { readonly kind: "vector"; readonly element: ElementType; readonly align: number }
  | { readonly kind: "union"; readonly union: string };

export interface Field {
  /** camelCase. */
  readonly name: string;
  /** Of the value; a union's type is in the slot before. */
  readonly slot: number;
  readonly type: FieldType;
  readonly initial: number;
}
export interface Table {
  readonly name: string;
  /** In slot order, without the deprecated ones: nothing may read or write those. */
  readonly fields: readonly Field[];
}

const split = (text: string) => text.trim().split("\n").map((line) => line.trim().split(" ") as [string, ...string[]]);

const enums = new Map<string, Enum>(split(ENUMS).map(([name, scalar, ...values]) => [name, { name, scalar: scalar as Scalar, values }]));
const unions = new Map<string, readonly string[]>(split(UNIONS).map(([name, ...members]) => [name, members]));
const lines = new Map(split(TABLES).map(([name, ...words]) => [name, words]));
const tables = new Map<string, Table>();

/** A table of the schema by name; parsed when first asked for, since a model uses few of them. */
export function tableOf(name: string): Table {
  let table = tables.get(name);
  if (!table) tables.set(name, (table = { name, fields: parseFields(lines.get(name)!) }));
  return table;
}

export function enumOf(name: string): Enum {
  return enums.get(name)!;
}

/** The table behind a union's type, null for a type that this schema does not know; types count from 1. */
export function memberOf(union: string, type: number): Table | null {
  const member = unions.get(union)![type - 1];
  return member === undefined ? null : tableOf(member);
}

/** The type that a table has in a union, 0 if it is no member. */
export function memberType(union: string, table: string): number {
  return unions.get(union)!.indexOf(table) + 1;
}

function parseFields(words: readonly string[]): Field[] {
  let slot = 0;
  return words.flatMap((word) => {
    const [, deprecated, name, typeName, align, initial] = /^(-?)(\w+):([[\]\w]+)(?:@(\d+))?(?:=(.+))?$/.exec(word)!;
    const type = parseType(typeName!, Number(align ?? 0));
    if (type.kind === "union") slot++;
    const field: Field = { name: name!, slot: slot++, type, initial: Number(initial ?? 0) };
    return deprecated ? [] : [field];
  });
}

function parseType(name: string, align: number): FieldType {
  if (name.startsWith("[")) return { kind: "vector", element: parseElement(name.slice(1, -1)), align };
  return unions.has(name) ? { kind: "union", union: name } : parseElement(name);
}

function parseElement(name: string): ElementType {
  if (name in SCALAR_BYTES) return { kind: "scalar", scalar: name as Scalar };
  if (name === "string") return { kind: "string" };
  const values = enums.get(name);
  return values ? { kind: "enum", scalar: values.scalar, values } : { kind: "table", table: name };
}
