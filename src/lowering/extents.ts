// Outputs whose first dimension only the running model knows (WHERE, RANGE, UNIQUE). They are planned at the most that it can be; a step
// writes what it is into an int32 beside them.
import { describe, type Op } from "./op";
import type { Lowering } from "./lowering";

/**
 * The planned shape of every output whose first dimension only the running model knows, null for all others.
 * @param bounded whether a tensor, by its index, is such an output of an operator before
 * @throws ArenulaError OPERATOR_UNSUPPORTED where the operator would take the rest of such an input for data
 */
export function boundsOf(op: Op, lowering: Lowering, bounded: (tensor: number) => boolean): (readonly number[] | null)[] {
  for (const index of op.operator.inputs)
    if (bounded(index)) op.refuse(`${describe(op.subgraph.tensors[index]!)} has as many rows as only the running model knows`, "make it an output of the model, and compute what follows outside");
  return [...(lowering.bounds?.(op) ?? [])];
}
