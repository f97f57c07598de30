import type { Tensor } from "../graph/tensor";
import type { Form } from "./form";
import type { Op } from "./op";
import type { RecordWriter } from "./record";

export type CoreName = "mcu" | "simd" | "relaxed";

/**
 * What executes the kernels, which decides about their forms (form.ts): an engine that compiles at run time (`desktop`), WAMR's interpreters
 * (`fast`, `classic`), or code compiled ahead of time for cores with 16-bit multiply-accumulates (`dsp`: Cortex-M4, M7, M33), with a vector
 * unit (`vector`: Cortex-M55), or with neither (`scalar`).
 */
export const MACHINES = ["desktop", "fast", "classic", "scalar", "dsp", "vector"] as const;
export type Machine = (typeof MACHINES)[number];

/** What a program is lowered for. Forms of kernels and packing depend on it, results do not. */
export interface LoweringTarget {
  readonly core: CoreName;
  readonly machine: Machine;
  /** Whether fully connected weights may take more flash than the model's for fewer instructions (`--weights widened`). */
  readonly widened: boolean;
  /** Bytes of weights that are staged at once, as far as whole tiles allow; Infinity where nothing is staged (the desktop). */
  readonly sliceBytes: number;
  /** Operators of the main subgraph that have to spare memory, by index, and how often they were asked to. */
  readonly sparing: ReadonlyMap<number, number>;
  /** Which form to take, null for the cheapest: `npm run bench:grid -- --fit` runs every form of a layer. */
  readonly choose?: <Layer>(forms: readonly Form<Layer>[], op: Op, emit: Emitter, layer: Layer) => Form<Layer> | null;
}

/** Types that an operator takes and gives. `int32|int64`: either; `int8?`: optional; `int8...`: any number of them, the last entry only; `any`: moved, not read. */
export interface TypeSignature {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Where a lowering puts its steps. */
export interface Emitter {
  readonly target: LoweringTarget;
  /** How often the operator was asked to spare memory: how much less scratch it takes is up to the kernel's form. */
  readonly spared: number;
  /** One call of a kernel; `size` is the record's. */
  step(kernel: string, size: number, fill: (record: RecordWriter) => void): void;
  /** The output is the input's bytes: no step. */
  view(input: Tensor, output: Tensor): void;
  /** Whether both are the same bytes, through views. */
  shares(a: Tensor, b: Tensor): boolean;
  /** Steps that run where a bool of one element holds, and where it does not. */
  branch(condition: Tensor, then: () => void, otherwise: () => void): void;
  /** Steps that run again and again: `test` writes those that compute the condition and returns it, `body` those that run while it holds. */
  loop(test: () => Tensor, body: () => void): void;
  /** The inference ends here where a bool of one element does not hold: nothing behind it runs, and outputs keep what an earlier inference left. */
  endUnless(condition: Tensor): void;
  /** Steps that run once, before the first inference. */
  once(write: () => void): void;
  /** Writes out a subgraph: its inputs are views of `inputs`. Returns its outputs. */
  call(subgraph: number, inputs: readonly Tensor[]): Tensor[];
  /** An activation that is in no file, of the type and shape of another tensor. */
  temporary(like: Tensor): Tensor;
  /** The int32 that a step writes the first dimension of an output into, where `bounds` says that only the running model knows it; null elsewhere. */
  extent(output: Tensor): Tensor | null;
  /** The output is known now. */
  fold(output: Tensor, bytes: Uint8Array): void;
  /** The variable of a name, which keeps its value between inferences; made of the type and shape of `like` where it is new. */
  resource(key: string, like: Tensor): Tensor;
}

/** `kept`: rows of the operand are rows of all outputs. `own`: the lowering takes care of them, or zeros behind them change nothing. `lost`: neither. */
export type Rows = "kept" | "own" | "lost";

/** How one operator of the schema becomes steps. The same four questions, answered in the same order. */
export interface Lowering {
  readonly operator: string;
  /** Whether `operator` is the name of a custom operator. */
  readonly custom?: boolean;
  readonly signatures: readonly TypeSignature[];
  /** Whether it is for an operator of its types; without it for all. The first lowering that is takes it. */
  applies?(op: Op): boolean;
  /** What of the operator's options is covered, in words, for docs/operators.md. */
  readonly options: string;
  /** Every refusal of the operator beyond its types: throws through `op.refuse` and `op.invalid`. */
  check(op: Op): void;
  /** The outputs, where they can be known before anything runs; null where they cannot. */
  fold?(op: Op): Uint8Array[] | null;
  /** What becomes of rows of an operand where only the running model knows how many there are (extents.ts); without it, what the operator's name says there. */
  rows?(op: Op): Rows;
  /** The most that the shape of every output can be, where only the running model knows the first dimension; null where the shape is the file's. */
  bounds?(op: Op): readonly (readonly number[] | null)[];
  lower(op: Op, emit: Emitter): void;
  /** Indices of the subgraphs that it calls. */
  calls?(op: Op): readonly number[];
  /** Multiply-accumulates of one inference, padded taps included; 0 where there are none. */
  macs?(op: Op): number;
}
