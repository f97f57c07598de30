// Flatbuffer tables <-> plain objects, by the schema. A field is named in camelCase, an enum value is its name ("SAME"), a union is
// { type: "Conv2DOptions", value: {...} }. Options of all operators are read here, and whole models are written here.

import { Builder, type Offset } from "flatbuffers";
import { ArenulaError, ModelError } from "../errors";
import { snakeCase } from "./place";
import { SCALAR_BYTES, memberOf, memberType, tableOf, type ElementType, type Enum, type Field, type FieldType, type Scalar, type Table } from "./schema";

/** Fields of a table. Absent scalars hold the schema's default; absent vectors, strings, tables and unions are null. */
export type TableObject = { [field: string]: FieldValue };
export type UnionObject = { readonly type: string; readonly value: TableObject };
export type FieldValue = number | boolean | string | Uint8Array | readonly FieldValue[] | TableObject | UnionObject | null;

/** What a table reads as when the file has none. */
export function defaultsOf(table: Table): TableObject {
  const object: TableObject = {};
  for (const field of table.fields) object[field.name] = initialValue(field);
  return object;
}

/**
 * Reads a verified table. [ubyte] vectors are views into the file; 64-bit integers beyond 2^53 read as decimal strings, because
 * JSON has no other form for them (random seeds are the one use).
 * @param position Of the table in the file.
 * @param where The table's place, for errors.
 * @throws ModelError MODEL_UNSUPPORTED for an enum value that our schema does not know.
 */
export function readTable(bytes: Uint8Array, position: number, table: Table, where: string): TableObject {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const vtable = position - view.getInt32(position, true), vtableBytes = view.getUint16(vtable, true);
  const fieldAt = (slot: number): number => {
    const offset = 4 + 2 * slot < vtableBytes ? view.getUint16(vtable + 4 + 2 * slot, true) : 0;
    return offset ? position + offset : 0;
  };
  const follow = (at: number): number => at + view.getUint32(at, true);

  const readElement = (at: number, type: ElementType, place: string): FieldValue => {
    if (type.kind === "scalar") return readScalar(view, at, type.scalar);
    if (type.kind === "enum") return enumName(type.values, Number(readScalar(view, at, type.scalar)), `${place} (byte ${at})`);
    const target = follow(at);
    if (type.kind === "table") return readTable(bytes, target, tableOf(type.table), place);
    return new TextDecoder().decode(bytes.subarray(target + 4, target + 4 + view.getUint32(target, true)));
  };
  const readField = (at: number, field: Field, place: string): FieldValue => {
    const { type } = field;
    if (type.kind === "union") {
      const typeAt = fieldAt(field.slot - 1);
      const member = typeAt ? memberOf(type.union, view.getUint8(typeAt)) : null;
      return member && { type: member.name, value: readTable(bytes, follow(at), member, place) };
    }
    if (type.kind !== "vector") return readElement(at, type, place);
    const target = follow(at), count = view.getUint32(target, true);
    if (type.element.kind === "scalar" && type.element.scalar === "ubyte") return bytes.subarray(target + 4, target + 4 + count);
    const step = type.element.kind === "scalar" || type.element.kind === "enum" ? SCALAR_BYTES[type.element.scalar] : 4;
    const { element } = type;
    return Array.from({ length: count }, (_, i) => readElement(target + 4 + step * i, element, `${place}[${i}]`));
  };

  const object: TableObject = {};
  for (const field of table.fields) {
    const at = fieldAt(field.slot);
    object[field.name] = at ? readField(at, field, `${where}.${snakeCase(field.name)}`) : initialValue(field);
  }
  return object;
}

/** A whole model as plain objects, the form that `writeModel` takes. The file must be verified. */
export function readModelObject(bytes: Uint8Array): TableObject {
  return readTable(bytes, new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true), tableOf("Model"), "model");
}

/**
 * The bytes of a .tflite file.
 * @param model Fields of the schema's table Model; absent fields take their defaults.
 */
export function writeModel(model: TableObject): Uint8Array {
  const builder = new Builder(1 << 16);
  builder.finish(writeTable(builder, tableOf("Model"), model), "TFL3");
  return builder.asUint8Array();
}

function writeTable(builder: Builder, table: Table, object: TableObject): Offset {
  const { fields } = table;
  for (const name of Object.keys(object)) {
    if (!fields.some((field) => field.name === name)) throw new ArenulaError("INTERNAL", `${table.name} has no field ${name}`);
  }
  // children first: a flatbuffer is written back to front, one table at a time
  const writes = fields.map((field) => prepare(builder, field, object[field.name] ?? null, table));
  builder.startObject(fields.length === 0 ? 0 : fields[fields.length - 1]!.slot + 1);
  for (const write of writes) write?.();
  return builder.endObject();
}

/** Writes what a field refers to, and returns what writes the field itself; null where it is absent. */
function prepare(builder: Builder, field: Field, value: FieldValue, table: Table): (() => void) | null {
  const { type, slot } = field;
  if (value === null) return null;
  if (type.kind === "scalar" || type.kind === "enum") return () => addScalar(builder, field, type.scalar, stored(type, value, `${table.name}.${field.name}`));
  if (type.kind === "union") {
    const union = value as UnionObject, offset = writeTable(builder, tableOf(union.type), union.value);
    return () => {
      builder.addFieldInt8(slot - 1, memberType(type.union, union.type), 0);
      builder.addFieldOffset(slot, offset, 0);
    };
  }
  const offset = type.kind === "vector" ? writeVector(builder, type, value, `${table.name}.${field.name}`)
    : type.kind === "table" ? writeTable(builder, tableOf(type.table), value as TableObject)
    : builder.createString(value as string);
  return () => builder.addFieldOffset(slot, offset, 0);
}

function writeVector(builder: Builder, { element, align }: Extract<FieldType, { kind: "vector" }>, value: FieldValue, place: string): Offset {
  if (value instanceof Uint8Array) {
    builder.prep(Math.max(align, 4), value.length); // so that the first byte, behind the length, comes to lie on the alignment
    return builder.createByteVector(value);
  }
  const values = value as readonly FieldValue[];
  if (element.kind === "table" || element.kind === "string") {
    const offsets = values.map((item) => (element.kind === "table" ? writeTable(builder, tableOf(element.table), item as TableObject) : builder.createString(item as string)));
    builder.startVector(4, offsets.length, 4);
    for (const offset of offsets.reverse()) builder.addOffset(offset);
    return builder.endVector();
  }
  const bytes = SCALAR_BYTES[element.scalar];
  builder.startVector(bytes, values.length, Math.max(align, bytes));
  for (let i = values.length - 1; i >= 0; i--) ADDERS[element.scalar](builder, stored(element, values[i]!, place));
  return builder.endVector();
}

function readScalar(view: DataView, at: number, scalar: Scalar): number | boolean | string {
  switch (scalar) {
    case "bool": return view.getUint8(at) !== 0;
    case "byte": return view.getInt8(at);
    case "ubyte": return view.getUint8(at);
    case "short": return view.getInt16(at, true);
    case "ushort": return view.getUint16(at, true);
    case "int": return view.getInt32(at, true);
    case "uint": return view.getUint32(at, true);
    case "long": return exact(view.getBigInt64(at, true));
    case "ulong": return exact(view.getBigUint64(at, true));
    case "float": return view.getFloat32(at, true);
    case "double": return view.getFloat64(at, true);
  }
}

function exact(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

function enumName({ name, values }: Enum, value: number, where: string): string {
  const found = values[value];
  if (found !== undefined) return found;
  throw new ModelError("MODEL_UNSUPPORTED", `${name} ${value} is unknown, known are ${values.slice(0, 8).join(", ")}${values.length > 8 ? ", ..." : ""}`, {
    where,
    hint: "the file is damaged, or from a converter newer than this Arenula",
  });
}

/** The number that a scalar or the name of an enum value is stored as. */
function stored(type: Extract<ElementType, { kind: "scalar" | "enum" }>, value: FieldValue, place: string): number | bigint {
  const wide = type.scalar === "long" || type.scalar === "ulong";
  if (type.kind === "enum" && typeof value === "string") {
    const index = type.values.values.indexOf(value);
    if (index < 0) throw new ArenulaError("INTERNAL", `${place}: ${type.values.name} has no value ${value}`);
    return index;
  }
  return wide ? BigInt(value as number | string) : Number(value);
}

const ADDERS: Record<Scalar, (builder: Builder, value: number | bigint) => void> = {
  bool: (builder, value) => builder.addInt8(Number(value)),
  byte: (builder, value) => builder.addInt8(Number(value)),
  ubyte: (builder, value) => builder.addInt8(Number(value)),
  short: (builder, value) => builder.addInt16(Number(value)),
  ushort: (builder, value) => builder.addInt16(Number(value)),
  int: (builder, value) => builder.addInt32(Number(value)),
  uint: (builder, value) => builder.addInt32(Number(value)),
  long: (builder, value) => builder.addInt64(BigInt(value)),
  ulong: (builder, value) => builder.addInt64(BigInt(value)),
  float: (builder, value) => builder.addFloat32(Number(value)),
  double: (builder, value) => builder.addFloat64(Number(value)),
};

function addScalar(builder: Builder, { slot, initial }: Field, scalar: Scalar, value: number | bigint): void {
  if (value === (typeof value === "bigint" ? BigInt(initial) : initial)) return;
  ADDERS[scalar](builder, value);
  builder.slot(slot);
}

function initialValue({ type, initial }: Field): FieldValue {
  if (type.kind === "enum") return type.values.values[initial]!;
  if (type.kind === "scalar") return type.scalar === "bool" ? initial !== 0 : initial;
  return null;
}
