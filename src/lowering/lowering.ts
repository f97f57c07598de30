import type { Tensor, TensorType } from "../graph/tensor";
import type { Op } from "./op";
import type { RecordWriter } from "./record";

export type CoreName = "mcu" | "simd" | "relaxed";

/** What a program is lowered for. Packing depends on it, results do not. */
export interface LoweringTarget {
  readonly core: CoreName;
  /** What runs the kernels: compiled to machine code, or interpreted, where loads and calls cost more than sums that are kept. */
  readonly engine: "compiled" | "interpreter";
  /** Bytes of weights that are staged at once, as far as whole tiles allow; Infinity where nothing is staged (the desktop). */
  readonly sliceBytes: number;
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
