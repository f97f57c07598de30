// Operators of one subgraph: codes, operands, options.

import type { Operator } from "../graph/graph";
import type { Buffers } from "./buffers";
import type { Model, Operator as OperatorTable, OperatorCode as OperatorCodeTable, SubGraph } from "./generated/schema_generated";
import { readOptions } from "./options";
import { checkIndex, invalid, quote, type Place } from "./place";
import { enumOf } from "./schema";

/** An optional operand that is not there. */
const ABSENT = -1;

export interface OperatorCode {
  readonly name: string;
  readonly custom: boolean;
  readonly version: number;
}

/** Codes that our schema does not know become "BUILTIN_<n>", for lowering to refuse by name. */
export function readOperatorCodes(model: Model): OperatorCode[] {
  const names = enumOf("BuiltinOperator").values;
  return Array.from({ length: model.operatorCodesLength() }, (_, i) => {
    const table = model.operatorCodes(i)!;
    const code = builtinCode(table, i), name = names[code] ?? `BUILTIN_${code}`;
    if (name !== "CUSTOM") return { name, custom: false, version: table.version() };
    const customName = table.customCode();
    if (!customName) throw invalid(codePlace(table, i), ".custom_code", "a custom operator without a name");
    return { name: customName, custom: true, version: table.version() };
  });
}

/** Files from before 2020 have only the old, one-byte code; newer ones store both where the code fits. */
function builtinCode(table: OperatorCodeTable, i: number): number {
  const code = Math.max(table.deprecatedBuiltinCode(), table.builtinCode());
  if (code >= 0 && table.deprecatedBuiltinCode() >= 0) return code;
  throw invalid(codePlace(table, i), "", `operator code ${Math.min(table.deprecatedBuiltinCode(), table.builtinCode())}`);
}

function codePlace(table: OperatorCodeTable, i: number): Place {
  return { path: `operator_codes[${i}]`, name: quote(table.customCode() ?? ""), byte: table.bb_pos };
}

/** Operand indices, and where they stand; names come later, when the tensors are read. */
export interface Operands {
  readonly table: OperatorTable;
  readonly code: OperatorCode;
  readonly place: Place;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Tensors internal to the operator: scales of an LSTM's gates. */
  readonly intermediates: readonly number[];
}

/** @throws ModelError MODEL_INVALID for codes and operands out of range. */
export function readOperands(subgraph: SubGraph, subgraphIndex: number, codes: readonly OperatorCode[]): Operands[] {
  const tensors = subgraph.tensorsLength();
  return Array.from({ length: subgraph.operatorsLength() }, (_, i) => {
    const table = subgraph.operators(i)!, path = `subgraphs[${subgraphIndex}].operators[${i}]`;
    const unnamed: Place = { path, name: "", byte: table.bb_pos };
    const code = codes[checkIndex(unnamed, ".opcode_index", table.opcodeIndex(), codes.length, "operator codes")]!;
    const place: Place = { ...unnamed, name: code.custom ? quote(code.name) : code.name };
    const operands = (field: string, count: number, at: (i: number) => number | null, optional: boolean) =>
      Array.from({ length: count }, (_, k) => {
        const index = at(k)!;
        return optional && index === ABSENT ? index : checkIndex(place, `.${field}[${k}]`, index, tensors, "tensors");
      });
    return {
      table, code, place,
      inputs: operands("inputs", table.inputsLength(), (k) => table.inputs(k), true),
      outputs: operands("outputs", table.outputsLength(), (k) => table.outputs(k), false),
      intermediates: operands("intermediates", table.intermediatesLength(), (k) => table.intermediates(k), true),
    };
  });
}

/** @throws ModelError as `readOptions`, and MODEL_CORRUPT for custom options outside the file. */
export function readOperator(bytes: Uint8Array, { table, code, place, inputs, outputs }: Operands, index: number, buffers: Buffers): Operator {
  const large = buffers.external(table.largeCustomOptionsOffset(), table.largeCustomOptionsSize(), place, ".large_custom_options_offset");
  return {
    index, name: code.name, custom: code.custom, version: code.version, inputs, outputs,
    options: code.custom ? {} : readOptions(bytes, table, code.name, place),
    customOptions: large ?? (table.customOptionsLength() > 0 ? table.customOptionsArray() : null),
  };
}
