// What lowering makes of a graph: steps, each a kernel and its record, and what their addresses stand for. The arena planner,
// the runtime and the linker read nothing else.
import type { Subgraph } from "../graph/graph";

/** What an address in a record stands for, until memory is laid out. */
export type Target =
  | { readonly kind: "tensor"; readonly tensor: number; readonly byteOffset: number }
  | { readonly kind: "constant"; readonly constant: number }
  /** Slices of weights, which the kernel stages one by one. On the desktop they are constants like others. */
  | { readonly kind: "slices"; readonly constant: number }
  /** Where the kernel stages a slice; 0 on the desktop, where nothing is staged. */
  | { readonly kind: "buffer" }
  | { readonly kind: "scratch"; readonly scratch: number };

export interface Relocation {
  /** Byte offset of the address in the record. */
  readonly at: number;
  readonly target: Target;
}

/** One call of one kernel. */
export interface Step {
  /** Name of the core's export. */
  readonly kernel: string;
  /** Index of the operator in the file that this step belongs to. */
  readonly operator: number;
  /** Little-endian fields; addresses are 0 until they are relocated. */
  readonly record: Uint8Array;
  readonly relocations: readonly Relocation[];
  /** Tensor indices, activations only. */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Bytes of every scratch buffer of this step, by number. */
  readonly scratch: readonly number[];
  /** Bytes of the largest slice that the kernel stages; 0 where it stages none. */
  readonly sliceBytes: number;
  /** Pairs [read, written] that may lie at the same address. */
  readonly inPlace: readonly (readonly [number, number])[];
}

export interface Program {
  readonly subgraph: Subgraph;
  readonly steps: readonly Step[];
  /** Bytes that records point at: weights, biases, multipliers, tables, constant operands. */
  readonly constants: readonly Uint8Array[];
  /** Tensors whose bytes are those of another tensor (RESHAPE): tensor -> the tensor it is a view of. */
  readonly views: ReadonlyMap<number, number>;
  /** Tensors that lowering computed: by index. */
  readonly folded: ReadonlyMap<number, Uint8Array>;
  /** For every operator, how many steps have run when its outputs hold their values. */
  readonly stepsAfterOperator: readonly number[];
}
