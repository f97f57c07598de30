import { alignUp, type Block } from "./blocks";

/**
 * What the planners see: rectangles over time, without names.
 *
 * Sizes and offsets count units of the alignment, so every plan is aligned by construction. Time is cut into sections: the
 * steps at which the set of live blocks is not part of a neighbouring step's set. Two blocks are alive together exactly if
 * they share a section, and the bound over sections is the bound over all steps; a chain of 500 layers with 5000 steps has 500.
 */
export interface Problem {
  readonly count: number;
  readonly sections: number;
  readonly size: Int32Array;
  /** First and last section of a block, inclusive. */
  readonly first: Int32Array;
  readonly last: Int32Array;
  /** Highest end allowed, in units; UNLIMITED for most. */
  readonly ceiling: Int32Array;
}

export const UNLIMITED = 2 ** 31 - 1;

/** @param blocks None of zero bytes. @param ceiling Highest allowed end of each block in units. */
export function toProblem(blocks: readonly Block[], alignment: number, ceiling: (block: Block) => number = () => UNLIMITED): Problem {
  const births = [...new Set(blocks.map((block) => block.firstStep))].sort((a, b) => a - b);
  const deaths = blocks.map((block) => block.lastStep).sort((a, b) => a - b);

  // A birth opens a section if somebody dies before the next birth: otherwise the next birth's set contains this one's.
  const starts: number[] = [];
  let d = 0;
  births.forEach((birth, i) => {
    while (d < deaths.length && deaths[d] < birth) d++;
    if (d < deaths.length && deaths[d] < (births[i + 1] ?? Infinity)) starts.push(birth);
  });

  return {
    count: blocks.length,
    sections: starts.length,
    size: Int32Array.from(blocks, (block) => alignUp(block.bytes, alignment) / alignment),
    first: Int32Array.from(blocks, (block) => countBelow(starts, block.firstStep)),
    last: Int32Array.from(blocks, (block) => countBelow(starts, block.lastStep + 1) - 1),
    ceiling: Int32Array.from(blocks, ceiling),
  };
}

/** How many of the ascending values are below the limit. */
function countBelow(values: readonly number[], limit: number): number {
  let low = 0, high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < limit) low = middle + 1; else high = middle;
  }
  return low;
}

/** Live units of each section. */
export function loads(problem: Problem): Int32Array {
  const load = new Int32Array(problem.sections);
  for (let i = 0; i < problem.count; i++) {
    for (let s = problem.first[i]; s <= problem.last[i]; s++) load[s] += problem.size[i];
  }
  return load;
}

/** Units that a placement takes. */
export function extent(problem: Problem, offsets: Int32Array): number {
  let end = 0;
  for (let i = 0; i < problem.count; i++) end = Math.max(end, offsets[i] + problem.size[i]);
  return end;
}

/** Whether every block ends at or below its own ceiling. */
export function respectsCeilings(problem: Problem, offsets: Int32Array): boolean {
  for (let i = 0; i < problem.count; i++) if (offsets[i] + problem.size[i] > problem.ceiling[i]) return false;
  return true;
}
