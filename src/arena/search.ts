import { UNLIMITED, type Problem } from "./problem";

/**
 * The exact planner's one question: do the blocks fit under a capacity?
 *
 * Any placement can be pushed down until each block rests on the floor or on another block. Read by ascending offset, such a
 * placement is an order in which every block simply lands on the highest block that was placed before it and lives with it:
 * its `landing`. So the search places blocks by ascending offset, and these arguments cut it down:
 *
 * - Bound. In a section, the unplaced blocks all lie above the lowest landing among them, so that landing plus their sizes must
 *   not pass the capacity.
 * - Dominance. If an unplaced block could lie entirely below the offset where we are, every completion can be improved by moving
 *   it down there. So the next offset is below every unplaced block's (landing + size).
 * - Symmetry. At one offset, blocks are placed by ascending index; of twins (same life, same size) the first lies lower.
 * - Skipped blocks. A block whose landing lies below the current offset must yet be lifted by an unplaced neighbour.
 * - Decomposition. Where no unplaced block crosses a border between sections, both sides are solved on their own.
 *
 * Source: M. Moffitt, "MiniMalloc: A Lightweight Memory Allocator for Hardware-Accelerated Machine Learning", ASPLOS 2023.
 */
export interface Outcome {
  /** A placement under the capacity, or null. */
  offsets: Int32Array | null;
  /** Whether null is a proof: everything was tried or excluded. */
  exhausted: boolean;
  /** After a proof: no placement takes fewer units than this. */
  nextBound: number;
  /** Effort spent: blocks examined, over all placements tried. */
  effort: number;
}

/** @param order Which block to prefer among those at one offset. @param effort Blocks examined before giving up. */
export function searchFit(problem: Problem, order: readonly number[], capacity: number, effort: number): Outcome {
  const search = new Search(problem, order, capacity, effort);
  const found = search.run();
  return {
    offsets: found ? search.offsets() : null,
    exhausted: !found && !search.stopped,
    nextBound: search.nextBound,
    effort: search.spent,
  };
}

class Search {
  spent = 0;
  stopped = false;
  nextBound = UNLIMITED;

  // Blocks are numbered by their place in the order, so "ascending index" is "as preferred".
  private readonly count: number;
  private readonly size: Int32Array;
  private readonly first: Int32Array;
  private readonly last: Int32Array;
  private readonly ceiling: Int32Array;
  private readonly twin: Int32Array; // the previous block of same life and size, or -1
  private readonly neighbours: Int32Array[]; // blocks that share a section

  private readonly landing: Int32Array;
  private readonly placed: Uint8Array;
  private readonly offset: Int32Array;

  // Per section, valid while one node is examined.
  private readonly floor: Int32Array;
  private readonly load: Int32Array;
  private readonly limited: Int32Array; // floor of blocks that have a ceiling
  private readonly limitedLoad: Int32Array;
  private readonly crossed: Uint8Array; // whether an unplaced block lives in this section and the next
  private readonly ceilingLevel: number; // all limited blocks share one ceiling
  private readonly part: Int32Array;

  // Undo: pairs of block and its landing before.
  private readonly trail: number[] = [];

  constructor(
    problem: Problem,
    private readonly order: readonly number[],
    private readonly capacity: number,
    private readonly effort: number,
  ) {
    const pick = (values: Int32Array) => Int32Array.from(order, (i) => values[i]);
    const { count, sections } = problem;
    this.count = count;
    this.size = pick(problem.size);
    this.first = pick(problem.first);
    this.last = pick(problem.last);
    this.ceiling = pick(problem.ceiling);
    this.ceilingLevel = this.ceiling.reduce((a, b) => Math.min(a, b), UNLIMITED);
    this.neighbours = order.map((_, i) => {
      const list: number[] = [];
      for (let j = 0; j < count; j++) if (j !== i && this.first[j] <= this.last[i] && this.last[j] >= this.first[i]) list.push(j);
      return Int32Array.from(list);
    });
    this.twin = Int32Array.from(order, (_, i) => {
      for (let j = i - 1; j >= 0; j--) {
        if ([this.size, this.first, this.last, this.ceiling].every((values) => values[j] === values[i])) return j;
      }
      return -1;
    });
    this.landing = new Int32Array(count);
    this.placed = new Uint8Array(count);
    this.offset = new Int32Array(count);
    this.floor = new Int32Array(sections);
    this.load = new Int32Array(sections);
    this.limited = new Int32Array(sections);
    this.limitedLoad = new Int32Array(sections);
    this.crossed = new Uint8Array(sections);
    this.part = new Int32Array(sections);
  }

  run(): boolean {
    return this.solve(Int32Array.from({ length: this.count }, (_, i) => i), 0, -1);
  }

  offsets(): Int32Array {
    const offsets = new Int32Array(this.count);
    this.order.forEach((block, i) => { offsets[block] = this.offset[i]; });
    return offsets;
  }

  /**
   * Places the blocks of `open` (ascending), none of which lives together with another unplaced block.
   * @param level Offset of the last block placed here. @param lastIndex Its index.
   */
  private solve(open: Int32Array, level: number, lastIndex: number): boolean {
    if (open.length === 0) return true;
    this.spent += open.length;
    if (this.spent > this.effort) { this.stopped = true; return false; }
    if (!this.survey(open, level, lastIndex)) return false;
    const parts = this.split(open);
    if (parts !== null) {
      // A part that fails, fails whatever its neighbours do, so nothing is tried twice.
      if (parts.every((part) => this.solve(part, level, lastIndex))) return true;
      for (let k = 0; k < open.length; k++) this.placed[open[k]] = 0; // of parts that were solved before one failed
      return false;
    }

    const { size, landing, placed } = this;
    // The highest offset that dominance leaves, and the blocks that may be placed next.
    let below = UNLIMITED;
    for (let k = 0; k < open.length; k++) below = Math.min(below, landing[open[k]] + size[open[k]]);
    const candidates: number[] = [];
    for (let k = 0; k < open.length; k++) {
      const i = open[k];
      if (landing[i] >= below || landing[i] < level || (landing[i] === level && i < lastIndex)) continue;
      if (this.twin[i] >= 0 && placed[this.twin[i]] === 0) continue;
      candidates.push(i);
    }
    candidates.sort((a, b) => landing[a] - landing[b] || a - b);

    for (const i of candidates) {
      const mark = this.trail.length, at = landing[i], top = at + size[i];
      placed[i] = 1;
      this.offset[i] = at;
      for (const j of this.neighbours[i]) {
        if (placed[j] === 0 && landing[j] < top) {
          this.trail.push(j, landing[j]);
          landing[j] = top;
        }
      }
      if (this.solve(open.filter((j) => j !== i), at, i)) return true;
      placed[i] = 0;
      while (this.trail.length > mark) {
        const before = this.trail.pop()!;
        landing[this.trail.pop()!] = before;
      }
      if (this.stopped) return false;
    }
    return false;
  }

  /** Sums up the sections that `open` lives in; false if one of them must pass the capacity or a ceiling. */
  private survey(open: Int32Array, level: number, lastIndex: number): boolean {
    const { size, first, last, landing, ceiling, floor, load, limited, limitedLoad, crossed } = this;
    let from = UNLIMITED, to = -1, smallest = UNLIMITED;
    for (let k = 0; k < open.length; k++) {
      const i = open[k];
      from = Math.min(from, first[i]);
      to = Math.max(to, last[i]);
      smallest = Math.min(smallest, size[i]);
    }
    for (let s = from; s <= to; s++) {
      floor[s] = limited[s] = UNLIMITED;
      load[s] = limitedLoad[s] = crossed[s] = 0;
    }
    for (let k = 0; k < open.length; k++) {
      const i = open[k];
      let at = landing[i];
      if (at < level || (at === level && i < lastIndex)) at = level + smallest;
      if (at + size[i] > ceiling[i]) return false;
      for (let s = first[i]; s <= last[i]; s++) {
        if (at < floor[s]) floor[s] = at;
        load[s] += size[i];
        crossed[s] = crossed[s] | (s < last[i] ? 1 : 0);
      }
      if (ceiling[i] === UNLIMITED) continue;
      for (let s = first[i]; s <= last[i]; s++) {
        if (at < limited[s]) limited[s] = at;
        limitedLoad[s] += size[i];
      }
    }
    let bound = 0;
    for (let s = from; s <= to; s++) {
      if (load[s] === 0) continue;
      bound = Math.max(bound, floor[s] + load[s]);
      if (limitedLoad[s] !== 0 && limited[s] + limitedLoad[s] > this.ceilingLevel) return false;
    }
    if (bound <= this.capacity) return true;
    this.nextBound = Math.min(this.nextBound, bound);
    return false;
  }

  /** The parts of `open` that share no section, the fullest first; null if there is only one. */
  private split(open: Int32Array): Int32Array[] | null {
    const { first, last, floor, load, crossed, part } = this;
    let from = UNLIMITED, to = -1;
    for (let k = 0; k < open.length; k++) {
      from = Math.min(from, first[open[k]]);
      to = Math.max(to, last[open[k]]);
    }
    const fullness: number[] = [0];
    let parts = 0;
    for (let s = from; s <= to; s++) {
      part[s] = parts;
      if (load[s] !== 0) fullness[parts] = Math.max(fullness[parts], floor[s] + load[s]);
      if (crossed[s] === 0 && s < to) fullness[++parts] = 0;
    }
    if (parts === 0) return null;
    const lists: number[][] = fullness.map(() => []);
    for (let k = 0; k < open.length; k++) lists[part[first[open[k]]]].push(open[k]);
    const kept = lists.map((_, p) => p).filter((p) => lists[p].length > 0);
    if (kept.length === 1) return null;
    return kept.sort((a, b) => fullness[b] - fullness[a] || a - b).map((p) => Int32Array.from(lists[p]));
  }
}
