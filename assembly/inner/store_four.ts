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
  const step = multiplier_stride & 8, offset = load<i32>(record + FULLY_CONNECTED_PAIRS_OUTPUT_OFFSET);
  const low = load<i32>(record + FULLY_CONNECTED_PAIRS_MIN), high = load<i32>(record + FULLY_CONNECTED_PAIRS_MAX);
  store<i8>(out, code_of(a0, m, offset, low, high));
  if (channels > 1) store<i8>(out + 1, code_of(a1, m + step, offset, low, high));
  if (channels > 2) store<i8>(out + 2, code_of(a2, m + step * 2, offset, low, high));
  if (channels > 3) store<i8>(out + 3, code_of(a3, m + step * 3, offset, low, high));
}
