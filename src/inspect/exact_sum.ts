// Sums that do not depend on the order of what is added: whole numbers of a unit. A finite float32 is a whole multiple of 2^-149, its square of 2^-298.

export interface ExactSums {
  /** In units of 2^SUM_UNIT. */
  readonly sum: bigint;
  /** Of the squares, in units of 2^SQUARES_UNIT. */
  readonly squares: bigint;
}

export const SUM_UNIT = -149;
export const SQUARES_UNIT = 2 * SUM_UNIT;

/** The mean, and the standard deviation of the whole (divided by n), both from exact numerators. */
export function momentsOf({ sum, squares }: ExactSums, count: number): { mean: number; std: number } {
  const n = BigInt(count);
  return { mean: ratio(sum, SUM_UNIT, n), std: Math.sqrt(ratio(n * squares - sum * sum, SQUARES_UNIT, n * n)) };
}

/**
 * numerator * 2^unit / denominator as a double, to the last place.
 * @param denominator above 0
 */
function ratio(numerator: bigint, unit: number, denominator: bigint): number {
  if (numerator < 0n) return -ratio(-numerator, unit, denominator);
  // the quotient gets 64 bits and more: what a double's 53 cannot hold is rounded away once
  const shift = Math.max(0, 64 + hexDigits(denominator) * 4 - hexDigits(numerator) * 4 + 4);
  const quotient = (numerator << BigInt(shift)) / denominator;
  const excess = Math.max(0, hexDigits(quotient) * 4 - 128); // Number() of more than 1,024 bits would be infinite
  return Number(quotient >> BigInt(excess)) * 2 ** (unit - shift + excess);
}

function hexDigits(n: bigint): number {
  return n.toString(16).length;
}
