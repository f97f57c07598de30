import type { Subgraph } from "../graph/graph";
import type { Tensor } from "../graph/tensor";
import type { Emitter, LoweringTarget } from "./lowering";
import { Op } from "./op";
import type { Program, Step } from "./program";
import { ConstantPool, RecordWriter } from "./record";
import { loweringOf } from "./types";

/**
 * Turns a subgraph into steps: folds what is known, checks every operator, packs weights for the target.
 * @throws ArenulaError OPERATOR_UNSUPPORTED or MODEL_INVALID for the first operator that cannot run, before anything runs.
 */
export function lower(subgraph: Subgraph, { core, machine = "desktop", widened = false, sliceBytes = Infinity, sparing = new Map() }: Pick<LoweringTarget, "core"> & Partial<LoweringTarget>): Program {
  const target: LoweringTarget = { core, machine, widened, sliceBytes, sparing };
  const steps: Step[] = [];
  const pool = new ConstantPool();
  const views = new Map<number, number>();
  const folded = new Map<number, Uint8Array>();
  const stepsAfterOperator: number[] = [];
  for (const operator of subgraph.operators) {
    const op = new Op(subgraph, operator, folded);
    const lowering = loweringOf(op);
    lowering.check(op);
    const known = lowering.fold?.(op);
    if (known) known.forEach((bytes, i) => folded.set(op.output(i).index, bytes));
    else {
      const emit: Emitter = {
        target,
        step(kernel, size, fill) {
          const record = new RecordWriter(kernel, operator.index, size, pool);
          fill(record);
          steps.push(record.step());
        },
        view: (input: Tensor, output: Tensor) => void views.set(output.index, input.index),
      };
      lowering.lower(op, emit);
    }
    stepsAfterOperator.push(steps.length);
  }
  return { subgraph, steps, constants: pool.constants, views, folded, stepsAfterOperator };
}
