// Which options table an operator has, and what it holds.

import type { OperatorOptions } from "../graph/graph";
import type { Operator } from "./generated/schema_generated";
import { defaultsOf, readTable } from "./object";
import { invalid, type Place } from "./place";
import { memberOf, type Table } from "./schema";

/** Operators whose options are not named after them, where the table has fields. All others follow by their letters: CONV_2D, Conv2DOptions. */
const SHARED_TABLES: Readonly<Record<string, string>> = {
  AVERAGE_POOL_2D: "Pool2DOptions", MAX_POOL_2D: "Pool2DOptions", L2_POOL_2D: "Pool2DOptions",
  L2_NORMALIZATION: "L2NormOptions", CONV_3D_TRANSPOSE: "Conv3DOptions", UNIDIRECTIONAL_SEQUENCE_RNN: "SequenceRNNOptions",
  MEAN: "ReducerOptions", SUM: "ReducerOptions", REDUCE_PROD: "ReducerOptions", REDUCE_MAX: "ReducerOptions", REDUCE_MIN: "ReducerOptions",
  REDUCE_ANY: "ReducerOptions", REDUCE_ALL: "ReducerOptions",
  RANDOM_STANDARD_NORMAL: "RandomOptions", RANDOM_UNIFORM: "RandomOptions", MULTINOMIAL: "RandomOptions",
};

/**
 * Fields of an operator's options, the schema's defaults where the file has none; {} for operators without options.
 * @throws ModelError MODEL_INVALID for the options of another operator, MODEL_UNSUPPORTED for an unknown enum value.
 */
export function readOptions(bytes: Uint8Array, operator: Operator, name: string, place: Place): OperatorOptions {
  const expected = optionsTable(name), found = foundTable(operator);
  if (found && expected && found.table !== expected) {
    throw invalid(place, `.${found.field}`, `${name} with ${found.table?.name ?? `options of unknown type ${found.type}`}, expected ${expected.name}`);
  }
  if (found?.table && found.position) return readTable(bytes, found.position, found.table, `${place.path}.${found.field}`);
  return expected ? defaultsOf(expected) : {};
}

interface Found {
  readonly field: "builtin_options" | "builtin_options_2";
  readonly type: number;
  /** Null where the schema does not know the type. */
  readonly table: Table | null;
  /** 0 where the file names a type but has no table. */
  readonly position: number;
}

function foundTable(operator: Operator): Found | null {
  const type2 = operator.builtinOptions2Type(), type = operator.builtinOptionsType();
  if (type2) return { field: "builtin_options_2", type: type2, table: memberOf("BuiltinOptions2", type2), position: position(operator.builtinOptions2(new Position())) };
  if (type) return { field: "builtin_options", type, table: memberOf("BuiltinOptions", type), position: position(operator.builtinOptions(new Position())) };
  return null;
}

/** flatc's accessors of unions fill in a table object: two fields, of which we want the position. */
class Position {
  bb: unknown = null;
  bb_pos = 0;
}
const position = (found: Position | null): number => found?.bb_pos ?? 0;

/** The options table of a builtin operator; null where it has none, or one without fields. */
export function optionsTable(name: string): Table | null {
  let table = tables.get(name);
  if (table === undefined) tables.set(name, (table = findTable(name)));
  return table;
}
const tables = new Map<string, Table | null>();

function findTable(operator: string): Table | null {
  const letters = (text: string) => text.replace(/_/g, "").toUpperCase();
  const wanted = SHARED_TABLES[operator] ?? `${letters(operator)}OPTIONS`;
  for (const union of ["BuiltinOptions", "BuiltinOptions2"]) {
    for (let type = 1, table = memberOf(union, type); table; table = memberOf(union, ++type)) {
      if (letters(table.name) === letters(wanted)) return table.fields.length > 0 ? table : null;
    }
  }
  return null;
}
