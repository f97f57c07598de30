import type { Emitter, Machine } from "./lowering";
import type { Op } from "./op";

/** One way to compute an operator: a kernel and its packing. All forms of an operator give the same bits. */
export interface Form<Layer> {
  readonly name: string;
  /** What the instructions of one inference are a sum of, each with a cost of its own: loops entered, outputs, products. Null where the form does not fit the layer. */
  terms(layer: Layer, emit: Emitter): readonly number[] | null;
  /**
   * Instructions of each term on the machines that may use the form, as `npm run bench:grid -- --fit` fits them to counts on emulated boards. None where nothing
   * is counted, so that the first form that fits is taken.
   */
  readonly costs: Partial<Record<Machine, readonly number[]>>;
  emit(op: Op, emit: Emitter, layer: Layer): void;
}

/** Of a form whose one term is what another form costs. */
export const AS_COUNTED: Form<never>["costs"] = { desktop: [1], fast: [1], classic: [1], scalar: [1], dsp: [1], vector: [1] };

/** Instructions of a layer on the target's machine; Infinity where the form does not fit. */
export function costOf<Layer>({ costs, terms }: Form<Layer>, emit: Emitter, layer: Layer): number {
  const each = costs[emit.target.machine], counts = each && terms(layer, emit);
  return counts ? each.reduce((sum, cost, i) => sum + cost * counts[i]!, 0) : Infinity;
}

/** How much less than a form before it a form has to cost: more than estimates are off, as another kernel is more code. */
const MARGIN = 0.85;

/** The form that costs least, or the first of those that cost about as much, and what it costs. */
export function cheapest<Layer>(forms: readonly Form<Layer>[], emit: Emitter, layer: Layer): { form: Form<Layer> | null; cost: number } {
  let form: Form<Layer> | null = null, cost = Infinity;
  for (const each of forms) {
    const its = costOf(each, emit, layer);
    if (its < MARGIN * cost) [form, cost] = [each, its];
  }
  return { form, cost };
}

export function emitCheapest<Layer>(forms: readonly Form<Layer>[], op: Op, emit: Emitter, layer: Layer): void {
  const form = emit.target.choose?.(forms, op, emit, layer) ?? cheapest(forms, emit, layer).form;
  if (!form) throw new RangeError(`no form of ${op.name} for ${emit.target.machine}`);
  form.emit(op, emit, layer);
}
