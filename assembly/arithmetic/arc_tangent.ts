// The angle of a point of float32 coordinates, computed in float64 and rounded once at the end, without tables: one unit in the last place.

const PI: f64 = 3.141592653589793;

/** atan r for 0 <= r <= 1: the series to the 31st power, beyond tan(pi / 8) behind a turn by pi / 4. */
function atan_f64(r: f64): f64 {
  const turned = r > 0.4142135623730951;
  const x = turned ? (r - 1) / (r + 1) : r, z = x * x;
  let sum: f64 = 0;
  for (let n: f64 = 31; n > 0; n -= 2) sum = 1 / n - sum * z;
  return turned ? PI / 4 + x * sum : x * sum;
}

/** As C's atan2, signs of zeros included. */
export function atan2_f32(y: f32, x: f32): f32 {
  if (x != x || y != y) return NaN;
  const across = <f64>abs<f32>(x), up = <f64>abs<f32>(y);
  const longer = max<f64>(across, up), shorter = min<f64>(across, up);
  let angle = atan_f64(shorter == longer ? <f64>(longer != 0) : shorter / longer);
  if (up > across) angle = PI / 2 - angle;
  if (copysign<f32>(1, x) < 0) angle = PI - angle;
  return copysign<f32>(<f32>angle, y);
}
