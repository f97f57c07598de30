// What operators made, read from memory while it is fresh: on the desktop and in a linked module alike.
import type { Graph, Operator } from "../graph/graph";
import { bitsOf, byteLength, type Tensor } from "../graph/tensor";
import type { Program } from "../lowering/program";
import { flipped } from "../lowering/rebase";
import { actualShape } from "./tensor_view";

/** One output of one operator while it is fresh. */
export interface WatchedOutput {
  readonly operator: Operator;
  /** As in the file. */
  readonly tensor: Tensor;
  /** Row-major, as the file defines the tensor. */
  readonly bytes: Uint8Array;
  /** True where lowering computed it. */
  readonly folded: boolean;
}

/** Where a program's activations lie. */
export interface Placed {
  /** As it was parsed; `program` has its tensors as they are computed. */
  readonly model: Graph;
  readonly program: Program;
  readonly buffer: ArrayBufferLike;
  /** Addresses by tensor index. */
  readonly tensors: ReadonlyMap<number, number>;
}

/** Bytes of an activation at this moment. */
export function activationBytes({ program, buffer, tensors }: Placed, tensor: number): Uint8Array {
  const { type, shape } = program.subgraph.tensors[tensor]!;
  const extentAt = tensors.get(program.extents.get(tensor) ?? -1);
  return new Uint8Array(buffer, tensors.get(tensor)!, byteLength({ type, shape: actualShape(shape, buffer, extentAt) }));
}

/** A variable of the model, as the file defines the tensor; null where nothing uses it. */
export function variableBytes(placed: Placed, tensor: number): Uint8Array | null {
  const { program: { variables, subgraph } } = placed;
  if (!variables.has(tensor)) return null;
  const bytes = activationBytes(placed, tensor);
  return subgraph.tensors[tensor]!.rebased ? flipped(bytes) : bytes;
}

/** What the operator at a place of the main subgraph has just computed. @param see is given bytes that hold until it returns */
export function showOutputs(placed: Placed, place: number, see: (output: WatchedOutput) => void): void {
  const { model, program: { subgraph, folded } } = placed, operator = subgraph.operators[place]!;
  for (const index of operator.outputs) {
    const tensor = model.subgraphs[0]!.tensors[index]!;
    if (bitsOf(tensor.type) === null) continue;
    const known = folded.get(index), bytes = known ?? activationBytes(placed, index);
    see({ operator, tensor, bytes: subgraph.tensors[index]!.rebased ? flipped(bytes) : bytes, folded: known !== undefined });
  }
}
