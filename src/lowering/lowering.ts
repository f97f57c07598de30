import type { Tensor, TensorType } from "../graph/tensor";
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
  /** Operators that have to spare memory, by index, and how often they were asked to: how much less scratch is up to the kernel's form. */
  readonly sparing: ReadonlyMap<number, number>;
}

/** Types that an operator takes and gives. `int8?`: optional; `int8...`: any number of them, the last entry only; `any`: moved, not read. */
export interface TypeSignature {
  readonly inputs: readonly string[];
  readonly outputs: readonly (TensorType | "any")[];
}

/** Where a lowering puts its steps. */
export interface Emitter {
  readonly target: LoweringTarget;
  /** One call of a kernel; `size` is the record's. */
  step(kernel: string, size: number, fill: (record: RecordWriter) => void): void;
  /** The output is the input's bytes: no step. */
  view(input: Tensor, output: Tensor): void;
}

/** How one operator of the schema becomes steps. The same four questions, answered in the same order. */
export interface Lowering {
  readonly operator: string;
  readonly signatures: readonly TypeSignature[];
  /** What of the operator's options is covered, in words, for docs/operators.md. */
  readonly options: string;
  /** Every refusal of the operator beyond its types: throws through `op.refuse` and `op.invalid`. */
  check(op: Op): void;
  /** The outputs, where they can be known before anything runs; null where they cannot. */
  fold?(op: Op): Uint8Array[] | null;
  lower(op: Op, emit: Emitter): void;
  /** Multiply-accumulates of one inference, padded taps included; 0 where there are none. */
  macs?(op: Op): number;
}
