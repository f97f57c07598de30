/** An LSTM's new cell in float32 within its limit. @param clip the largest magnitude, 0: unlimited */
// @ts-ignore: decorator
@inline
export function clipped(state: f32, clip: f32): f32 {
  if (!(clip > 0)) return state;
  const below = state < clip ? state : clip;
  return below < -clip ? -clip : below;
}
