// gemmlowp's fixedpoint.h on exact integers, function by function and named as there. FixedPoint<int32, n> is a bigint with n bits
// before the point and 31 - n behind it.
import { divideByPot, highMul as times, saturate32 } from "./fixed_point";

const ONE = 2n ** 31n - 1n; // of FixedPoint<0>, saturated

/** SaturatingRoundingMultiplyByPOT: to the left it saturates, to the right it rounds. */
const multiplyByPot = (x: bigint, exponent: number): bigint => (exponent >= 0 ? saturate32(x * 2n ** BigInt(exponent)) : divideByPot(x, BigInt(-exponent)));

/** RoundingHalfSum. */
function halfSum(a: bigint, b: bigint): bigint {
  const sum = a + b;
  return (sum + (sum >= 0n ? 1n : -1n)) / 2n;
}

/** exp_on_interval_between_negative_one_quarter_and_0_excl. */
function expOnInterval(a: bigint): bigint {
  const constantTerm = 1895147668n, oneThird = 715827883n;
  const x = a + 2n ** 28n;
  const x2 = times(x, x), x3 = times(x2, x), x4 = times(x2, x2);
  const x4Over4 = multiplyByPot(x4, -2);
  const series = multiplyByPot(times(x4Over4 + x3, oneThird) + x2, -1);
  return constantTerm + times(constantTerm, x + series);
}

/** exp_on_negative_values: FixedPoint<integerBits> -> FixedPoint<0>. */
export function expOnNegativeValues(a: bigint, integerBits: number): bigint {
  const fractionalBits = 31 - integerBits;
  const quarter = 2n ** BigInt(fractionalBits - 2);
  const modQuarterMinusQuarter = (BigInt.asUintN(32, a) & (quarter - 1n)) - quarter;
  let result = expOnInterval(multiplyByPot(modQuarterMinusQuarter, integerBits));
  const remainder = modQuarterMinusQuarter - a;
  const barrel = (exponent: number, multiplier: bigint) => {
    if (integerBits > exponent && (remainder & 2n ** BigInt(fractionalBits + exponent)) !== 0n) result = times(result, multiplier);
  };
  barrel(-2, 1672461947n);
  barrel(-1, 1302514674n);
  barrel(0, 790015084n);
  barrel(1, 290630308n);
  barrel(2, 39332535n);
  barrel(3, 720401n);
  barrel(4, 242n);
  return a === 0n ? ONE : result;
}

/** 48/17 - 32/17 d, then three steps of Newton: 1 / d in FixedPoint<2> for d = (1 + a) / 2. */
function newton(a: bigint): bigint {
  const halfDenominator = halfSum(a, ONE);
  let x = 1515870810n + times(halfDenominator, -1010580540n);
  for (let i = 0; i < 3; i++) {
    const oneMinus = 2n ** 29n - times(halfDenominator, x);
    x += multiplyByPot(times(x, oneMinus), 2);
  }
  return x;
}

/** one_over_one_plus_x_for_x_in_0_1. */
export const oneOverOnePlusX = (a: bigint): bigint => multiplyByPot(newton(a), 1);

/** one_minus_x_over_one_plus_x_for_x_in_0_1. */
const oneMinusXOverOnePlusX = (a: bigint): bigint => multiplyByPot(newton(a) - 2n ** 29n, 2);

/** logistic: FixedPoint<4> -> FixedPoint<0>. */
export function logistic(a: bigint): bigint {
  if (a === 0n) return 2n ** 30n;
  const ofPositive = oneOverOnePlusX(expOnNegativeValues(a > 0n ? -a : a, 4));
  return a > 0n ? ofPositive : ONE - ofPositive;
}

/** tanh: FixedPoint<4> -> FixedPoint<0>; twice a FixedPoint<4> is the same integer as a FixedPoint<5>. */
export function tanh(a: bigint): bigint {
  if (a === 0n) return 0n;
  const ofPositive = oneMinusXOverOnePlusX(expOnNegativeValues(a > 0n ? -a : a, 5));
  return a > 0n ? ofPositive : -ofPositive;
}
