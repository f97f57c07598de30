// The bins of every histogram of real values: one per bfloat16 number, so a float32's bin is its upper half: sign, exponent and seven bits of the
// mantissa, 128 bins per octave. They do not depend on the data: histograms of different samples, workers and machines add up, bin by bin.

/** Numbers of bins rise with the value: this is the first that is not negative. */
const FIRST_POSITIVE = 0x8000;

const bits = new Uint32Array(1);
const value = new Float32Array(bits.buffer);

/** The bin of a float32, by its upper 16 bits: of 0x8000 and above, the negative ones, more is less. */
export function binOfUpperHalf(half: number): number {
  return half < 0x8000 ? FIRST_POSITIVE + half : 0xffff - half;
}

/** The inverse. */
export function upperHalfOf(bin: number): number {
  return bin < FIRST_POSITIVE ? 0xffff - bin : bin - FIRST_POSITIVE;
}

/**
 * The values of a bin: from `low` to `high`, the bound that is farther from zero not included. The bins of 0 and of -0, which end at 2^-133, are taken
 * as zero alone.
 */
export function edgesOf(bin: number): { low: number; high: number } {
  const half = upperHalfOf(bin), magnitude = half & 0x7fff;
  if (magnitude === 0) return { low: 0, high: 0 };
  const near = fromUpperHalf(magnitude), far = fromUpperHalf(magnitude + 1);
  return half < 0x8000 ? { low: near, high: far } : { low: -far, high: -near };
}

function fromUpperHalf(half: number): number {
  bits[0] = half << 16;
  return value[0]!;
}
