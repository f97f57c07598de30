// Which bytes tensors share, and how long they are alive: from a program to the blocks that src/arena plans.
import { alignUp, type Block } from "../arena/blocks";
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
  /** Where a variable lies in the storage of all variables; every other tensor is at the beginning of its own. */
  readonly offsets: ReadonlyMap<number, number>;
}

/** Variables lie side by side, each as well aligned as a storage of its own. */
const VARIABLE_ALIGNMENT = 16;

/**
 * Assigns every activation its storage. A view shares its source's. An output computed in place takes the storage of an
 * operand that nothing reads later; graph outputs stay alive to the end, graph inputs from the start to their last reader,
 * variables always.
 */
export function assignStorage(program: Program): StorageMap {
  const { subgraph, steps, views, looks, folded, variables, loops } = program;
  const ofTensor = new Map<number, Storage>();
  const offsets = new Map<number, number>();
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

  if (variables.size > 0) {
    const state: Storage = { tensors: [], bytes: 0, firstStep: 0, lastStep };
    neededUntil.set(state, Infinity);
    for (const tensor of variables.keys()) {
      offsets.set(tensor, state.bytes);
      state.bytes += alignUp(byteLength(subgraph.tensors[tensor]!), VARIABLE_ALIGNMENT);
      share(tensor, state, lastStep);
    }
  }
  const isConstant = (tensor: number) => subgraph.tensors[tensor]!.data !== null || folded.has(tensor);
  for (const input of subgraph.inputs) if (!ofTensor.has(input) && !isConstant(input)) create(input, 0);
  /** What comes to be, or is looked at, after `done` steps. A view holds its value from then on, and whoever looks at it must find it. */
  const between = [...views].map(([tensor, { source, at }]) => ({ tensor, source, at })).values(), looked = looks.values();
  let view = between.next(), look = looked.next();
  const settle = (done: number) => {
    const step = Math.max(done - 1, 0);
    for (; !view.done && view.value.at <= done; view = between.next()) {
      const { tensor, source } = view.value;
      if (offsets.has(source)) offsets.set(tensor, offsets.get(source)!);
      if (!ofTensor.has(source)) create(source, step); // empty, too
      share(tensor, ofTensor.get(source)!, step);
    }
    for (; !look.done && look.value.at <= done; look = looked.next()) {
      const { tensor } = look.value;
      if (ofTensor.has(tensor)) touch(tensor, step);
      else if (!isConstant(tensor)) create(tensor, step); // empty: no step writes it
    }
  };
  for (let step = 0; step < steps.length; step++) {
    settle(step);
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
  settle(steps.length);
  for (const output of givenOut(program)) if (ofTensor.has(output)) touch(output, lastStep);
  const storages = [...new Set(ofTensor.values())];
  for (const { first, last } of loops)
    for (const storage of storages) if (storage.firstStep < first && storage.lastStep >= first) storage.lastStep = Math.max(storage.lastStep, last);
  return { storages, ofTensor, offsets };
}

/**
 * The last step that needs each tensor's bytes, uses of its views included. A look comes between two steps, which counts as half a step;
 * graph outputs are needed after the last one; what comes into a loop is needed in its every turn.
 */
function lastUses(program: Program, lastStep: number): Map<number, number> {
  const { subgraph, steps, views, looks, loops } = program;
  const first = new Map<number, number>(), last = new Map<number, number>();
  const roots = new Map<number, number>(); // a view's source comes before it, so that one look-up finds its root
  for (const [tensor, { source }] of views) roots.set(tensor, roots.get(source) ?? source);
  const use = (tensor: number, step: number) => {
    const root = roots.get(tensor) ?? tensor;
    if (!first.has(root)) first.set(root, step);
    last.set(root, Math.max(last.get(root) ?? -1, step));
  };
  for (const input of subgraph.inputs) use(input, -1);
  steps.forEach(({ reads, writes }, step) => [...reads, ...writes].forEach((tensor) => use(tensor, step)));
  for (const { tensor, at } of looks) use(tensor, at - 0.5);
  for (const { first: from, last: to } of loops)
    for (const [tensor, until] of last) if (first.get(tensor)! < from && until >= from - 0.5) last.set(tensor, Math.max(until, to + 0.5));
  givenOut(program).forEach((tensor) => use(tensor, lastStep + 1));
  for (const [tensor, root] of roots) last.set(tensor, last.get(root) ?? -1);
  return last;
}

/** Outputs of the graph, and their extents. */
function givenOut({ subgraph, extents }: Program): number[] {
  return subgraph.outputs.flatMap((output) => [output, ...(extents.has(output) ? [extents.get(output)!] : [])]);
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
export function blocksOf({ subgraph, steps }: Program, { storages, offsets }: StorageMap): Block[] {
  const activations: Block[] = storages.map((storage) => ({
    name: offsets.has(storage.tensors[0]!) ? "variables" : subgraph.tensors[storage.tensors[0]!]!.name, kind: "activation", bytes: storage.bytes, firstStep: storage.firstStep, lastStep: storage.lastStep,
  }));
  const scratch: Block[] = steps.flatMap((step, i) =>
    step.scratch.map((bytes): Block => ({ name: `${step.kernel} scratch`, kind: "scratch", bytes, firstStep: i, lastStep: i })),
  );
  return [...activations, ...scratch];
}
