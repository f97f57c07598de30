import { rescale, rounding_of, sign_of, down_of, clamp } from "../arithmetic/fixed_point";

/**
 * Requantizes the sums of neighbouring channels and stores them as int8.
 * @param sums int32 [channels]
 * @param bias int32 [channels]
 * @param multipliers {int32 multiplier, int32 shift} [channels], `multiplier_stride` bytes apart, which is 0 where one serves all
 * @param out int8 [channels]
 */
export function store_row(
  sums: usize, channels: i32, bias: usize, multipliers: usize, multiplier_stride: i32, out: usize, offset: i32, low: i32, high: i32,
): void {
  let multiplier: i64 = 0, rounding: i64 = 0, sign: i64 = 0, down: i64 = 0, left = 0;
  for (const end = out + channels; out != end; out++) {
    if (down == 0 || multiplier_stride) {
      const shift = load<i32>(multipliers, 4), right = <i64>max(-shift, 0);
      multiplier = <i64>load<i32>(multipliers);
      left = max(shift, 0);
      rounding = rounding_of(right);
      sign = sign_of(right);
      down = down_of(right);
      multipliers += multiplier_stride;
    }
    store<i8>(out, clamp(rescale((load<i32>(sums) + load<i32>(bias)) << left, multiplier, rounding, sign, down) + offset, low, high));
    sums += 4;
    bias += 4;
  }
}
