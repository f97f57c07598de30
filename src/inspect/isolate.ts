import type { Graph, Operator } from "../graph/graph";

/** A model of one operator of `graph`, and which tensors its inputs are. */
export interface Isolated {
  readonly model: Graph;
  readonly inputs: readonly number[];
}

/**
 * One operator alone: what it reads and is no constant becomes the model's inputs, in the operator's order.
 * @returns null where the operator is more than its inputs: it holds state, or runs other subgraphs
 */
export function isolate(graph: Graph, operator: Operator): Isolated | null {
  const [main] = graph.subgraphs;
  const inputs = [...new Set(operator.inputs)].filter((index) => index >= 0 && !main!.tensors[index]!.data);
  const depends = inputs.some((index) => main!.tensors[index]!.isVariable || main!.tensors[index]!.type === "resource");
  if (depends || inputs.length === 0 || ["IF", "WHILE", "CALL_ONCE"].includes(operator.name)) return null;
  const subgraph = { ...main!, operators: [{ ...operator, index: 0 }], inputs, outputs: operator.outputs };
  return { model: { ...graph, subgraphs: [subgraph], signatures: [], metadata: [] }, inputs };
}
