// From counts of WebAssembly instructions to instructions and cycles of a core: sums with weights that were fitted to an emulator's
// counts, one set per engine and core (cost_weights.json, written by `npm run fit:cost`). An estimate, and it says how good it was.
import { isCompiled, machineFor, type Engine } from "../machine";
import fitted from "./cost_weights.json";
import type { OpcodeClass } from "./opcodes";

/** Executed instructions by class, and the bytes that memory.copy, memory.fill and memory.init moved. */
export interface OpcodeCounts {
  readonly classes: Readonly<Record<OpcodeClass, number>>;
  readonly bulkBytes: number;
}

/** What a weight is for: a class of instructions, a byte that is moved, an operator as such (calls, and work that no count shows). */
export type Term = OpcodeClass | "bulk_byte" | "operator";

/**
 * Operands, most of which engines decode with the instruction that uses them. Where they do cost something, it is in the weights of those.
 * With weights of their own the fit gets no better, and models that were left out of it get worse.
 */
export const WITHOUT_WEIGHT: readonly OpcodeClass[] = ["const", "local_get", "other"];

/** Relative errors, 0.01 for 1 %. */
export interface FitError {
  /** Over the operators that the weights were fitted to. */
  readonly median: number;
  readonly max: number;
  /** Over the operators of each model, with weights fitted to all other models: what to expect of a model that was not there. */
  readonly left_out_median: number;
  readonly left_out_max: number;
  /** Of the sum over a left out model, the largest. */
  readonly left_out_model_max: number;
}

export interface CostFit {
  readonly weights: Readonly<Partial<Record<Term, number>>>;
  readonly error: FitError;
}

export interface CostModel {
  readonly engine: string;
  /** Key of `CORES`. */
  readonly core: string;
  /** Where it was counted. */
  readonly board: string;
  /** How many operators it was fitted to. */
  readonly operators: number;
  /** Of the cycles: what the emulator's instructions were multiplied with. */
  readonly source: string;
  readonly assumptions: readonly string[];
  readonly cycles: CostFit;
  readonly instructions: CostFit;
}

const { models: MODELS, tables: TABLES } = fitted as unknown as { models: readonly string[]; tables: readonly CostModel[] };
export { MODELS as FITTED_MODELS, TABLES as COST_MODELS };

/** Cores by what boards call them, the table that serves them, and what to say where that is another core's. */
const CORES: readonly { readonly boards: RegExp; readonly table: string; readonly note?: string }[] = [
  { boards: /^cortex-m4/, table: "cortex-m4" },
  { boards: /^cortex-m(7|33|55|85)/, table: "cortex-m4", note: "as on a Cortex-M4: the core's manual has no instruction timings" },
  { boards: /^rv32/, table: "rv32" },
];
export const DEFAULT_CORE = "cortex-m4";

/** A model for cycles, or why there is none. */
export type Costing = { readonly model: CostModel; readonly note: string | null } | { readonly model: null; readonly reason: string };

/** @param core a board's `core`: "cortex-m4f" */
export function costModelFor(engine: string, core: string = DEFAULT_CORE): Costing {
  const found = CORES.find(({ boards }) => boards.test(core));
  if (!found) return { model: null, reason: `no ${core} was emulated` };
  if (isCompiled(engine as Engine) && machineFor(engine as Engine, core) === "vector") return { model: null, reason: `what a compiler makes of vector loops does not follow from WebAssembly instructions (${engine} on ${core})` };
  const model = TABLES.find((table) => table.engine === engine && table.core === found.table);
  return model ? { model, note: found.note ?? null } : { model: null, reason: `no weights were fitted to ${engine} on ${found.table}` };
}

/** The estimate for one operator; 0 where nothing runs. */
export function estimate({ classes, bulkBytes }: OpcodeCounts, { weights }: Pick<CostFit, "weights">): number {
  const counted = Object.entries(classes).filter(([, n]) => n > 0) as [OpcodeClass, number][];
  if (counted.length === 0) return 0;
  const weight = (term: Term) => weights[term] ?? 0;
  return counted.reduce((sum, [name, n]) => sum + n * weight(name), weight("operator") + bulkBytes * weight("bulk_byte"));
}
