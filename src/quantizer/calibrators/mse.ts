// The range with the least mean squared error of quantizing the values themselves: what is clipped costs as much as what rounding saves.
import { quantizationError } from "./error";
import type { Calibrator, Interval } from "./calibrator";

/** Shares of the whole range that are tried, evenly from the first to all of it. */
const LEAST_SHARE = 0.1, STEPS = 90;
/** Each end is then moved alone, in turns, until neither gains. Two or three turns are common; the limit is for ties. */
const MOST_TURNS = 8;

export const mse: Calibrator = {
  name: "mse",
  describe: () => "least squared error",
  range({ distribution }, { codes }) {
    const { min, max } = distribution;
    const shares = Array.from({ length: STEPS + 1 }, (_, i) => 1 - ((1 - LEAST_SHARE) * i) / STEPS);
    /** The best of some candidates; `start` where none is better. */
    const best = (start: Interval, candidates: readonly Interval[]) => {
      let found = start, least = quantizationError(distribution, start, codes);
      for (const candidate of candidates) {
        const error = quantizationError(distribution, candidate, codes);
        if (error < least) [found, least] = [candidate, error];
      }
      return found;
    };
    let found = best({ min, max }, shares.map((share) => ({ min: min * share, max: max * share })));
    if (min >= 0 || max <= 0) return found; // one end is zero
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const before = found;
      found = best(found, shares.map((share) => ({ min: min * share, max: before.max })));
      const { min: settled } = found;
      found = best(found, shares.map((share) => ({ min: settled, max: max * share })));
      if (found === before) break;
    }
    return found;
  },
};
