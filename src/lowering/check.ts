import { ArenulaError } from "../errors";
import type { Graph } from "../graph/graph";
import { Op } from "./op";
import { loweringOf } from "./types";

/** Whether one operator of the file can run. */
export interface OperatorCheck {
  readonly index: number;
  readonly op: string;
  readonly ok: boolean;
  /** Why not; "" where it can. */
  readonly reason: string;
  readonly hint: string;
}

/** Every operator of the model's main subgraph, in file order; never throws for an operator that cannot run. */
export function checkModel(model: Graph): OperatorCheck[] {
  const subgraph = model.subgraphs[0]!;
  const folded = new Map<number, Uint8Array>();
  return subgraph.operators.map((operator) => {
    const op = new Op(model, subgraph, operator, folded);
    try {
      const lowering = loweringOf(op);
      lowering.check(op);
      lowering.fold?.(op)?.forEach((bytes, i) => folded.set(op.output(i).index, bytes));
      return { index: op.index, op: op.name, ok: true, reason: "", hint: "" };
    } catch (error) {
      if (!(error instanceof ArenulaError)) throw error;
      return { index: op.index, op: op.name, ok: false, reason: error.message, hint: error.hint };
    }
  });
}

/** Multiply-accumulates of every operator of the main subgraph, padded taps included; 0 for operators that are not covered. */
export function operatorMacs(model: Graph): number[] {
  const subgraph = model.subgraphs[0]!;
  return subgraph.operators.map((operator) => {
    const op = new Op(model, subgraph, operator, new Map());
    try {
      return loweringOf(op).macs?.(op) ?? 0;
    } catch (error) {
      if (!(error instanceof ArenulaError)) throw error;
      return 0;
    }
  });
}
