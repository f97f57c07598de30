import { CONSTRAINTS } from "./constraints";
import type { FloatGraph, FloatOperator } from "./float_graph";
import type { Ranges } from "./range";

/**
 * Ranges that decide: where inputs and outputs of an operator share one scale, only one of its ranges can, and an output of a fixed scale, or of a constant table's, needs none.
 * Forwards, a single input overrules its output; then backwards, the output of several inputs (CONCATENATION) overrules them all.
 * Trained ranges are never dropped. Source: quantization_utils.cc, RemoveRedundantStatsOps.
 * @param kept operators that a recipe takes out of it
 */
export function decidingRanges(graph: FloatGraph, ranges: Ranges, kept: ReadonlySet<number> = new Set()): Ranges {
  const redundant = new Set<number>();
  const sameScale = (operator: FloatOperator | undefined) => operator !== undefined && !kept.has(operator.index) && CONSTRAINTS[operator.name]?.sameScale === true;
  const droppable = (tensor: number) => ranges.has(tensor) && !ranges.get(tensor)!.trained;
  const closure = (start: readonly number[], next: (tensor: number) => readonly number[]) => {
    const work = [...start], reached = new Set<number>();
    for (let tensor = work.pop(); tensor !== undefined; tensor = work.pop()) {
      for (const other of next(tensor)) {
        if (!droppable(other) || reached.has(other)) continue;
        reached.add(other); // also through tensors that are redundant already
        redundant.add(other);
        work.push(other);
      }
    }
  };
  const seen = [...ranges.keys()].filter(droppable);
  for (const tensor of seen) {
    const operator = graph.operators[graph.producer[tensor]!];
    const { output, table } = CONSTRAINTS[operator?.name ?? ""] ?? {};
    if (operator && !kept.has(operator.index) && (output || (table !== undefined && graph.isConstant(operator.inputs[table]!)))) redundant.add(tensor);
  }
  closure(seen, (tensor) => graph.uses[tensor]!.flatMap((use) => {
    const operator = graph.operators[use.operator]!;
    return sameScale(operator) && operator.inputs.filter((input) => graph.isFloat(input)).length === 1 ? operator.outputs : [];
  }));
  closure(seen.filter((tensor) => !redundant.has(tensor)), (tensor) => {
    const operator = graph.operators[graph.producer[tensor]!];
    return sameScale(operator) ? operator!.inputs : [];
  });
  return new Map([...ranges].filter(([tensor]) => !redundant.has(tensor)));
}
