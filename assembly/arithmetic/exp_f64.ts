// e^x of float64 by x = k ln 2 + r, |r| <= (ln 2) / 2, and the series of e^r: within 2 units in the last place, so that a float32 made of it is
// the rounded one but for one argument in hundreds of millions. No table.

const LN2_HIGH: f64 = 0.69314718036912381649; // 33 bits: k * LN2_HIGH is exact
const LN2_LOW: f64 = 1.90821492927058770002e-10;

/** 2^k for -1022 <= k <= 1023. */
// @ts-ignore: decorator
@inline
function power_of_two(k: i32): f64 {
  return reinterpret<f64>(<i64>(k + 1023) << 52);
}

export function exp_f64(x: f64): f64 {
  if (x != x) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.2) return 0;
  const k = <i32>nearest<f64>(x * 1.4426950408889634);
  const r = x - <f64>k * LN2_HIGH - <f64>k * LN2_LOW;
  let sum: f64 = 1;
  for (let n: f64 = 14; n > 0; n -= 1) sum = 1 + (r / n) * sum;
  const half = k >> 1; // in two steps, as 2^k may be no float64
  return sum * power_of_two(half) * power_of_two(k - half);
}
