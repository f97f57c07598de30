// Every way to compute a model: each core as the desktop runs it, and the scalar one with the forms of kernels for devices.
import type { Graph } from "../src/graph/graph";
import { lower } from "../src/lowering/lower";
import { MACHINES, type CoreName, type LoweringTarget } from "../src/lowering/lowering";
import type { Program } from "../src/lowering/program";
import { loadCore } from "../src/runtime/core";
import { Interpreter } from "../src/runtime/interpreter";

/** A core, and the forms of kernels that lowering picks. */
export type Form = Pick<LoweringTarget, "core" | "machine" | "widened">;

export function formsOf(core: CoreName): Form[] {
  if (core !== "mcu") return [{ core, machine: "desktop", widened: false }];
  return [...MACHINES.map((machine) => ({ core, machine, widened: false })), ...(["fast", "classic"] as const).map((machine) => ({ core, machine, widened: true }))];
}

export const FORMS: readonly Form[] = (["mcu", "simd", "relaxed"] as const).flatMap(formsOf);

/** "mcu, forms for dsp" */
export function describeForm({ core, machine, widened }: Form): string {
  return `${core}${machine === "desktop" ? "" : `, forms for ${machine}${widened ? ", widened" : ""}`}`;
}

/** @param patch changes the program before it is laid out */
export async function createInForm(graph: Graph, form: Form, patch: (program: Program) => void = () => {}): Promise<Interpreter> {
  const loaded = await loadCore(form.core);
  const program = lower(graph, form);
  patch(program);
  return Interpreter.fromProgram(graph, program, loaded);
}
