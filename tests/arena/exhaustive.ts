import type { Block } from "../../src/arena/blocks";

/**
 * The fewest bytes for a handful of blocks, by brute force: every order of placement, each block on the highest block placed
 * before it that lives with it. Some order gives an optimal plan: the one by ascending offset of any optimal plan.
 */
export function fewestBytes(blocks: readonly Block[], alignment = 16): number {
  const size = blocks.map((block) => Math.ceil(block.bytes / alignment) * alignment);
  const offset: number[] = [];
  const placed: number[] = [];
  let best = Infinity;
  const place = (end: number) => {
    if (end >= best) return;
    if (placed.length === blocks.length) { best = end; return; }
    for (let i = 0; i < blocks.length; i++) {
      if (placed.includes(i)) continue;
      let at = 0;
      for (const j of placed) {
        if (blocks[j].firstStep <= blocks[i].lastStep && blocks[i].firstStep <= blocks[j].lastStep) at = Math.max(at, offset[j] + size[j]);
      }
      offset[i] = at;
      placed.push(i);
      place(Math.max(end, at + size[i]));
      placed.pop();
    }
  };
  place(0);
  return best;
}
