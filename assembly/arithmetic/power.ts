// x^y of float32, computed in float64 as e^(y ln |x|) and rounded once at the end, without tables: one unit in the last place.
import { exp_f64 } from "./exp_f64";

const LN2_HIGH: f64 = 0.69314718036912381649; // 33 bits: k * LN2_HIGH is exact
const LN2_LOW: f64 = 1.90821492927058770002e-10;

/** ln x of a float32 that is 0 or more: x = 2^k m, m from sqrt(1/2) to sqrt(2), and 2 atanh((m - 1) / (m + 1)) by its series to the 21st power. */
function ln_f64(x: f64): f64 {
  if (x == 0) return -Infinity;
  if (x == Infinity) return x;
  const SQRT_HALF: i64 = 0x3fe6a09e667f3bcd;
  const bits = reinterpret<i64>(x) - SQRT_HALF;
  const k = <f64>(bits >> 52), m = reinterpret<f64>((bits & 0x000fffffffffffff) + SQRT_HALF);
  const s = (m - 1) / (m + 1), z = s * s;
  let sum: f64 = 0;
  for (let n: f64 = 21; n > 0; n -= 2) sum = sum * z + 1 / n;
  return k * LN2_HIGH + (k * LN2_LOW + 2 * s * sum);
}

/** As C's pow: 1 where y is 0 or x is 1, NaN where a negative number has a power that is no integer. */
export function pow_f32(x: f32, y: f32): f32 {
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return NaN;
  const size = abs<f32>(x), whole = trunc<f32>(y) == y;
  if (x < 0 && size < Infinity && !whole) return NaN;
  const power = size == 1 ? <f32>1 : <f32>exp_f64(<f64>y * ln_f64(size));
  const odd = whole && abs<f32>(y) < 16777216 && (<i32>y & 1) != 0;
  return odd && copysign<f32>(1, x) < 0 ? -power : power;
}
