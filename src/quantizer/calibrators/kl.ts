// The range that loses least information: TensorRT's entropy calibration (S. Migacz, "8-bit inference with TensorRT", GTC 2017), in own words.
// Magnitudes are counted in 2,048 even bins. For each limit, P is the distribution with all beyond the limit in the last bin, and Q the one that
// remains when bins are merged into as many levels as there are codes and spread again over the bins that were not empty. The limit with the least
// divergence of P from Q is taken. Three things are ours: what is beyond a limit in a gap counts in the last bin before the gap, as Q would have nothing
// where P has it, and the divergence of every limit in a gap would be infinite; a tensor without negative values has all codes for its magnitudes, others half
// of them; and real zero, which every TFLite tensor expresses exactly, is not counted.
import type { Distribution } from "../../inspect/statistics";
import type { Calibrator } from "./calibrator";

const BINS = 2048;

export const kl: Calibrator = {
  name: "kl",
  describe: () => "least Kullback-Leibler divergence",
  range({ distribution }, { codes }) {
    const { min, max } = distribution, most = Math.max(-min, max);
    const levels = min >= 0 || max <= 0 ? codes : codes / 2;
    if (most <= 0 || levels >= BINS) return { min, max }; // every bin would be a level of its own
    const bins = magnitudes(distribution, most);
    let limit = BINS, least = Infinity;
    for (let end = levels; end <= BINS; end++) {
      const divergence = divergenceOf(bins, end, levels);
      if (divergence <= least) [limit, least] = [end, divergence]; // of equals the wider one
    }
    const bound = Math.min(most, ((limit + 0.5) * most) / BINS);
    return { min: Math.max(min, -bound), max: Math.min(max, bound) };
  },
};

/** Counts of |x| in even bins up to `most`, without real zero. A piece's values are spread evenly. */
function magnitudes({ pieces }: Distribution, most: number): Float64Array {
  const bins = new Float64Array(BINS);
  for (const { low, high, count } of pieces) {
    if (low === 0 && high === 0) continue;
    const from = (Math.min(Math.abs(low), Math.abs(high)) * BINS) / most, to = (Math.max(Math.abs(low), Math.abs(high)) * BINS) / most;
    const first = Math.min(BINS - 1, Math.floor(from)), last = Math.min(BINS - 1, Math.floor(to));
    if (first === last) bins[first]! += count;
    else for (let bin = first; bin <= last; bin++) bins[bin]! += (count * (Math.min(to, bin + 1) - Math.max(from, bin))) / (to - from);
  }
  return bins;
}

/** KL(P || Q) of the bins below `end`. */
function divergenceOf(bins: Float64Array, end: number, levels: number): number {
  let inside = 0, outside = 0, outermost = -1;
  for (let bin = 0; bin < BINS; bin++) {
    if (bin >= end) outside += bins[bin]!;
    else if (bins[bin]! > 0) {
      inside += bins[bin]!;
      outermost = bin;
    }
  }
  if (inside === 0) return Infinity;
  let divergence = 0;
  for (let level = 0; level < levels; level++) {
    const from = Math.floor((level * end) / levels), to = Math.floor(((level + 1) * end) / levels);
    let sum = 0, used = 0;
    for (let bin = from; bin < to; bin++) {
      sum += bins[bin]!;
      if (bins[bin]! > 0) used++;
    }
    for (let bin = from; bin < to; bin++) {
      if (bins[bin] === 0) continue;
      const p = (bins[bin]! + (bin === outermost ? outside : 0)) / (inside + outside);
      divergence += p * Math.log((p * inside * used) / sum); // q = sum / used / inside
    }
  }
  return divergence;
}
