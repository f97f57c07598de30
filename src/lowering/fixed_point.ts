// Fixed-point arithmetic of the reference dialect on exact integers. Lowering fills lookup tables with it; the tests hold the
// core's 32-bit versions (assembly/arithmetic) against it. Source: gemmlowp fixedpoint.h as TFLM uses it.
import type { Multiplier } from "./multiplier";

const MAX = 2n ** 31n - 1n;
const MIN = -(2n ** 31n);

const saturate = (x: bigint): bigint => (x > MAX ? MAX : x < MIN ? MIN : x);
/** Floor of x / 2^n. */
const shiftRight = (x: bigint, n: bigint): bigint => x >> n;

/** round(a * b / 2^31), ties towards +infinity, saturated. */
export function doublingHighMultiply(a: bigint, b: bigint): bigint {
  return saturate(shiftRight(a * b + 2n ** 30n, 31n));
}

/** round(x / 2^exponent), ties away from zero. */
export function divideByPowerOfTwo(x: bigint, exponent: bigint): bigint {
  const half = (2n ** exponent) / 2n;
  return x < 0n ? -((-x + half) >> exponent) : (x + half) >> exponent;
}

/** x * multiplier, rounded twice. x << shift wraps to 32 bits. */
export function multiplyByQuantizedMultiplier(x: bigint, { mantissa, shift }: Multiplier): bigint {
  const left = BigInt.asIntN(32, x << BigInt(Math.max(shift, 0)));
  return divideByPowerOfTwo(doublingHighMultiply(left, BigInt(mantissa)), BigInt(Math.max(-shift, 0)));
}

/** exp(a) for -1/4 <= a < 0, Q0.31 to Q0.31. */
function expOnQuarter(a: bigint): bigint {
  const mul = doublingHighMultiply;
  const x = a + 2n ** 28n, x2 = mul(x, x), x3 = mul(x2, x), x4 = mul(x2, x2);
  const tail = divideByPowerOfTwo(mul(divideByPowerOfTwo(x4, 2n) + x3, 715827883n) + x2, 1n);
  return 1895147668n + mul(1895147668n, x + tail);
}

/** exp(-2^k) for k = -2 ... 4, Q0.31. */
const EXP_OF_POWERS = [1672461947n, 1302514674n, 790015084n, 290630308n, 39332535n, 720401n, 242n];

/** exp(a) for a <= 0 with `integerBits` bits before the point and 31 - integerBits behind it. Gives Q0.31. */
export function expOnNegativeValues(a: bigint, integerBits: number): bigint {
  if (a === 0n) return MAX;
  const fraction = 31 - integerBits;
  const quarter = 2n ** BigInt(fraction - 2);
  const r = (a & (quarter - 1n)) - quarter;
  let result = expOnQuarter(saturate(r << BigInt(integerBits)));
  EXP_OF_POWERS.forEach((factor, k) => {
    if (k - 2 < integerBits && (r - a) & (1n << BigInt(fraction + k - 2))) result = doublingHighMultiply(result, factor);
  });
  return result;
}

/** The Newton iteration for 2 / (1 + a), 0 <= a < 1: takes Q0.31, gives Q2.29. */
function twoOverOnePlus(a: bigint): bigint {
  const mul = doublingHighMultiply;
  const d = (a + MAX + 1n) >> 1n;
  let x = 1515870810n + mul(d, -1010580540n);
  for (let step = 0; step < 3; step++) x += saturate(mul(x, 2n ** 29n - mul(d, x)) << 2n);
  return x;
}

/** 1 / (1 + a) for 0 <= a < 1, Q0.31. */
export function oneOverOnePlus(a: bigint): bigint {
  return saturate(twoOverOnePlus(a) << 1n);
}

/** 1 / (1 + exp(-a)). Takes Q4.27, gives Q0.31. */
export function logistic(a: bigint): bigint {
  if (a === 0n) return 2n ** 30n;
  const positive = oneOverOnePlus(expOnNegativeValues(a > 0n ? -a : a, 4));
  return a > 0n ? positive : MAX - positive;
}

/** tanh(a) = (1 - exp(-2a)) / (1 + exp(-2a)). Takes Q4.27, gives Q0.31; 2a is the same integer read as Q5.26. */
export function tanh(a: bigint): bigint {
  if (a === 0n) return 0n;
  const positive = saturate((twoOverOnePlus(expOnNegativeValues(a > 0n ? -a : a, 5)) - 2n ** 29n) << 2n);
  return a > 0n ? positive : -positive;
}

/**
 * 1 / sqrt(x) for x >= 1 as mantissa / 2^31 * 2^shift: five Newton steps in Q3.28 on x brought to [1, 4) by pairs of bits. An x of 1 gives 1 - 2^-31.
 * Source: TFLM kernels/internal/common.h, GetInvSqrtQuantizedMultiplierExp.
 */
export function invertedSquareRoot(x: bigint): Multiplier {
  if (x <= 1n) return { mantissa: 2 ** 31 - 1, shift: 0 };
  const mul = doublingHighMultiply;
  let right = 11;
  for (; x >= 2n ** 29n; right++) x /= 4n;
  const pairs = Math.floor((32 - x.toString(2).length - 1) / 2) - 1;
  right -= pairs;
  const input = (x << BigInt(2 * pairs)) >> 1n, halfInput = divideByPowerOfTwo(input, 1n);
  let y = 2n ** 28n;
  for (let step = 0; step < 5; step++) {
    const cube = saturate(mul(mul(y, y), y) << 6n);
    y = saturate((mul(2n ** 28n + 2n ** 27n, y) - mul(halfInput, cube)) << 3n);
  }
  y = mul(y, 1518500250n);
  return right < 0 ? { mantissa: Number(y << BigInt(-right)), shift: 0 } : { mantissa: Number(y), shift: -right };
}
