import { FULLY_CONNECTED_PAIRS_MAX, FULLY_CONNECTED_PAIRS_MIN, FULLY_CONNECTED_PAIRS_OUTPUT_OFFSET } from "../abi/fully_connected_pairs";
import { code_of } from "./code_of";
import { within } from "./within";

/**
 * Requantizes and stores up to four channels of FULLY_CONNECTED.
 * @param record FULLY_CONNECTED_PAIRS_*, a clamped address
 * @param m address of the first channel's multiplier, `multiplier_stride` bytes before the next: 0 or 8
 */
// @ts-ignore: decorator
@inline
export function store_four(record: usize, a0: i32, a1: i32, a2: i32, a3: i32, m: usize, multiplier_stride: i32, out: usize, channels: i32): void {
  m = within(m, 32);
  out = within(out, 4);
  const steps = multiplier_stride * 3 & 24, offset = load<i32>(record + FULLY_CONNECTED_PAIRS_OUTPUT_OFFSET);
  const low = load<i32>(record + FULLY_CONNECTED_PAIRS_MIN), high = load<i32>(record + FULLY_CONNECTED_PAIRS_MAX);
  const last = min<u32>(channels, 4);
  let c: u32 = 0;
  do {
    store<i8>(out + c, code_of(a0, m + ((c << 3) & steps), offset, low, high)); // a mask, as a compiler sees its bounds
    a0 = a1;
    a1 = a2;
    a2 = a3;
  } while (++c < last);
}
