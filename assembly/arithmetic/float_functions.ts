// exp, expm1, log and tanh of float32, in float32 alone: a core with a single-precision unit has no others, and no table takes memory. Only
// + - * / occur, each rounded once, so every core gives the same bits. Units in the last place against the rounded
// result: exp 1 and expm1 1, over all arguments; log 1 and tanh 2, over every 997th (tests/arithmetic/float_functions.test.ts takes every 19,997th).
// Method: x = k ln 2 + r, |r| <= (ln 2) / 2, and polynomials that interpolate at Chebyshev points. See docs/numerics.md, "float32".

const LN2_HIGH: f32 = 0.693145751953125; // 15 bits: k * LN2_HIGH is exact
const LN2_LOW: f32 = 1.428606765330187e-06;

/** k of x = k ln 2 + r. Assumes |x| < 2^20. */
// @ts-ignore: decorator
@inline
function halvings(x: f32): i32 {
  return <i32>nearest<f32>(x * <f32>1.4426950408889634);
}

/** e^r - 1 - r. */
// @ts-ignore: decorator
@inline
function beyond_linear(r: f32): f32 {
  return r * r * (<f32>0.5 + r * (<f32>0.1666666716337204 + r * (<f32>0.041666463017463684 + r * (<f32>0.00833331048488617 + r * (<f32>0.0013933731243014336 + r * <f32>0.000198910798644647)))));
}

/** 2^k for -126 <= k <= 127. */
// @ts-ignore: decorator
@inline
function power_of_two(k: i32): f32 {
  return reinterpret<f32>((k + 127) << 23);
}

export function exp_f32(x: f32): f32 {
  if (x != x) return x;
  if (x > <f32>88.8) return Infinity;
  if (x < <f32>-104) return 0;
  const k = halvings(x);
  const high = x - <f32>k * LN2_HIGH, low = <f32>k * LN2_LOW;
  const y = <f32>1 + (high + (beyond_linear(high - low) - low));
  const half = k >> 1; // in two steps, as 2^k may be no float32; the first is exact
  return y * power_of_two(half) * power_of_two(k - half);
}

/** e^x - 1. Assumes x <= 64. */
export function expm1_f32(x: f32): f32 {
  if (x != x) return x;
  if (x < <f32>-18) return -1;
  const k = halvings(x);
  const high = x - <f32>k * LN2_HIGH, low = <f32>k * LN2_LOW;
  const y = high + (beyond_linear(high - low) - low);
  if (k == 0) return y;
  const scale = power_of_two(k);
  return y * scale + (scale - 1);
}

export function log_f32(x: f32): f32 {
  if (!(x > 0)) return x == 0 ? -Infinity : NaN;
  if (x == Infinity) return x;
  let k = 0;
  if (x < <f32>1.1754943508222875e-38) {
    x *= 33554432; // 2^25: no longer subnormal
    k = -25;
  }
  // x = 2^k m, m from sqrt(1/2) to sqrt(2)
  const bits = reinterpret<i32>(x) - 0x3f3504f3;
  k += bits >> 23;
  const f = reinterpret<f32>((bits & 0x007fffff) + 0x3f3504f3) - 1;
  // log(1 + f) = 2 atanh(s) = f - f^2 / 2 + s (f^2 / 2 + R(s^2))
  const s = f / (2 + f), z = s * s, half = <f32>0.5 * f * f;
  const rest = z * (<f32>0.6666666865348816 + z * (<f32>0.40000125765800476 + z * (<f32>0.28550398349761963 + z * <f32>0.23341943323612213)));
  return s * (half + rest) + <f32>k * LN2_LOW - half + f + <f32>k * LN2_HIGH;
}

export function tanh_f32(x: f32): f32 {
  const size = abs<f32>(x);
  if (size > <f32>9.1) return copysign<f32>(1, x);
  if (!(size > <f32>0.000244140625)) return x; // 2^-12 and below; NaN
  let y: f32;
  if (size < <f32>0.55) {
    const t = expm1_f32(-2 * size);
    y = -t / (t + 2);
  } else y = 1 - 2 / (expm1_f32(2 * size) + 2);
  return copysign<f32>(y, x);
}

/** 1 / (1 + e^-x). Source of the two limits: TFLM reference/logistic.h. */
export function logistic_f32(x: f32): f32 {
  if (x > <f32>16.619047164916992) return 1;
  return x < -9 ? exp_f32(x) : 1 / (1 + exp_f32(-x)); // below -9 the sum would be all exp
}
