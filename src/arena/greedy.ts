import { extent, type Problem } from "./problem";

/** Which gap a block takes: the lowest that holds it, or the tightest. */
export type Fit = "lowest" | "tightest";

/** One block after the other, each into a gap between those that were placed before and are alive with it. */
export function placeInOrder(problem: Problem, order: ArrayLike<number>, fit: Fit = "lowest", fixed: Int32Array | null = null): Int32Array {
  const { count, size, first, last } = problem;
  const offsets = fixed ? Int32Array.from(fixed) : new Int32Array(count).fill(-1);
  const placed: number[] = []; // ascending by offset
  const insert = (i: number) => {
    let at = placed.length;
    while (at > 0 && offsets[placed[at - 1]] > offsets[i]) at--;
    placed.splice(at, 0, i);
  };
  if (fixed) for (let i = 0; i < count; i++) if (offsets[i] >= 0) insert(i);

  for (let k = 0; k < order.length; k++) {
    const i = order[k];
    let top = 0, best = -1, bestGap = Infinity;
    for (const other of placed) {
      if (first[other] > last[i] || last[other] < first[i]) continue;
      const gap = offsets[other] - top;
      if (gap >= size[i] && gap < bestGap) {
        best = top;
        bestGap = gap;
        if (fit === "lowest") break;
      }
      top = Math.max(top, offsets[other] + size[other]);
    }
    offsets[i] = best >= 0 ? best : top;
    insert(i);
  }
  return offsets;
}

/** Large blocks first; of equal ones the earlier, then the one given first. */
export function bySize(problem: Problem): number[] {
  const { size, first } = problem;
  return indices(problem).sort((a, b) => size[b] - size[a] || first[a] - first[b] || a - b);
}

export function indices(problem: Problem): number[] {
  return Array.from({ length: problem.count }, (_, i) => i);
}

/**
 * The better of two greedy plans by size.
 * Source of the order: TFLM micro/memory_planner/greedy_memory_planner.cc, which takes the lowest gap.
 */
export function planGreedily(problem: Problem): Int32Array {
  const order = bySize(problem);
  const lowest = placeInOrder(problem, order, "lowest");
  const tightest = placeInOrder(problem, order, "tightest");
  return extent(problem, tightest) < extent(problem, lowest) ? tightest : lowest;
}
