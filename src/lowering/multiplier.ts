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
  BITS.setFloat64(0, real);
  const high = BITS.getUint32(0);
  let shift = (high >>> 20) - 1022; // of a float64: sign 0, 11 bits of exponent biased by 1023, so that 2^shift > real >= 2^(shift - 1)
  BITS.setUint32(0, (high & 0xfffff) | (1022 << 20)); // the fraction in [0.5, 1)
  let mantissa = Math.round(BITS.getFloat64(0) * 2 ** 31);
  if (mantissa === 2 ** 31) {
    mantissa /= 2;
    shift++;
  }
  return shift < -31 ? { mantissa: 0, shift: 0 } : { mantissa, shift }; // the zero of float64 has the smallest exponent
}

const BITS = new DataView(new ArrayBuffer(8));
