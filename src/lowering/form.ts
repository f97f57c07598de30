import type { Emitter, Machine } from "./lowering";
import type { Op } from "./op";

/** One way to compute an operator: a kernel and its packing. All forms of an operator give the same bits. */
export interface Form<Layer> {
  /**
   * What the form costs on the machines that may use it: instructions of one inference, fitted to counts on emulated boards
   * (docs/benchmarks.md), comparable among the forms of one operator only. Infinity where the form does not fit the layer.
   */
  readonly cost: Partial<Record<Machine, (layer: Layer, emit: Emitter) => number>>;
  emit(op: Op, emit: Emitter, layer: Layer): void;
}

/** Emits the form that costs least on the target's machine, the first of equals. */
export function emitCheapest<Layer>(forms: readonly Form<Layer>[], op: Op, emit: Emitter, layer: Layer): void {
  let cheapest: Form<Layer> | null = null, least = Infinity;
  for (const form of forms) {
    const cost = form.cost[emit.target.machine]?.(layer, emit) ?? Infinity;
    if (cost < least) [cheapest, least] = [form, cost];
  }
  if (!cheapest) throw new RangeError(`no form of ${op.name} for ${emit.target.machine}`);
  cheapest.emit(op, emit, layer);
}
