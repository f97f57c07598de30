import { rescale, rounding_of, sign_of, down_of, clamp } from "../arithmetic/fixed_point";

/**
 * Requantizes a tile of sums and stores it as int8.
 * @param sums int32 [channels][row], row >= pixels
 * @param bias int32 [channels]
 * @param multipliers {int32 multiplier, int32 shift} [channels], `multiplier_stride` bytes apart
 * @param out int8, pixel p at out + p * out_stride
 */
export function store_tile(
  sums: usize, row: i32, pixels: i32, channels: i32, bias: usize, multipliers: usize, multiplier_stride: i32,
  out: usize, out_stride: i32, offset: i32, low: i32, high: i32,
): void {
  for (let c = 0; c < channels; c++) {
    const b = load<i32>(bias);
    const multiplier = <i64>load<i32>(multipliers);
    const shift = load<i32>(multipliers, 4);
    const left = max(shift, 0);
    const right = <i64>max(-shift, 0);
    const rounding = rounding_of(right), sign = sign_of(right), down = down_of(right);
    let o = out + c;
    let s = sums;
    const end = sums + (pixels << 2);
    do {
      store<i8>(o, clamp(rescale((load<i32>(s) + b) << left, multiplier, rounding, sign, down) + offset, low, high));
      o += out_stride;
      s += 4;
    } while (s != end);
    sums += row << 2;
    bias += 4;
    multipliers += multiplier_stride;
  }
}
