// The fixed-point arithmetic of the reference dialect in the form of its definitions, on exact integers. Written for the tests alone:
// neither src/lowering nor assembly/arithmetic has these forms.

const MIN = -(2n ** 31n), MAX = 2n ** 31n - 1n;

export const saturate32 = (x: bigint): bigint => (x < MIN ? MIN : x > MAX ? MAX : x);

/** gemmlowp's SaturatingRoundingDoublingHighMul: nudge, then divide truncating, as BigInt and C do. */
export function highMul(a: bigint, b: bigint): bigint {
  if (a === MIN && b === MIN) return MAX;
  const nudge = a * b >= 0n ? 2n ** 30n : 1n - 2n ** 30n;
  return (a * b + nudge) / 2n ** 31n;
}

/** gemmlowp's RoundingDivideByPOT: the remainder is compared with one half. */
export function divideByPot(x: bigint, exponent: bigint): bigint {
  const mask = 2n ** exponent - 1n;
  const remainder = x & mask;
  const threshold = (mask >> 1n) + (x < 0n ? 1n : 0n);
  return (x >> exponent) + (remainder > threshold ? 1n : 0n);
}

/** A real factor as mantissa / 2^31 * 2^shift. */
export interface Factor { mantissa: bigint; shift: number }

/** TFLM's QuantizeMultiplier, from the bits of the double: 53 bits of mantissa are rounded half up to 31. */
export function factorOf(real: number): Factor {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, real);
  const exponent = (bits.getUint32(0) >>> 20) & 2047;
  if (exponent === 0) return { mantissa: 0n, shift: 0 }; // zero, or far too small
  let mantissa = ((bits.getBigUint64(0) & (2n ** 52n - 1n)) + 2n ** 52n + 2n ** 21n) >> 22n;
  let shift = exponent - 1022;
  if (mantissa === 2n ** 31n) {
    mantissa = 2n ** 30n;
    shift++;
  }
  return shift < -31 ? { mantissa: 0n, shift: 0 } : { mantissa, shift };
}

/** TFLM's MultiplyByQuantizedMultiplier with two roundings; the left shift wraps to 32 bits. */
export function scaled(x: number, { mantissa, shift }: Factor): number {
  const left = BigInt.asIntN(32, BigInt(x) << BigInt(Math.max(shift, 0)));
  return Number(divideByPot(highMul(left, mantissa), BigInt(Math.max(-shift, 0))));
}

export const clamp = (value: number, [low, high]: readonly [number, number]): number => Math.min(Math.max(value, low), high);

/** To the nearest whole number, half away from zero. */
export const roundHalfAway = (x: number): number => (x < 0 ? -Math.floor(-x + 0.5) : Math.floor(x + 0.5));
