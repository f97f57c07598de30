// Outputs whose first dimension only the running model knows (WHERE, RANGE, UNIQUE). They are planned at the most that it can be; a step
// writes what it is into an int32 beside them.
import { describe, type Op } from "./op";

/**
 * Refuses an operator that would take what lies behind the last row of an operand for data.
 * @param bounded whether a tensor, by its index, is such an output of an operator before
 * @throws ArenulaError OPERATOR_UNSUPPORTED
 */
export function checkExtents(op: Op, bounded: (tensor: number) => boolean): void {
  for (const index of op.operator.inputs)
    if (bounded(index)) op.refuse(`${describe(op.subgraph.tensors[index]!)} has as many rows as only the running model knows`, "make it an output of the model, and compute what follows outside");
}
