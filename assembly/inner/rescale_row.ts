// Sums of one pixel to outputs, channel after channel. Every channel has an entry of 16 bytes, {int64 addend, int32 multiplier, int32 shift}:
//   folded   addend and shift of folded.ts without the bias, which the sums begin with; the shift is 32 or more
//   else     addend: rounding_of the shift to the right; shift: down_of it in the low byte, the shift to the left above
// Dialect: reference, as arithmetic/fixed_point.ts.
import { clamp, rescale } from "../arithmetic/fixed_point";
import { rescale_folded_high } from "../arithmetic/folded";
import { within } from "./within";

/** One output of all int8 from its sum and a folded entry. A shift of 32-bit numbers takes the low five bits: 32 is off by itself. */
// @ts-ignore: decorator
@inline
export function rescale_entry(sum: i32, entry: usize): i32 {
  return clamp(rescale_folded_high(sum, load<i32>(entry + 8), load<i64>(entry), load<i32>(entry + 12)), i8.MIN_VALUE, i8.MAX_VALUE);
}

/** Channels between two clamps of the addresses; one more may be looked at without being used. */
const RUN = 60;

/** Clamps codes that are stored, at most RUN. @param run at least 1 */
function clamp_run(out: usize, run: u32, low: i32, high: i32): void {
  out = within(out, RUN + 1);
  run = min<u32>(run, RUN);
  let i: u32 = 0;
  do store<i8>(out + i, clamp(load<i8>(out + i), low, high));
  while (++i < run);
}

/** Clamps rows of `count` codes that are stored, `step` bytes apart: nothing, where the clamp is all int8. */
export function clamp_rows(out: usize, count: i32, rows: i32, step: i32, low: i32, high: i32): void {
  if (low > i8.MIN_VALUE || high < i8.MAX_VALUE)
    for (; rows > 0; rows--, out += step)
      for (let c = 0; c < count; c += RUN) clamp_run(out + c, count - c, low, high);
}

/**
 * @param sums int32 [count], bias included
 * @param entries 16 bytes [count], folded
 * @param out int8 [count]
 */
export function rescale_row_folded(sums: usize, entries: usize, count: i32, out: usize, low: i32, high: i32): void {
  for (let c = 0; c < count; c += RUN) {
    const run = min<u32>(count - c, RUN);
    const s = within(sums + (c << 2), 4 * RUN + 4), e = within(entries + (c << 4), 16 * RUN + 16), o = within(out + c, RUN + 1);
    let i: u32 = 0;
    do {
      store<i8>(o + i, rescale_entry(load<i32>(s + (i << 2)), e + (i << 4)));
    } while (++i < run);
  }
  clamp_rows(out, count, 1, 0, low, high);
}

/** The same for entries that are not folded. */
export function rescale_row(sums: usize, entries: usize, count: i32, out: usize, offset: i32, low: i32, high: i32): void {
  for (let c = 0; c < count; c += RUN) {
    const run = min<u32>(count - c, RUN);
    const s = within(sums + (c << 2), 4 * RUN + 4), e = within(entries + (c << 4), 16 * RUN + 16), o = within(out + c, RUN + 1);
    let i: u32 = 0;
    do {
      const entry = e + (i << 4), shift = load<i32>(entry + 12), down = shift & 255;
      const y = rescale(load<i32>(s + (i << 2)) << (shift >> 8), load<i32>(entry + 8), load<i64>(entry), <i64>(down > 31) << 31, down) + offset;
      store<i8>(o + i, clamp(y, low, high));
    } while (++i < run);
  }
}
