// IF, WHILE, CALL_ONCE: called subgraphs are written out where they are called. Arguments are views of the caller's tensors. Results are
// copied, since both branches of an IF, and every turn of a WHILE, have to leave them in the same place.
// Source of the semantics: TFLM micro/kernels/if.cc, while.cc, call_once.cc.
import type { Subgraph } from "../graph/graph";
import { byteLength, elementCount, type Tensor } from "../graph/tensor";
import { emitCopyAll } from "./copy";
import { emitGru } from "./gru";
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

/** Leaves results in their places. Handles have no bytes to leave. */
function emitResults(op: Op, emit: Emitter, results: readonly Tensor[], outputs: readonly Tensor[]): void {
  results.forEach((result, i) => isHandle(result) || emitCopyAll(op, emit, result, outputs[i]!));
}

/** The same behind a turn: what was handed on as it is, or written in place, is there already, and what lies in another one's place goes by a copy of its own. */
function emitTurn(op: Op, emit: Emitter, results: readonly Tensor[], outputs: readonly Tensor[]): void {
  const moved = results.map((result, i) => ({ result, output: outputs[i]! })).filter(({ result, output }) => !isHandle(result) && (result.data !== null || !emit.shares(result, output)));
  const held = moved.map(({ result, output }) => {
    if (result.data !== null || !outputs.some((other) => emit.shares(result, other))) return { result, output };
    const temporary = emit.temporary(result);
    emitCopyAll(op, emit, result, temporary);
    return { result: temporary, output };
  });
  for (const { result, output } of held) emitCopyAll(op, emit, result, output);
}

/** Handles of variables (variables.ts) are known, and have to be the same whichever way is taken. */
const isHandle = ({ type }: Tensor): boolean => type === "resource";

function expectHandles(op: Op, results: readonly Tensor[], expected: readonly Tensor[]): void {
  results.forEach((result, i) => {
    const { data } = expected[i]!;
    if (isHandle(result) && (!data || !result.data || result.data.length !== data.length || result.data.some((byte, k) => byte !== data[k])))
      op.refuse(`result ${i} is one variable or another`, "variables have to be known before anything runs");
  });
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
    let handles: readonly Tensor[] | null = null;
    const branch = (option: string) => () => {
      const results = emit.call(op.option(option, -1), inputs), outputs = outputsOf(op);
      expectHandles(op, results, (handles ??= results));
      results.forEach((result, i) => isHandle(result) && emit.fold(outputs[i]!, result.data!));
      emitResults(op, emit, results, outputs);
    };
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
    if (emitGru(op, emit)) return;
    const { inputs } = op, outputs = outputsOf(op); // which hold the values between turns
    const turning = inputs.map((input, i) => (isHandle(input) ? input : outputs[i]!));
    expectHandles(op, inputs, inputs);
    inputs.forEach((input, i) => isHandle(input) && emit.fold(outputs[i]!, input.data!));
    emitResults(op, emit, inputs, outputs);
    emit.loop(
      () => {
        const [condition] = emit.call(op.option("condSubgraphIndex", -1), turning) as [Tensor];
        if (condition.data) op.refuse(`its condition ${describe(condition)} never changes`, "a loop that ends depends on what its body computes");
        return condition;
      },
      () => {
        const results = emit.call(op.option("bodySubgraphIndex", -1), turning);
        expectHandles(op, results, turning);
        emitTurn(op, emit, results, outputs);
      },
    );
  },
};

const callOnce: Lowering = {
  operator: "CALL_ONCE",
  signatures: [{ inputs: [], outputs: [] }],
  options: "runs before the first inference, and when the state is reset",
  check(op) {
    const { operators } = calledSubgraph(op, "initSubgraphIndex", [], []);
    if (operators.some(({ custom, name }) => custom && name === "CIRCULAR_BUFFER")) op.refuse("it calls a CIRCULAR_BUFFER, which would end inferences before the first one", "assign variables there, and gather input in the main subgraph");
  },
  calls: (op) => [op.option("initSubgraphIndex", -1)],
  lower(op, emit) {
    emit.once(() => void emit.call(op.option("initSubgraphIndex", -1), []));
  },
};

export const CONTROL_FLOW: readonly Lowering[] = [ifLowering, whileLowering, callOnce];
