import { clamp } from "../arithmetic/fixed_point";
import { negative_of, nudge_of, rescale_32 } from "../arithmetic/rescale_32";

/** The code of one output in compiled code. `x`: its sum and bias; `multiplier`: address of {int32 multiplier, int32 shift}. */
// @ts-ignore: decorator
@inline
export function code_of(x: i32, multiplier: usize, offset: i32, low: i32, high: i32): i32 {
  const shift = load<i32>(multiplier + 4), right = max(-shift, 0);
  return clamp(rescale_32(x << max(shift, 0), load<i32>(multiplier), right, nudge_of(right), negative_of(right)) + offset, low, high);
}
