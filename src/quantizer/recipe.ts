// A recipe says which operators keep more bits than the scheme has. Its file: recipe_file.ts.
import { ArenulaError } from "../errors";
import { didYouMean } from "../near_names";
import type { FloatGraph } from "./float_graph";

export interface Recipe {
  readonly keep: readonly RecipeEntry[];
}

/** Operators by their index in the file, by the name of their output (* stands for any letters), or all of one kind; every given field has to fit. */
export interface RecipeEntry {
  readonly operator?: number;
  readonly name?: string;
  readonly op?: string;
  readonly as: "float32" | "int16";
}

export interface Kept {
  readonly float32: ReadonlySet<number>;
  readonly int16: ReadonlySet<number>;
}

/** The operators that a recipe means; of several entries for one operator the last one holds. @throws ArenulaError RECIPE_INVALID for an entry that means none */
export function keptOperators(graph: FloatGraph, recipe: Recipe): Kept {
  const as = new Map<number, "float32" | "int16">();
  for (const entry of recipe.keep) {
    const names = entry.name === undefined ? null : new RegExp(`^${entry.name.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&")).join(".*")}$`, "s");
    const meant = graph.operators.filter(({ index, name, outputs }) => (entry.operator === undefined || entry.operator === index) && (entry.op === undefined || entry.op === name) &&
      (names === null || outputs.some((tensor) => names.test(graph.tensors[tensor]!.name))));
    if (meant.length === 0) throw unknownOperator(graph, entry);
    for (const { index } of meant) as.set(index, entry.as);
  }
  const of = (kind: "float32" | "int16") => new Set([...as].filter(([, kept]) => kept === kind).map(([index]) => index));
  return { float32: of("float32"), int16: of("int16") };
}

function unknownOperator(graph: FloatGraph, { operator, name, op }: RecipeEntry): ArenulaError {
  const wanted = [operator === undefined ? [] : [`index ${operator}`], name === undefined ? [] : [`an output called '${name}'`], op === undefined ? [] : [`kind ${op}`]].flat().join(" and ");
  const hint = name !== undefined ? didYouMean(name, graph.operators.flatMap(({ outputs }) => outputs.map((tensor) => graph.tensors[tensor]!.name)))
    : op !== undefined ? didYouMean(op, new Set(graph.operators.map((candidate) => candidate.name))) : `the last one has index ${graph.operators.length - 1}`;
  return new ArenulaError("RECIPE_INVALID", `no operator has ${wanted}`, { where: "recipe", hint: hint || "`arenula inspect` lists operators and their outputs" });
}
