// Weights of a cost model: non-negative least squares of relative errors.
import type { FitError, Term } from "../../src/device/simulate/cost";
import { OPCODE_CLASSES } from "../../src/device/simulate/opcodes";
import { estimate, WITHOUT_WEIGHT, type CostFit } from "../../src/device/simulate/cost";
import type { CostSample } from "./samples";

/**
 * Pulls each weight towards the mean cost of an instruction, so little that it only decides what the samples leave open: about a class
 * that no model executes, or two that always come together.
 */
const PULL = 1e-8;
/** Of the two weights that are about no instruction, in instructions: where they are pulled to. */
const BYTE = 0.1, OPERATOR = 15;
const DIGITS = 4;

const TERMS: readonly Term[] = [...OPCODE_CLASSES.filter((name) => !WITHOUT_WEIGHT.includes(name)), "bulk_byte", "operator"];
const count = ({ counts: { classes, bulkBytes } }: CostSample, term: Term) => (term === "operator" ? 1 : term === "bulk_byte" ? bulkBytes : classes[term]);

/** Weights for `of`, and how far off they are. */
export function fitCost(samples: readonly CostSample[], of: "cycles" | "instructions"): CostFit {
  const weights = fitWeights(samples, of);
  const own = samples.map((sample) => relativeError(sample, weights, of));
  const models = [...new Set(samples.map(({ model }) => model))];
  const leftOut = models.map((model) => {
    const without = fitWeights(samples.filter((sample) => sample.model !== model), of), only = samples.filter((sample) => sample.model === model);
    const total = (value: (sample: CostSample) => number) => only.reduce((sum, sample) => sum + value(sample), 0);
    return {
      operators: only.map((sample) => relativeError(sample, without, of)),
      whole: Math.abs(total(({ counts }) => estimate(counts, { weights: without })) / total((sample) => sample[of]) - 1),
    };
  });
  const others = leftOut.flatMap(({ operators }) => operators);
  const error: FitError = {
    median: median(own), max: Math.max(...own), left_out_median: median(others), left_out_max: Math.max(...others), left_out_model_max: Math.max(...leftOut.map(({ whole }) => whole)),
  };
  return { weights, error: Object.fromEntries(Object.entries(error).map(([name, value]) => [name, Number(value.toPrecision(2))])) as unknown as FitError };
}

type Weights = CostFit["weights"];

function relativeError(sample: CostSample, weights: Weights, of: "cycles" | "instructions"): number {
  return Math.abs(estimate(sample.counts, { weights }) / sample[of] - 1);
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Minimizes the sum of (estimate / counted - 1)^2 and of PULL * samples * (weight / pulled to - 1)^2 over weights of at least 0. */
function fitWeights(samples: readonly CostSample[], of: "cycles" | "instructions"): Weights {
  const perInstruction = samples.map((sample) => sample[of] / TERMS.reduce((sum, term) => (term === "bulk_byte" || term === "operator" ? sum : sum + count(sample, term)), 0));
  const mean = median(perInstruction);
  const target = TERMS.map((term) => mean * (term === "bulk_byte" ? BYTE : term === "operator" ? OPERATOR : 1));
  // Unknowns are weights through their targets, rows are samples through what was counted.
  const rows = samples.map((sample) => TERMS.map((term, i) => (count(sample, term) * target[i]!) / sample[of]));
  const pull = PULL * samples.length;
  const gram = TERMS.map((_, i) => TERMS.map((__, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, i === j ? pull : 0)));
  const right = TERMS.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, pull));
  const solution = nonNegative(gram, right);
  return Object.fromEntries(TERMS.map((term, i) => [term, Number((solution[i]! * target[i]!).toPrecision(DIGITS))]));
}

/**
 * The x >= 0 with the least x G x / 2 - b x, for a positive definite G: the active set method of Lawson and Hanson (Solving Least Squares
 * Problems, 1974, chapter 23) on the normal equations.
 */
export function nonNegative(gram: readonly (readonly number[])[], right: readonly number[]): number[] {
  const n = right.length;
  let x: number[] = new Array<number>(n).fill(0);
  const free = new Set<number>();
  const slack = 1e-12 * Math.max(...right.map(Math.abs));
  for (;;) {
    const gradient = right.map((b, i) => b - gram[i]!.reduce((sum, g, j) => sum + g * x[j]!, 0));
    const next = gradient.reduce((best, value, i) => (!free.has(i) && value > slack && (best < 0 || value > gradient[best]!) ? i : best), -1);
    if (next < 0) return x;
    free.add(next);
    for (;;) {
      const indices = [...free].sort((a, b) => a - b);
      const solved = solve(indices.map((i) => indices.map((j) => gram[i]![j]!)), indices.map((i) => right[i]!));
      const wanted = new Array<number>(n).fill(0);
      indices.forEach((i, at) => { wanted[i] = solved[at]!; });
      const below = indices.filter((i) => wanted[i]! <= 0);
      if (below.length === 0) {
        x = wanted;
        break;
      }
      const step = Math.min(...below.map((i) => x[i]! / (x[i]! - wanted[i]!)));
      x = x.map((value, i) => value + step * (wanted[i]! - value));
      for (const i of below) if (x[i]! <= 1e-15) free.delete(i);
      if (free.size === 0) break;
    }
    x = x.map((value, i) => (free.has(i) ? value : 0));
  }
}

/** Cholesky: the solution of a positive definite system. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const n = right.length, lower = matrix.map((row) => [...row]), x = [...right];
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      lower[i]![j] = i === j ? Math.sqrt(sum) : sum / lower[j]![j]!;
    }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= lower[i]![k]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= lower[k]![i]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  return x;
}
