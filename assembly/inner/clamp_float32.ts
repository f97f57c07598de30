/** x between two bounds, as the reference's std::max and std::min: a NaN stays, and so does the sign of a zero, unlike with f32.min and f32.max. */
// @ts-ignore: decorator
@inline
export function clamp_float32(x: f32, low: f32, high: f32): f32 {
  if (x < low) x = low;
  return high < x ? high : x;
}
