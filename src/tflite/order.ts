// Does the data flow? Every operand is there before it is read, every tensor is written once, and subgraphs do not call themselves.

import type { Operator, Subgraph } from "../graph/graph";
import { invalid, list, quote, unsupported, type Place } from "./place";

const NOBODY = -1;
const NOT_IN_ORDER = "operators must stand in the order of their execution: convert the model again";

export interface SubgraphPlaces {
  readonly subgraph: Place;
  /** By index. */
  readonly tensors: (index: number) => Place;
  readonly operators: (index: number) => Place;
}

/** @throws ModelError MODEL_INVALID, MODEL_UNSUPPORTED. */
export function checkOrder(subgraph: Subgraph, places: SubgraphPlaces): void {
  const writers = findWriters(subgraph, places);
  const { tensors, operators } = subgraph;
  const given = new Set(subgraph.inputs);
  const available = (tensor: number) => writers[tensor] !== NOBODY || given.has(tensor) || tensors[tensor]!.data !== null || tensors[tensor]!.isVariable;

  operators.forEach((operator, i) => {
    operator.inputs.forEach((tensor, k) => {
      if (tensor < 0) return;
      const field = `.inputs[${k}]`, name = tensorName(subgraph, tensor);
      if (!available(tensor)) throw invalid(places.operators(i), field, `it reads ${name}, which nothing writes: no operator, no input, no constant`);
      const writer = writers[tensor]!;
      if (writer < i) return;
      const cycle = findCycle(operators, writers);
      if (cycle) throw invalid(places.operators(i), field, `operators ${list(cycle)} wait for each other in a circle`, NOT_IN_ORDER);
      throw invalid(places.operators(i), field, `it reads ${name}, which operator ${writer} writes only later`, NOT_IN_ORDER);
    });
  });
  subgraph.outputs.forEach((tensor, k) => {
    if (!available(tensor)) throw invalid(places.subgraph, `.outputs[${k}]`, `output ${tensorName(subgraph, tensor)} is written by nothing`);
  });
}

/** The operator that writes each tensor; also checks inputs and writers against constants and each other. */
function findWriters({ tensors, operators, inputs }: Subgraph, places: SubgraphPlaces): Int32Array {
  const given = new Set<number>();
  inputs.forEach((tensor, k) => {
    if (given.has(tensor)) throw invalid(places.subgraph, `.inputs[${k}]`, `tensor ${tensor} is an input twice`);
    if (tensors[tensor]!.data) throw invalid(places.tensors(tensor), "", `it is input ${k} and a constant`);
    given.add(tensor);
  });
  const writers = new Int32Array(tensors.length).fill(NOBODY);
  operators.forEach((operator, i) => {
    operator.outputs.forEach((tensor, k) => {
      const { data, isVariable, name } = tensors[tensor]!, field = `.outputs[${k}]`;
      if (data) throw invalid(places.operators(i), field, `it writes ${quote(name)}, a constant`);
      if (given.has(tensor)) throw invalid(places.operators(i), field, `it writes ${quote(name)}, an input of the subgraph`);
      if (isVariable && !(operator.custom && operator.name === "CIRCULAR_BUFFER")) throw unsupported(places.operators(i), field, `it writes ${quote(name)}, a variable tensor`, "variables are states that their operator updates in place");
      if (writers[tensor] !== NOBODY) throw invalid(places.operators(i), field, `it writes ${quote(name)}, which operator ${writers[tensor]} writes too`);
      writers[tensor] = i;
    });
  });
  return writers;
}

/** Operators on a circle, null if there is none: Kahn's algorithm leaves circles and what hangs on them, and going backwards finds one. */
function findCycle(operators: readonly Operator[], writers: Int32Array): number[] | null {
  const writersOf = (i: number) => operators[i]!.inputs.filter((tensor) => tensor >= 0 && writers[tensor] !== NOBODY).map((tensor) => writers[tensor]!);
  const readers: number[][] = operators.map(() => []);
  const waiting = operators.map((_, i) => {
    const before = writersOf(i);
    for (const writer of before) readers[writer]!.push(i);
    return before.length;
  });
  const ready = operators.map((_, i) => i).filter((i) => waiting[i] === 0);
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    for (const reader of readers[next]!) if (--waiting[reader]! === 0) ready.push(reader);
  }
  const start = waiting.findIndex((count) => count > 0);
  if (start < 0) return null;
  const steps = new Map<number, number>();
  let at = start;
  while (!steps.has(at)) {
    steps.set(at, steps.size);
    at = writersOf(at).find((writer) => waiting[writer]! > 0)!;
  }
  return [...steps.keys()].slice(steps.get(at)!).reverse();
}

function tensorName({ tensors }: Subgraph, tensor: number): string {
  return `tensor ${tensor} ${quote(tensors[tensor]!.name)}`;
}

/** Option fields that name subgraphs: IF, WHILE, CALL, CALL_ONCE and their StableHLO relatives. */
const CALL_ENDINGS = ["ubgraph", "ubgraphIndex", "ubgraphIndices", "calledComputations"];

/** Subgraphs that operators call exist, and none calls itself, over others or not. */
export function checkCalls(subgraphs: readonly Subgraph[], placeOf: (subgraph: number, operator: number) => Place): void {
  const calls = subgraphs.map(({ operators }, s) => operators.flatMap((operator) => calledBy(operator).map((callee) => {
    if (callee >= 0 && callee < subgraphs.length) return { operator: operator.index, callee };
    throw invalid(placeOf(s, operator.index), "", `it calls subgraph ${callee}, but there are ${subgraphs.length}`);
  })));
  const done = new Set<number>();
  subgraphs.forEach((_, first) => {
    // depth first, without recursion: a file may have a thousand subgraphs
    const path = [{ subgraph: first, next: 0 }], open = new Set([first]);
    while (path.length > 0) {
      const top = path[path.length - 1]!, call = calls[top.subgraph]![top.next++];
      if (!call || done.has(top.subgraph)) {
        done.add(top.subgraph);
        open.delete(top.subgraph);
        path.pop();
      } else if (open.has(call.callee)) {
        throw invalid(placeOf(top.subgraph, call.operator), "", `it calls subgraph ${call.callee}, which is running already`);
      } else if (!done.has(call.callee)) {
        open.add(call.callee);
        path.push({ subgraph: call.callee, next: 0 });
      }
    }
  });
}

function calledBy({ options }: Operator): number[] {
  return Object.entries(options).filter(([name]) => CALL_ENDINGS.some((ending) => name.endsWith(ending))).flatMap(([, value]) => (value ?? []) as number | number[]);
}
