// The range with the least mean squared error of quantizing the values themselves: what is clipped costs as much as what rounding saves.
import { quantizationError } from "./error";
import type { Calibrator, Interval } from "./calibrator";

/** Shares of the whole range that are tried: from all of it down to a tenth, in steps of 1 %. */
const COARSE = Array.from({ length: 91 }, (_, i) => 1 - i / 100);
/** Then around the best, in steps of 0.1 % of the whole range. */
const FINE = Array.from({ length: 19 }, (_, i) => (i - 9) / 1000);
/** Each end is moved alone, in turns, until neither gains. Two or three turns are common; the limit is for ties. */
const MOST_TURNS = 8;

export const mse: Calibrator = {
  name: "mse",
  describe: () => "least squared error",
  range({ distribution }, { codes }) {
    const { min, max } = distribution;
    /** The best of some candidates; `start` where none is better. */
    const best = (start: Interval, candidates: readonly Interval[]) => {
      let found = start, least = quantizationError(distribution, start, codes);
      for (const candidate of candidates) {
        const error = quantizationError(distribution, candidate, codes);
        if (error < least) [found, least] = [candidate, error];
      }
      return found;
    };
    const moveLow = (start: Interval, lows: readonly number[]) => best(start, lows.map((low) => ({ min: low, max: start.max })));
    const moveHigh = (start: Interval, highs: readonly number[]) => best(start, highs.map((high) => ({ min: start.min, max: high })));
    const around = (end: number, whole: number) => FINE.map((share) => end + share * whole).filter((moved) => moved * whole > 0 && Math.abs(moved) <= Math.abs(whole));

    let found = best({ min, max }, COARSE.map((share) => ({ min: min * share, max: max * share })));
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const before = found;
      found = moveHigh(moveLow(found, COARSE.map((share) => min * share)), COARSE.map((share) => max * share));
      if (found === before) break;
    }
    return moveHigh(moveLow(found, around(found.min, min)), around(found.max, max));
  },
};
