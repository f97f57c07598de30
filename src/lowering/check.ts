import { ArenulaError } from "../errors";
import type { Graph, Operator, Subgraph } from "../graph/graph";
import { settle, type Known } from "./extents";
import { writeItems } from "./list_items";
import { Op } from "./op";
import { otherRuntimes } from "./other_runtimes";
import { rebaseGraph } from "./rebase";
import { loweringOf } from "./types";

/** Whether one operator of the file can run. */
export interface OperatorCheck {
  readonly index: number;
  readonly op: string;
  readonly ok: boolean;
  /** Why not; "" where it can. */
  readonly reason: string;
  readonly hint: string;
  /** Where it can: what published runtimes compute instead, and what Arenula does; "" where they agree. */
  readonly others: string;
}

/**
 * Every operator of the model's main subgraph, in file order; never throws for an operator that cannot run. One that calls subgraphs
 * can run if all their operators can.
 */
export function checkModel(graph: Graph): OperatorCheck[] {
  const model = writeItems(rebaseGraph(graph));
  const { subgraph, known } = opened(model.subgraphs[0]!);
  return subgraph.operators.map((operator) => {
    const { index, name: op } = operator;
    try {
      const others = otherRuntimes(checkOperator(model, subgraph, operator, known));
      return { index, op, ok: true, reason: "", hint: "", others };
    } catch (error) {
      if (!(error instanceof ArenulaError)) throw error;
      return { index, op, ok: false, reason: error.message, hint: error.hint, others: "" };
    }
  });
}

/** A subgraph of which nothing is known yet, with tensors of its own. */
function opened(subgraph: Subgraph): { subgraph: Subgraph; known: Known } {
  const tensors = [...subgraph.tensors];
  return { subgraph: { ...subgraph, tensors }, known: { tensors, folded: new Map(), mosts: new Map() } };
}

/** @param known so far: added to */
function checkOperator(model: Graph, subgraph: Subgraph, operator: Operator, known: Known): Op {
  const op = new Op(model, subgraph, operator, known.folded, known.mosts);
  settle(op, loweringOf(op), known);
  for (const called of calledBy(op)) {
    const inner = opened(called);
    for (const each of called.operators) checkOperator(model, inner.subgraph, each, inner.known);
  }
  return op;
}

/** The subgraphs that an operator calls. */
function calledBy(op: Op): Subgraph[] {
  return (loweringOf(op).calls?.(op) ?? []).map((index) => op.graph.subgraphs[index]!);
}

/**
 * Multiply-accumulates of every operator of the main subgraph, padded taps included; 0 for operators that are not covered. An operator
 * that calls subgraphs has those of each once: how often they run is not known.
 */
export function operatorMacs(graph: Graph): number[] {
  const model = writeItems(rebaseGraph(graph));
  const subgraph = model.subgraphs[0]!;
  return subgraph.operators.map((operator) => macsOf(model, subgraph, operator));
}

function macsOf(model: Graph, subgraph: Subgraph, operator: Operator): number {
  const op = new Op(model, subgraph, operator, new Map());
  try {
    const own = loweringOf(op).macs?.(op) ?? 0;
    return calledBy(op).reduce((sum, called) => sum + called.operators.reduce((inner, each) => inner + macsOf(model, called, each), 0), own);
  } catch (error) {
    if (!(error instanceof ArenulaError)) throw error;
    return 0;
  }
}
