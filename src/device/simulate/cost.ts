// From counts to cycles. The weights are to be fitted to counts of an emulator per engine and board; none ships until that was done,
// and until then `simulate` reports no `cycles_estimate`.

import type { OpcodeClass } from "./opcodes";

/** Executed instructions by class, and the bytes that memory.copy, memory.fill and memory.init moved. */
export interface OpcodeCounts {
  readonly classes: Readonly<Record<OpcodeClass, number>>;
  readonly bulkBytes: number;
}

/** Cycles are linear in the counts: an interpreter spends about the same on every instruction of a class. */
export interface CostModel {
  readonly engine: string;
  readonly board: string;
  readonly cycles: Readonly<Record<OpcodeClass, number>>;
  readonly cyclesPerBulkByte: number;
  /** Largest relative error over the layers that the weights were fitted to. */
  readonly fitError: number;
}

/** Estimated cycles of one operator. */
export function estimateCycles(counts: OpcodeCounts, model: CostModel): number {
  const classes = Object.entries(counts.classes) as [OpcodeClass, number][];
  return classes.reduce((sum, [name, n]) => sum + n * model.cycles[name], counts.bulkBytes * model.cyclesPerBulkByte);
}
