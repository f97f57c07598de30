// The bins of every histogram of real values: one per bfloat16 number, so a float32's bin is its upper half: sign, exponent and seven bits of the
// mantissa, 128 bins per octave. They do not depend on the data: histograms of different samples, workers and machines add up, bin by bin.

/** -0 and all that is below 2^-133 in magnitude share the bin of zero. Numbers of bins rise with the value; below this one lie the negative ones. */
export const ZERO_BIN = 32768;

const bits = new Uint32Array(1);
const value = new Float32Array(bits.buffer);

/** The bin of a finite float32, by its upper 16 bits. */
export function binOfUpperHalf(half: number): number {
  return half < 0x8000 ? ZERO_BIN + half : ZERO_BIN - (half - 0x8000);
}

/** The values of a bin: from `low` to `high`, the bound that is farther from zero not included. The bin of zero is zero alone. */
export function edgesOf(bin: number): { low: number; high: number } {
  const magnitude = Math.abs(bin - ZERO_BIN);
  if (magnitude === 0) return { low: 0, high: 0 };
  const near = fromUpperHalf(magnitude), far = fromUpperHalf(magnitude + 1);
  return bin > ZERO_BIN ? { low: near, high: far } : { low: -far, high: -near };
}

function fromUpperHalf(half: number): number {
  bits[0] = half << 16;
  return value[0]!;
}
