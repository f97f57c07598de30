// What lowering makes of a graph: steps, each a kernel and its record, in what order they run, and what their addresses stand for. The
// arena planner, the runtime and the linker read nothing else.
import type { Subgraph } from "../graph/graph";

/** What an address in a record stands for, until memory is laid out. */
export type Target =
  | { readonly kind: "tensor"; readonly tensor: number; readonly byteOffset: number }
  | { readonly kind: "constant"; readonly constant: number; readonly byteOffset: number }
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
  /** Index of the operator of the main subgraph that this step belongs to. */
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

/** What runs: steps in order, the structure of IF and WHILE around them, and where an inference may end. A condition is a bool of one element: the tensor's index. */
export type Node =
  | { readonly kind: "step"; readonly step: number }
  | { readonly kind: "if"; readonly condition: number; readonly then: readonly Node[]; readonly otherwise: readonly Node[] }
  | { readonly kind: "while"; readonly test: readonly Node[]; readonly condition: number; readonly body: readonly Node[] }
  /** The inference ends where the condition does not hold. */
  | { readonly kind: "endUnless"; readonly condition: number };

/** A tensor whose bytes are those of another one from a certain point on. */
export interface View {
  readonly source: number;
  /** How many steps come before it. */
  readonly at: number;
}

/** A tensor that something other than a step looks at, or that no step writes: it has to exist when `at` steps have run. */
export interface Look {
  readonly tensor: number;
  readonly at: number;
}

export interface Program {
  /** The main one. Its `tensors` also hold those of every subgraph that it calls, once per call: indices are the program's. */
  readonly subgraph: Subgraph;
  /** In the order of the file and of the calls: the time that lifetimes are counted in. A step in a WHILE stands once. */
  readonly steps: readonly Step[];
  /** What runs for every operator of the main subgraph. */
  readonly code: readonly (readonly Node[])[];
  /** What runs behind the last operator. */
  readonly final: readonly Node[];
  /** What runs once, before the first inference (CALL_ONCE). */
  readonly initial: readonly Node[];
  /** First and last step of every loop, inner ones first: what lives on entry and is used inside lives to its end. */
  readonly loops: readonly { readonly first: number; readonly last: number }[];
  /** Bytes that records point at: weights, biases, multipliers, tables, constant operands. */
  readonly constants: readonly Uint8Array[];
  /** Tensors whose bytes are those of another tensor (RESHAPE, arguments of subgraphs), in the order in which they come to be. */
  readonly views: ReadonlyMap<number, View>;
  readonly looks: readonly Look[];
  /** Tensors that lowering computed: by index. */
  readonly folded: ReadonlyMap<number, Uint8Array>;
  /** Tensors that keep their value from one inference to the next, with the byte that fills them at first. */
  readonly variables: ReadonlyMap<number, number>;
  /** Whether an inference may end early (`endUnless`): what outputs hold then persists as variables do. */
  readonly endsEarly: boolean;
  /** Tensors that are planned at the most that their first dimension can be, and the int32 that a step writes it into; several tensors may share it. */
  readonly extents: ReadonlyMap<number, number>;
  /** Bytes that kernels may read behind everything without using them. */
  readonly readBehind?: number;
}

