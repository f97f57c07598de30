// IF, WHILE, CALL_ONCE: called subgraphs are written out where they are called. Arguments are views of the caller's tensors. Results are
// copied, since both branches of an IF, and every turn of a WHILE, have to leave them in the same place.
// Source of the semantics: TFLM micro/kernels/if.cc, while.cc, call_once.cc.
import type { Subgraph } from "../graph/graph";
import { byteLength, elementCount, type Tensor } from "../graph/tensor";
import { emitCopyAll } from "./copy";
import type { Emitter, Lowering } from "./lowering";
import { describe, type Op } from "./op";

/** The subgraph that an option names; refuses one that does not take and give what it is called with. @param outputs null: they are checked elsewhere */
function calledSubgraph(op: Op, option: string, inputs: readonly Tensor[], outputs: readonly Tensor[] | null): Subgraph {
  const subgraph = op.graph.subgraphs[op.option(option, -1)];
  if (!subgraph) op.invalid(`${option} names no subgraph`);
  const fits = (indices: readonly number[], tensors: readonly Tensor[]) =>
    indices.length === tensors.length && indices.every((index, i) => subgraph.tensors[index]!.type === tensors[i]!.type && byteLength(subgraph.tensors[index]!) === byteLength(tensors[i]!));
  if (!fits(subgraph.inputs, inputs)) op.invalid(`subgraph '${subgraph.name}' does not take the ${inputs.length} tensors that it is called with`);
  if (outputs && !fits(subgraph.outputs, outputs)) op.invalid(`subgraph '${subgraph.name}' does not give the ${outputs.length} tensors that are taken from it`);
  return subgraph;
}

const outputsOf = (op: Op): Tensor[] => op.operator.outputs.map((_, i) => op.output(i));

function checkCondition(op: Op, condition: Tensor): void {
  if (condition.type !== "bool" || elementCount(condition.shape) !== 1) op.invalid(`condition ${describe(condition)} is ${condition.type} [${condition.shape}], not one bool`);
}

/** Leaves results in their places. A result that is read again as another's source goes by a copy of its own. */
function emitResults(op: Op, emit: Emitter, results: readonly Tensor[], outputs: readonly Tensor[], loop: boolean): void {
  const held = loop && results.length > 1 ? results.map((result) => {
    const temporary = emit.temporary(result);
    emitCopyAll(op, emit, result, temporary);
    return temporary;
  }) : results;
  held.forEach((result, i) => emitCopyAll(op, emit, result, outputs[i]!));
}

const ifLowering: Lowering = {
  operator: "IF",
  signatures: [{ inputs: ["bool", "any..."], outputs: ["any..."] }],
  options: "any branches of covered operators, one inside another",
  check(op) {
    checkCondition(op, op.input(0));
    const inputs = op.inputs.slice(1);
    for (const option of ["thenSubgraphIndex", "elseSubgraphIndex"]) calledSubgraph(op, option, inputs, outputsOf(op));
  },
  calls: (op) => ["thenSubgraphIndex", "elseSubgraphIndex"].map((option) => op.option(option, -1)),
  lower(op, emit) {
    const [condition, ...inputs] = op.inputs as [Tensor, ...Tensor[]];
    const branch = (option: string) => () => emitResults(op, emit, emit.call(op.option(option, -1), inputs), outputsOf(op), false);
    const then = branch("thenSubgraphIndex"), otherwise = branch("elseSubgraphIndex");
    if (!condition.data) emit.branch(condition, then, otherwise);
    else if (condition.data[0] !== 0) then();
    else otherwise();
  },
};

const whileLowering: Lowering = {
  operator: "WHILE",
  signatures: [{ inputs: ["any..."], outputs: ["any..."] }],
  options: "any condition and body of covered operators, one inside another; shapes stay the same from turn to turn",
  check(op) {
    const outputs = outputsOf(op);
    const { tensors, outputs: results, name } = calledSubgraph(op, "condSubgraphIndex", op.inputs, null);
    if (results.length !== 1) op.invalid(`subgraph '${name}' gives ${results.length} tensors, not one bool`);
    checkCondition(op, tensors[results[0]!]!);
    calledSubgraph(op, "bodySubgraphIndex", op.inputs, outputs);
  },
  calls: (op) => ["condSubgraphIndex", "bodySubgraphIndex"].map((option) => op.option(option, -1)),
  lower(op, emit) {
    const turning = outputsOf(op); // hold the values between turns
    op.inputs.forEach((input, i) => emitCopyAll(op, emit, input, turning[i]!));
    emit.loop(
      () => {
        const [condition] = emit.call(op.option("condSubgraphIndex", -1), turning) as [Tensor];
        if (condition.data) op.refuse(`its condition ${describe(condition)} never changes`, "a loop that ends depends on what its body computes");
        return condition;
      },
      () => emitResults(op, emit, emit.call(op.option("bodySubgraphIndex", -1), turning), turning, true),
    );
  },
};

const callOnce: Lowering = {
  operator: "CALL_ONCE",
  signatures: [{ inputs: [], outputs: [] }],
  options: "runs before the first inference, and when the state is reset",
  check: (op) => void calledSubgraph(op, "initSubgraphIndex", [], []),
  calls: (op) => [op.option("initSubgraphIndex", -1)],
  lower(op, emit) {
    emit.once(() => void emit.call(op.option("initSubgraphIndex", -1), []));
  },
};

export const CONTROL_FLOW: readonly Lowering[] = [ifLowering, whileLowering, callOnce];
