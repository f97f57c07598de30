/** A real factor as mantissa / 2^31 * 2^shift. */
export interface Multiplier {
  /** 0, or in [2^30, 2^31). */
  readonly mantissa: number;
  /** Positive to the left; >= -31. */
  readonly shift: number;
}

/**
 * The multiplier nearest to a non-negative real: the exponent is split off to [0.5, 1), the mantissa rounded half away from
 * zero; a shift below -31 flushes to 0. Source: TFLM kernels/internal/quantization_util.cc, QuantizeMultiplier.
 */
export function quantizeMultiplier(real: number): Multiplier {
  if (real === 0) return { mantissa: 0, shift: 0 };
  let shift = Math.max(-1074, Math.floor(Math.log2(real)) + 1);
  // log2 may be off by one at powers of two; scaling by powers of two is exact, in two factors where one would overflow
  const scaled = (by: number) => real * 2 ** Math.trunc(-by / 2) * 2 ** (-by - Math.trunc(-by / 2));
  while (scaled(shift) >= 1) shift++;
  while (scaled(shift) < 0.5) shift--;
  let mantissa = Math.round(scaled(shift) * 2 ** 31);
  if (mantissa === 2 ** 31) {
    mantissa /= 2;
    shift++;
  }
  return shift < -31 ? { mantissa: 0, shift: 0 } : { mantissa, shift };
}
