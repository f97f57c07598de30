// What of an output is worth showing: most outputs are scores.

/** Outputs up to this many values are shown whole. */
const SHOWN_WHOLE = 16;
const TOP = 5;

export interface Ranking {
  /** Indices, the largest value first, the first of equals first: all of a small output, the largest few of a larger one. */
  readonly shown: readonly number[];
  /** Whether bars tell something: of probabilities, and not of logits or coordinates. */
  readonly areShares: boolean;
  readonly least: number;
}

/** @param real real values of one output */
export function rankingOf(real: Float32Array): Ranking {
  const shown = largest(real, real.length <= SHOWN_WHOLE ? SHOWN_WHOLE : TOP), most = real[shown[0]!] ?? 0;
  const areShares = shown.length > 1 && most > 0 && most <= 1 && real.every((value) => value >= 0);
  return { shown, areShares, least: real.reduce((a, b) => Math.min(a, b), Infinity) };
}

/** Indices of the `count` largest values, the largest first, the first of equals first. One pass: an output may have hundreds of millions of values. */
function largest(values: Float32Array, count: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (found.length === count && !(values[i]! > values[found[count - 1]!]!)) continue;
    let at = Math.min(found.length, count - 1);
    for (; at > 0 && values[i]! > values[found[at - 1]!]!; at--) found[at] = found[at - 1]!;
    found[at] = i;
  }
  return found;
}
