import { ArenulaError } from "../errors";
import { alignUp, ARENA_LIMIT_BYTES, checkBlock, peak, type Block, type PlacedBlock } from "./blocks";
import { placeInOrder, planGreedily, bySize } from "./greedy";
import { minimize } from "./minimize";
import { extent, loads, toProblem, UNLIMITED, type Problem } from "./problem";

export type { Block, BlockKind, PlacedBlock } from "./blocks";

/** auto: greedy, then search if greedy misses the bound. */
export type PlannerName = "auto" | "greedy" | "search";

/** Where every block lies, and how good that is. All figures in bytes, rounded up to the alignment. */
export interface ArenaPlan {
  /** In the order given. */
  blocks: PlacedBlock[];
  /** One more than the last step of any block. */
  steps: number;
  /** The whole plan: activations, scratch, staging. */
  bytes: number;
  /** The end of the highest activation: the figure that planners are compared by. */
  activationBytes: number;
  /** The most activation bytes alive at one step. */
  lowerBoundBytes: number;
  /** Whether activationBytes is proven minimal: it meets the bound, or the search excluded everything below it. */
  optimal: boolean;
  /** The most scratch alive at one step. */
  scratchBytes: number;
  /** The most staging alive at one step. */
  stagingBytes: number;
  /** The most bytes of all kinds alive at one step, */
  wholeLowerBoundBytes: number;
  /** and the first step where that is so. */
  peakStep: number;
  /** Which one made the plan. */
  planner: "greedy" | "search";
}

export interface PlanOptions {
  /** Defaults to "auto". */
  planner?: PlannerName;
  /**
   * Blocks that the search may examine, over all placements it tries: a count, not a time, so that every machine makes the
   * same plan. Defaults to 5,000,000, about half a second; graphs of up to 40 blocks rarely need a hundredth of it.
   */
  effort?: number;
  /** Every offset is a multiple of this many bytes. Defaults to 16, the widest vector that a core loads. */
  alignment?: number;
}

const DEFAULT_EFFORT = 5_000_000;

/**
 * Places blocks so that none overlaps another alive at the same step, in as few bytes as possible.
 *
 * Activations come first and as well as possible; scratch and staging then go into the holes beside them. If that takes more
 * than the most live bytes, all blocks are searched together, with the activations held under the end that they have reached.
 * @throws ArenulaError INTERNAL for an impossible block, ARENA_TOO_LARGE beyond 2^31 bytes.
 */
export function planArena(blocks: readonly Block[], options: PlanOptions = {}): ArenaPlan {
  const { planner = "auto", effort = DEFAULT_EFFORT, alignment = 16 } = options;
  blocks.forEach(checkBlock);
  if (!Number.isInteger(Math.log2(alignment))) throw new ArenulaError("INTERNAL", `an alignment is a power of two, not ${alignment}`);
  if (!(effort >= 0)) throw new ArenulaError("INTERNAL", `an effort is a number from 0, not ${effort}`);

  const ofKind = (kind: Block["kind"]) => blocks.filter((block) => block.kind === kind);
  const whole = peak(blocks, alignment);
  checkSize(whole.bytes, blocks, alignment);

  const filled = blocks.filter((block) => block.bytes > 0);
  const activations = placeActivations(filled.filter(isActivation), alignment, planner, effort);
  const ceiling = (block: Block) => (isActivation(block) ? activations.units : UNLIMITED);
  const problem = toProblem(filled, alignment, ceiling);
  const beside = placeBeside(problem, filled, activations.offsets);
  const joint = planner === "greedy" ? beside
    : minimize(problem, beside, Math.max(activations.units, whole.bytes / alignment), effort).offsets;

  const offsets = new Map(filled.map((block, i) => [block, joint[i] * alignment]));
  const bytes = extent(problem, joint) * alignment;
  checkSize(bytes, blocks, alignment);
  return {
    blocks: blocks.map((block) => ({ ...block, offset: offsets.get(block) ?? 0 })),
    steps: blocks.reduce((steps, block) => Math.max(steps, block.lastStep + 1), 0),
    bytes,
    activationBytes: activations.units * alignment,
    lowerBoundBytes: peak(ofKind("activation"), alignment).bytes,
    optimal: activations.proven,
    scratchBytes: peak(ofKind("scratch"), alignment).bytes,
    stagingBytes: peak(ofKind("staging"), alignment).bytes,
    wholeLowerBoundBytes: whole.bytes,
    peakStep: whole.step,
    planner: planner === "search" || activations.searched || joint !== beside ? "search" : "greedy",
  };
}

interface Activations {
  offsets: Int32Array;
  units: number;
  proven: boolean;
  searched: boolean;
}

function placeActivations(activations: readonly Block[], alignment: number, planner: PlannerName, effort: number): Activations {
  const problem = toProblem(activations, alignment);
  const bound = loads(problem).reduce((a, b) => Math.max(a, b), 0);
  const greedy = planGreedily(problem);
  const units = extent(problem, greedy);
  if (planner === "greedy") return { offsets: greedy, units, proven: units === bound, searched: false };
  const best = minimize(problem, greedy, bound, effort);
  return { ...best, searched: best.offsets !== greedy };
}

/** Scratch and staging into the holes that the activations leave, large ones first. */
function placeBeside(problem: Problem, blocks: readonly Block[], activations: Int32Array): Int32Array {
  const fixed = new Int32Array(problem.count).fill(-1);
  let next = 0;
  blocks.forEach((block, i) => { if (isActivation(block)) fixed[i] = activations[next++]; });
  const order = bySize(problem).filter((i) => fixed[i] < 0);
  const lowest = placeInOrder(problem, order, "lowest", fixed);
  const tightest = placeInOrder(problem, order, "tightest", fixed);
  return extent(problem, tightest) < extent(problem, lowest) ? tightest : lowest;
}

function isActivation(block: Block): boolean {
  return block.kind === "activation";
}

/** Also guards the planners' 32-bit arithmetic: no offset that they consider passes the sum of all blocks. */
function checkSize(bytes: number, blocks: readonly Block[], alignment: number): void {
  const units = blocks.reduce((sum, block) => sum + alignUp(block.bytes, alignment), 0) / alignment;
  if (bytes <= ARENA_LIMIT_BYTES && units < UNLIMITED) return;
  const largest = blocks.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  throw new ArenulaError("ARENA_TOO_LARGE", `the arena needs ${bytes} bytes, linear memory addresses ${ARENA_LIMIT_BYTES}`, {
    where: `largest tensor '${largest.name}', ${largest.bytes} bytes`,
    hint: "a smaller input or batch would fit",
  });
}
