// `--calibrator auto`: ranges by what they do to the model's answers. Start: the data's own ranges (minmax). A tensor whose range decides a scale (tensors
// that share it follow) gets another calibrator's range only where the quantized model's output gets better by more than chance makes it. docs/statistics.md has
// the rule, and what it was decided by.
import type { FloatGraph } from "./float_graph";
import type { Range, Ranges } from "./range";
import { decidingRanges } from "./redundant";
import { mean, MOST_MACS, type Trials } from "./trial";

export interface Search {
  readonly ranges: Ranges;
  /** Tensors whose range is another than at the start. */
  readonly changed: readonly number[];
  /** Tensors whose other ranges were tried: all, where the model is not too large for that. */
  readonly tried: number;
  /** Mean decibels of the output over all samples: with the ranges of the start, and with those found. */
  readonly before: number;
  readonly after: number;
}

/** A gain counts that is so many times its standard error: of a hundred that are chance one in eight hundred is. */
const SURE = 3;
/** The samples that come out worst, as a share: on average they may not come out worse, or the many would gain at the cost of a few that are lost. */
const WORST = 0.1;
/** Passes over the tensors: what one gives up can make another worth it. */
const MOST_PASSES = 3;
/** Of what a search may still cost, this share screens. */
const SCREENING = 0.5;
/** Fewer samples have no standard error to speak of. */
export const LEAST_TRIED = 16;

/** Inferences that the search makes for each sample, by experience: a pass screens on a quarter of the samples, and half of what it screens is tried on three. */
export function runsOf(units: number, others: number): number {
  return units * others * 2;
}

/** New ranges of one tensor, or of all at once: where every tensor is short of codes, one alone gains little. */
interface Move {
  /** What only one move of each pass may change: the tensor, or EVERYWHERE. */
  readonly place: number;
  readonly ranges: Ranges;
}
const EVERYWHERE = -1;

/** Tensors whose ranges decide. */
export function unitsOf(graph: FloatGraph, ranges: Ranges): number[] {
  return [...decidingRanges(graph, ranges).keys()].filter((tensor) => graph.isFloat(tensor) && !graph.isConstant(tensor));
}

/**
 * Coordinate descent, the most promising move first. Trials' samples are taken in quarters: the first screens, the first three choose, the last one
 * has the say whether all of it stays. Large models: the tensors about whose range the calibrators differ most are tried first, as many as `budget` allows.
 * @param budget multiply-accumulates. They are counted, not timed: the result is the same on every machine
 * @param model float32; @param others ranges of the other calibrators
 */
export async function searchRanges(model: Uint8Array, units: readonly number[], start: Ranges, others: readonly Ranges[], trials: Trials, progress: (what: string, done: number) => void, budget = MOST_MACS): Promise<Search> {
  const { count } = trials, quarter = Math.ceil(count / 4), chosen = count - Math.floor(count / 4);
  const measure = (all: readonly Ranges[], from = 0, to = chosen) => trials.decibels(all.map((ranges) => ({ model, ranges })), from, to);
  const [first] = (await measure([start], 0, count)) as [Float64Array];
  let ranges = start, scores = first.subarray(0, chosen), left = budget - 2 * trials.cost(count);
  const affords = (samples: number, share = 1) => Math.max(0, Math.floor((share * left) / trials.cost(samples)));
  const disputed = [...units].sort((a, b) => disputeOf(b, start, others) - disputeOf(a, start, others)), seenUnits = new Set<number>();
  for (let pass = 1; pass <= MOST_PASSES && count >= LEAST_TRIED; pass++) {
    const now = ranges, all: Move[] = pass === 1 ? others.map((other) => ({ place: EVERYWHERE, ranges: new Map(units.map((tensor) => [tensor, other.get(tensor)!])) })) : [];
    all.push(...disputed.flatMap((tensor) => distinct(now.get(tensor)!, [start, ...others].map((other) => other.get(tensor)!)).map((range) => ({ place: tensor, ranges: new Map([[tensor, range]]) }))));
    const moves = all.slice(0, affords(quarter, SCREENING));
    left -= moves.length * trials.cost(quarter);
    if (moves.length === all.length) for (const tensor of units) seenUnits.add(tensor); // those whose ranges are alike as well
    for (const { place } of moves) if (place !== EVERYWHERE) seenUnits.add(place);
    let screened = 0;
    const promising = (await Promise.all(moves.map(async (move) => {
      const [seen] = (await measure([moved(ranges, move)], 0, quarter)) as [Float64Array];
      progress(`ranges, pass ${pass}, screening`, ++screened / moves.length);
      return { ...move, gain: mean(seen) - mean(scores.subarray(0, quarter)) };
    }))).filter(({ gain }) => gain > 0).sort((a, b) => b.gain - a.gain);
    const order = [...new Set(promising.map(({ place }) => place))];
    for (const [i, place] of order.entries()) {
      const tried = promising.filter((move) => move.place === place);
      if (tried.length > affords(chosen)) break;
      left -= tried.length * trials.cost(chosen);
      const results = await measure(tried.map((move) => moved(ranges, move)));
      const gains = results.map((result) => gainOf(result, scores)), best = gains.indexOf(Math.max(...gains));
      if (gains[best]! > 0) [ranges, scores] = [moved(ranges, tried[best]!), results[best]!];
      progress(`ranges, pass ${pass}`, (i + 1) / order.length);
    }
    if (ranges === now) break;
  }
  const [last] = (ranges === start ? [first] : await measure([ranges], 0, count)) as [Float64Array];
  const confirmed = ranges !== start && mean(last.subarray(chosen)) > mean(first.subarray(chosen));
  const found = confirmed ? ranges : start;
  return { ranges: found, changed: units.filter((tensor) => found.get(tensor) !== start.get(tensor)), tried: seenUnits.size, before: mean(first), after: mean(confirmed ? last : first) };
}

function moved(ranges: Ranges, move: Move): Ranges {
  return new Map([...ranges, ...move.ranges]);
}

/** How far from the start's range another calibrator's is, in widths of the start's. */
function disputeOf(tensor: number, start: Ranges, others: readonly Ranges[]): number {
  const { min, max } = start.get(tensor)!;
  return Math.max(0, ...others.map((other) => (Math.abs(other.get(tensor)!.min - min) + Math.abs(other.get(tensor)!.max - max)) / (max - min || 1)));
}

/** Of candidates those that differ from what is there, and from each other, by more than half a code of 256. */
function distinct(now: Range, candidates: readonly Range[]): Range[] {
  const taken = [now];
  for (const range of candidates) {
    const half = (Math.max(range.max, now.max) - Math.min(range.min, now.min)) / 512;
    if (taken.every((other) => Math.abs(other.min - range.min) > half || Math.abs(other.max - range.max) > half)) taken.push(range);
  }
  return taken.slice(1);
}

/** The mean gain in decibels, sample by sample; 0 where it is not sure, or paid for by the worst. */
function gainOf(after: Float64Array, before: Float64Array): number {
  if (worstOf(after) < worstOf(before)) return 0;
  const gains = after.map((value, i) => value - before[i]!), average = mean(gains);
  const error = Math.sqrt(gains.reduce((sum, gain) => sum + (gain - average) ** 2, 0) / (gains.length - 1) / gains.length);
  return average > SURE * error ? average : 0;
}

function worstOf(decibels: Float64Array): number {
  return mean(decibels.slice().sort().subarray(0, Math.ceil(decibels.length * WORST)));
}
