// Which bytes tensors share, and how long they are alive: from a program to the blocks that src/arena plans.
import type { Block } from "../arena/blocks";
import { byteLength } from "../graph/tensor";
import type { Program, Step } from "./program";

/** Bytes that one or more tensors are: views of each other, or outputs computed in place. */
export interface Storage {
  /** Tensor indices, in the order in which they take the storage. */
  readonly tensors: number[];
  bytes: number;
  firstStep: number;
  lastStep: number;
}

export interface StorageMap {
  readonly storages: readonly Storage[];
  /** Storage of every activation, by tensor index. */
  readonly ofTensor: ReadonlyMap<number, Storage>;
}

/**
 * Assigns every activation its storage. A view shares its source's. An output computed in place takes the storage of an
 * operand that nothing reads later; graph outputs stay alive to the end, graph inputs from the start to their last reader.
 */
export function assignStorage(program: Program): StorageMap {
  const { subgraph, steps, views, folded, stepsAfterOperator } = program;
  const ofTensor = new Map<number, Storage>();
  const neededUntil = new Map<Storage, number>(); // the last use of any tensor that shares it so far
  const lastStep = Math.max(steps.length - 1, 0);
  const lastUse = lastUses(program, lastStep);

  const create = (tensor: number, step: number) => {
    const storage = { tensors: [tensor], bytes: byteLength(subgraph.tensors[tensor]!), firstStep: step, lastStep: step };
    ofTensor.set(tensor, storage);
    neededUntil.set(storage, lastUse.get(tensor) ?? -1);
  };
  const touch = (tensor: number, step: number) => {
    const storage = ofTensor.get(tensor)!;
    storage.lastStep = Math.max(storage.lastStep, step);
  };
  const share = (tensor: number, storage: Storage, step: number) => {
    storage.tensors.push(tensor);
    ofTensor.set(tensor, storage);
    storage.lastStep = Math.max(storage.lastStep, step);
    neededUntil.set(storage, Math.max(neededUntil.get(storage)!, lastUse.get(tensor) ?? -1));
  };

  const isConstant = (tensor: number) => subgraph.tensors[tensor]!.data !== null || folded.has(tensor);
  for (const input of subgraph.inputs) if (!ofTensor.has(input) && !isConstant(input)) create(input, 0);
  let step = 0;
  subgraph.operators.forEach((operator, i) => {
    for (; step < stepsAfterOperator[i]!; step++) {
      const { reads, writes } = steps[step]!;
      reads.forEach((tensor) => touch(tensor, step));
      for (const tensor of writes) {
        if (ofTensor.has(tensor)) touch(tensor, step);
        else {
          const reused = reusable(steps, step, tensor, ofTensor, neededUntil);
          if (reused) share(tensor, reused, step);
          else create(tensor, step);
        }
      }
    }
    // A view holds its value after the steps so far, and whoever looks at the operator's output then must find it.
    for (const output of operator.outputs) {
      const source = views.get(output);
      if (source !== undefined) share(output, ofTensor.get(source)!, Math.max(step - 1, 0));
      else if (!ofTensor.has(output) && !isConstant(output)) create(output, Math.max(step - 1, 0)); // empty: no step writes it
    }
  });
  for (const output of subgraph.outputs) if (ofTensor.has(output)) touch(output, lastStep);
  return { storages: [...new Set(ofTensor.values())], ofTensor };
}

/**
 * The last step that needs each tensor's bytes, uses of its views included. A view's own operator looks at them between two
 * steps, which counts as half a step; graph outputs are needed after the last one.
 */
function lastUses({ subgraph, steps, views, stepsAfterOperator }: Program, lastStep: number): Map<number, number> {
  const last = new Map<number, number>();
  const roots = new Map<number, number>(); // a view's source comes before it, so that one look-up finds its root
  for (const [tensor, source] of views) roots.set(tensor, roots.get(source) ?? source);
  const use = (tensor: number, step: number) => {
    const root = roots.get(tensor) ?? tensor;
    last.set(root, Math.max(last.get(root) ?? -1, step));
  };
  steps.forEach(({ reads }, step) => reads.forEach((tensor) => use(tensor, step)));
  subgraph.operators.forEach(({ outputs }, i) => outputs.filter((output) => views.has(output)).forEach((output) => use(output, stepsAfterOperator[i]! - 0.5)));
  subgraph.outputs.forEach((tensor) => use(tensor, lastStep + 1));
  for (const [tensor, root] of roots) last.set(tensor, last.get(root) ?? -1);
  return last;
}

/** The storage of an operand that `tensor` may overwrite at `index`, or null. */
function reusable(steps: readonly Step[], index: number, tensor: number, ofTensor: ReadonlyMap<number, Storage>, neededUntil: ReadonlyMap<Storage, number>): Storage | null {
  const step = steps[index]!;
  for (const [read, written] of step.inPlace) {
    if (written !== tensor) continue;
    // An operator may go on in further steps, each on its own part of both.
    let last = index;
    while (steps[last + 1]?.operator === step.operator && steps[last + 1]!.inPlace.some(([from, to]) => from === read && to === written)) last++;
    const storage = ofTensor.get(read)!;
    // Whatever else shares the storage (views, and what it was computed from in place) has to be done with, and no other
    // operand of this step may read the same bytes at other positions.
    const free = neededUntil.get(storage)! <= last;
    const alone = step.reads.every((other) => other === read || ofTensor.get(other) !== storage);
    if (free && alone) return storage;
  }
  return null;
}

/** Everything that the arena holds: storages first, in the order of `storages`, then the scratch of every step. */
export function blocksOf({ subgraph, steps }: Program, { storages }: StorageMap): Block[] {
  const activations: Block[] = storages.map((storage) => ({
    name: subgraph.tensors[storage.tensors[0]!]!.name, kind: "activation", bytes: storage.bytes, firstStep: storage.firstStep, lastStep: storage.lastStep,
  }));
  const scratch: Block[] = steps.flatMap((step, i) =>
    step.scratch.map((bytes): Block => ({ name: `${step.kernel} scratch`, kind: "scratch", bytes, firstStep: i, lastStep: i })),
  );
  return [...activations, ...scratch];
}
