import { ArenulaError } from "../errors";

/** What a block holds: a tensor between operators, a kernel's working memory, or weights on their way from flash. */
export type BlockKind = "activation" | "scratch" | "staging";

/** Bytes that must not overlap others alive at the same step. */
export interface Block {
  name: string;
  kind: BlockKind;
  bytes: number;
  /** Steps are inclusive: a block with firstStep 3 and lastStep 3 lives for one step. */
  firstStep: number;
  lastStep: number;
}

/** A block with its address, in bytes from the start of the arena. */
export interface PlacedBlock extends Block {
  offset: number;
}

/** Linear memory is addressed with 32 bits, and kernels compute addresses as signed numbers. */
export const ARENA_LIMIT_BYTES = 2 ** 31;

export function alignUp(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** @throws ArenulaError INTERNAL for a block that no lowering should have made. */
export function checkBlock(block: Block): void {
  const refuse = (what: string) => new ArenulaError("INTERNAL", what, { where: `block '${block.name}'` });
  if (!Number.isInteger(block.bytes) || block.bytes < 0) throw refuse(`a block needs a whole number of bytes, not ${block.bytes}`);
  if (!isStep(block.firstStep)) throw refuse(`a first step is a whole number from 0, not ${block.firstStep}`);
  if (!isStep(block.lastStep)) throw refuse(`a last step is a whole number from 0, not ${block.lastStep}`);
  if (block.lastStep < block.firstStep) throw refuse(`the last step is ${block.lastStep}, before the first, ${block.firstStep}`);
}

function isStep(step: number): boolean {
  return Number.isSafeInteger(step) && step >= 0;
}

/** The most bytes alive at one step, each block rounded up to the alignment, and the first step where that is so. */
export function peak(blocks: readonly Block[], alignment: number): { bytes: number; step: number } {
  // Births add before any death of the same step subtracts: both steps of a life are inclusive.
  const events = blocks.flatMap((block) => {
    const bytes = alignUp(block.bytes, alignment);
    return [{ step: block.firstStep, bytes }, { step: block.lastStep + 1, bytes: -bytes }];
  });
  events.sort((a, b) => a.step - b.step || a.bytes - b.bytes); // deaths sit one step later, so they come first there
  let live = 0, bytes = 0, step = 0;
  for (const event of events) {
    live += event.bytes;
    if (live > bytes) { bytes = live; step = event.step; }
  }
  return { bytes, step };
}
