// Leaves out of a model what nothing refers to any more: float constants that became codes, their buffers, operator codes of other versions.
import type { TableObject } from "../tflite/object";

const tables = (list: unknown): readonly TableObject[] => (list as readonly TableObject[] | null) ?? [];
const numbers = (list: unknown): readonly number[] => (list as readonly number[] | null) ?? [];

/** Items that are used, in their order, and the new index of each; -1, an absent operand, stays. */
function renumber<T>(items: readonly T[], used: readonly number[]): { kept: T[]; index: (old: number) => number } {
  const wanted = new Set(used), map = new Map<number, number>(), kept: T[] = [];
  items.forEach((item, i) => {
    if (wanted.has(i)) map.set(i, kept.push(item) - 1);
  });
  return { kept, index: (old) => map.get(old) ?? -1 };
}

/** Tensors of the first subgraph, and buffers and operator codes of all. Other subgraphs keep their tensors. */
export function compacted(model: TableObject): TableObject {
  const [first, ...others] = tables(model.subgraphs) as [TableObject, ...TableObject[]], operators = tables(first.operators);
  const tensors = renumber(tables(first.tensors), [...numbers(first.inputs), ...numbers(first.outputs), ...operators.flatMap((operator) => OPERANDS.flatMap((field) => numbers(operator[field])))]);
  const at = (list: unknown) => (list === null || list === undefined ? null : numbers(list).map(tensors.index));
  const rewired = operators.map((operator) => ({ ...operator, ...Object.fromEntries(OPERANDS.map((field) => [field, at(operator[field])])) }));
  const subgraphs = [{ ...first, tensors: tensors.kept, inputs: at(first.inputs), outputs: at(first.outputs), operators: rewired } as TableObject, ...others];
  const metadata = tables(model.metadata);
  const buffers = renumber(tables(model.buffers), [0, ...[...subgraphs.flatMap((subgraph) => tables(subgraph.tensors)), ...metadata].map(({ buffer }) => buffer as number)]);
  const codes = renumber(tables(model.operatorCodes), subgraphs.flatMap((subgraph) => tables(subgraph.operators).map(({ opcodeIndex }) => opcodeIndex as number)));
  const rebuffered = (list: readonly TableObject[]) => list.map((item) => ({ ...item, buffer: buffers.index(item.buffer as number) }));
  const signed = (list: unknown) => tables(list).map((item) => ({ ...item, tensorIndex: tensors.index(item.tensorIndex as number) }));
  return {
    ...model, metadataBuffer: null, operatorCodes: codes.kept, buffers: buffers.kept, metadata: model.metadata ? rebuffered(metadata) : null,
    subgraphs: subgraphs.map((subgraph) => ({
      ...subgraph, tensors: rebuffered(tables(subgraph.tensors)), operators: tables(subgraph.operators).map((operator) => ({ ...operator, opcodeIndex: codes.index(operator.opcodeIndex as number) })),
    })),
    signatureDefs: model.signatureDefs ? tables(model.signatureDefs).map((signature) => (signature.subgraphIndex !== 0 ? signature : { ...signature, inputs: signed(signature.inputs), outputs: signed(signature.outputs) })) : null,
  };
}

const OPERANDS = ["inputs", "outputs", "intermediates"] as const;
