import { bySize, indices, placeInOrder } from "./greedy";
import { extent, loads, respectsCeilings, type Problem } from "./problem";
import { searchFit } from "./search";

/** A placement with what is known about it. */
export interface Minimum {
  offsets: Int32Array;
  /** Units taken. */
  units: number;
  /** Whether fewer units are proven impossible. */
  proven: boolean;
}

/** Part of the effort that each trial of one order may use; the last trial takes what is left. */
const TRIAL_SHARE = 1 / 16;
/** Part of the effort for repairing greedy plans, which finds most plans of large graphs, and plans without progress to stop at. */
const REPAIR_SHARE = 1 / 4;
const REPAIR_PATIENCE = 100;

/**
 * The fewest units, as far as the effort goes. Starts from a plan, so there is always an answer.
 * @param start A plan that respects all ceilings. @param floor Units known to be necessary. @param effort Blocks examined.
 */
export function minimize(problem: Problem, start: Int32Array, floor: number, effort: number): Minimum {
  let best = start, units = extent(problem, start), bound = floor, left = effort;
  const accept = (offsets: Int32Array) => { best = offsets; units = extent(problem, offsets); };
  const answer = () => ({ offsets: best, units, proven: units <= bound });

  if (units <= bound) return answer();
  const repaired = repair(problem, units, bound, effort * REPAIR_SHARE);
  left -= repaired.effort;
  if (repaired.offsets) accept(repaired.offsets);

  // Upwards from the bound: a proof that nothing fits under it raises it. Short trials first: an order that suits the graph
  // finds its plan in a few hundred placements, one that does not may never.
  const orders = preferences(problem);
  for (let trial = 0; units > bound && left > 0; trial++) {
    const last = trial >= orders.length;
    const outcome = searchFit(problem, orders[trial % orders.length], bound, last ? left / 2 : Math.min(left, effort * TRIAL_SHARE));
    left -= outcome.effort;
    if (outcome.offsets) accept(outcome.offsets);
    else if (outcome.exhausted) { bound = Math.min(units, Math.max(bound + 1, outcome.nextBound)); trial--; }
    else if (last) break;
  }
  // Downwards from the best plan, for what could not be settled from below.
  while (units > bound && left > 0) {
    const outcome = searchFit(problem, orders[0], units - 1, left);
    left -= outcome.effort;
    if (outcome.offsets) accept(outcome.offsets);
    else if (outcome.exhausted) bound = units;
    else break;
  }
  return answer();
}

/** Orders in which the search prefers blocks, each good for other graphs. */
function preferences(problem: Problem): number[][] {
  const { size, first, last } = problem;
  const load = loads(problem);
  const fullest = indices(problem).map((i) => load.subarray(first[i], last[i] + 1).reduce((a, b) => Math.max(a, b), 0));
  const length = (i: number) => last[i] - first[i] + 1;
  const sorted = (key: (i: number) => number) => bySize(problem).sort((a, b) => key(b) - key(a)); // stable: ties by size
  return [bySize(problem), sorted(length), sorted((i) => fullest[i]), sorted((i) => size[i] * length(i)), indices(problem)];
}

/**
 * Greedy plans whose order learns: blocks that end above the goal are moved to the front, and the next plan is made.
 * Source of the idea: D. Joslin, D. Clements, "Squeaky Wheel Optimization", JAIR 10 (1999).
 */
function repair(problem: Problem, units: number, goal: number, effort: number): { offsets: Int32Array | null; effort: number } {
  const { count, size, ceiling } = problem;
  const cost = count * count / 64; // as long as the search takes for as many blocks
  let order = bySize(problem), best: Int32Array | null = null, bestUnits = units, spent = 0;
  for (let idle = 0; idle < REPAIR_PATIENCE && spent + cost <= effort && bestUnits > goal; idle++) {
    const offsets = placeInOrder(problem, order);
    spent += cost;
    const taken = extent(problem, offsets);
    if (taken < bestUnits && respectsCeilings(problem, offsets)) { best = offsets; bestUnits = taken; idle = 0; }
    const high = (i: number) => offsets[i] + size[i] > Math.min(goal, ceiling[i]);
    order = [...order.filter(high), ...order.filter((i) => !high(i))];
  }
  return { offsets: best, effort: spent };
}

