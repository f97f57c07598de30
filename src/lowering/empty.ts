// Tensors without elements: parts of a split, lists of nothing. They are known before anything runs, and no step writes them.
import { bitsOf, type Tensor } from "../graph/tensor";
import type { Lowering } from "./lowering";
import { describe, type Op } from "./op";

/** One whose rows only the running model knows may have none, and says so itself. */
const isEmpty = ({ type, shape, rows }: Tensor): boolean => shape.includes(0) && bitsOf(type) !== null && rows === undefined;

/** Constants of these are axes and shapes, of which there may be none. */
const INDEX_TYPES: ReadonlySet<string> = new Set(["int32", "int64"]);

/** Operators that make something of an operand without elements: others would read it all the same, or divide by its size. */
const TAKES_NOTHING: ReadonlySet<string> = new Set([
  "CONCATENATION", "DYNAMIC_UPDATE_SLICE", "IF", "PAD", "PADV2", "RANK", "REDUCE_ALL", "REDUCE_ANY", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "SHAPE", "SUM", "WHILE",
]);

/**
 * Folds outputs without elements, and refuses operands without them that are read.
 * @returns whether there is nothing to compute
 */
export function foldEmpty(op: Op, lowering: Lowering, folded: Map<number, Uint8Array>): boolean {
  const outputs = op.operator.outputs.map((_, i) => op.output(i)), empty = outputs.filter(isEmpty);
  for (const { index } of empty) folded.set(index, new Uint8Array(0));
  if (outputs.length > 0 && empty.length === outputs.length && !lowering.calls) return true;
  const operand = op.operator.inputs.map((index) => op.subgraph.tensors[index]).find((tensor) => tensor && isEmpty(tensor) && !(tensor.data && INDEX_TYPES.has(tensor.type)));
  if (operand && !TAKES_NOTHING.has(op.name)) op.refuse(`${describe(operand)} of shape [${operand.shape}] has no elements`, "leave the operator out, or convert with a fixed input shape");
  return false;
}
