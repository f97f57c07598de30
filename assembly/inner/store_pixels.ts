import { RESCALE_FOLDED, RESCALE_SIGNED } from "../abi/rescale";
import { clamp, down_of, rescale, rounding_of, sign_of } from "../arithmetic/fixed_point";
import { rescale_folded_high, rescale_signed_high } from "../arithmetic/folded";
import { within } from "./within";

const MOST: u32 = 64; // channels

/** Between constants, which is one SSAT: a narrower clamp comes behind (`narrow`). */
// @ts-ignore: decorator
@inline
function store_saturated(at: usize, code: i32): void {
  store<i8>(at, clamp(code, -128, 127));
}

/** Clamps codes that are stored. */
function narrow(out: usize, count: u32, low: i32, high: i32): void {
  const codes = within(out, 64), last = min(count, MOST);
  let c: u32 = 0;
  do {
    store<i8>(codes + c, clamp(load<i8>(codes + c), low, high));
  } while (++c < last);
}

/**
 * Rescales the sums of one pixel or two and stores them as int8. Loads begin with the highest address, as in inner/dot_pairs.ts.
 * @param sums int32 [channels][2 pixels]
 * @param channels at least 1, at most 64
 * @param rescaling 16 bytes for every channel, by `kind` (abi/rescale.ts)
 * @param out int8, the second pixel `out_stride` bytes behind the first
 */
export function store_pixels(
  sums: usize, channels: i32, two: bool, rescaling: usize, kind: i32, out: usize, out_stride: i32, offset: i32, low: i32, high: i32,
): void {
  const count = min<u32>(channels, MOST);
  const s = within(sums, 512), r = within(rescaling, 1024), first = within(out, 64), second = within(out + out_stride, 64);
  let c: u32 = 0;
  if (kind == RESCALE_FOLDED) {
    do {
      const at = r + (c << 4), both = load<u64>(s + (c << 3));
      const down_32 = load<i32>(at + 12), multiplier = <i64>load<i32>(at + 8), addend = load<i64>(at);
      store_saturated(first + c, rescale_folded_high(<i32>both, multiplier, addend, down_32));
      if (two) store_saturated(second + c, rescale_folded_high(<i32>(both >> 32), multiplier, addend, down_32));
    } while (++c < count);
  } else if (kind == RESCALE_SIGNED) {
    do {
      const at = r + (c << 4), both = load<u64>(s + (c << 3));
      const down_32 = load<i32>(at + 12), addend_high = load<i32>(at + 8), multiplier = <i64>load<i32>(at + 4), bias = load<i32>(at);
      store_saturated(first + c, rescale_signed_high(<i32>both + bias, multiplier, addend_high, down_32));
      if (two) store_saturated(second + c, rescale_signed_high(<i32>(both >> 32) + bias, multiplier, addend_high, down_32));
    } while (++c < count);
  } else {
    do {
      const at = r + (c << 4), both = load<u64>(s + (c << 3));
      const right = <i64>load<i32>(at + 12), left = load<i32>(at + 8), multiplier = <i64>load<i32>(at + 4), bias = load<i32>(at);
      const rounding = rounding_of(right), sign = sign_of(right), down = down_of(right);
      let to = first + c, sums = both;
      for (let pixels = two ? 2 : 1; pixels > 0; pixels--, to = second + c, sums >>= 32) store_saturated(to, rescale((<i32>sums + bias) << left, multiplier, rounding, sign, down) + offset);
    } while (++c < count);
  }
  if (low == -128 && high == 127) return;
  narrow(first, count, low, high);
  if (two) narrow(second, count, low, high);
}
