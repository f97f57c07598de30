// Nine taps of a depthwise convolution, four channels at once: compilers turn the four equal expressions into vector instructions. Nothing
// is stored before everything is loaded, as they could not know that the stores do not change the operands.
import { MOST_TAP_STEP } from "../abi/depthwise_conv_2d_rows";
import { rescale_entry } from "./rescale_row";
import { within } from "./within";

/** Channels of a tile: the step between weights of neighbouring taps. */
const TILE = 16;
/** Where a tile's entries begin, behind nine taps and biases: weights come first, as vector loads reach 127 bytes. */
const ENTRIES = 13 * TILE;

// @ts-ignore: decorator
@inline
function tap(sum: i32, x: usize, w: usize): i32 {
  return sum + <i32>load<i8>(x) * <i32>load<i8>(w);
}

// @ts-ignore: decorator
@inline
function channel(sum: i32, x0: usize, x1: usize, x2: usize, x3: usize, x4: usize, x5: usize, x6: usize, x7: usize, x8: usize, w: usize): i32 {
  sum = tap(sum, x0, w);
  sum = tap(sum, x1, w + TILE);
  sum = tap(sum, x2, w + 2 * TILE);
  sum = tap(sum, x3, w + 3 * TILE);
  sum = tap(sum, x4, w + 4 * TILE);
  sum = tap(sum, x5, w + 5 * TILE);
  sum = tap(sum, x6, w + 6 * TILE);
  sum = tap(sum, x7, w + 7 * TILE);
  return tap(sum, x8, w + 8 * TILE);
}

/**
 * sums[c] = start[c] + the nine products of channel c.
 * @param biased known at compile time: where not, sums begin with 0
 * @param w int8 [9][16]
 * @param start int32 [16]
 * @param sums int32 [16], may be `start`
 * @param fours channels / 4, 1 to 4
 */
// @ts-ignore: decorator
@inline
function nine(biased: bool, x0: usize, x1: usize, x2: usize, x3: usize, x4: usize, x5: usize, x6: usize, x7: usize, x8: usize, w: usize, start: usize, sums: usize, fours: u32): void {
  let i: u32 = 0;
  do {
    const c = i << 2, s = start + (i << 4), to = sums + (i << 4);
    const sum0 = channel(biased ? load<i32>(s) : 0, x0 + c, x1 + c, x2 + c, x3 + c, x4 + c, x5 + c, x6 + c, x7 + c, x8 + c, w + c);
    const d = c + 1;
    const sum1 = channel(biased ? load<i32>(s + 4) : 0, x0 + d, x1 + d, x2 + d, x3 + d, x4 + d, x5 + d, x6 + d, x7 + d, x8 + d, w + d);
    const e = c + 2;
    const sum2 = channel(biased ? load<i32>(s + 8) : 0, x0 + e, x1 + e, x2 + e, x3 + e, x4 + e, x5 + e, x6 + e, x7 + e, x8 + e, w + e);
    const f = c + 3;
    const sum3 = channel(biased ? load<i32>(s + 12) : 0, x0 + f, x1 + f, x2 + f, x3 + f, x4 + f, x5 + f, x6 + f, x7 + f, x8 + f, w + f);
    if (i > 3) return; // never: else the linker would move one sum into its store and turn it round, and the four would not be equal any more
    store<i32>(to, sum0);
    store<i32>(to + 4, sum1);
    store<i32>(to + 8, sum2);
    store<i32>(to + 12, sum3);
  } while (++i < fours);
}

/**
 * Nine taps anywhere: sums[c] = start[c] + the nine products of channel c.
 * @param taps int32 [9]: where each tap lies, from `from`
 * @param fours channels / 4
 */
export function depthwise_nine(taps: usize, from: usize, w: usize, start: usize, sums: usize, fours: u32): void {
  taps = within(taps, 36);
  const x0 = within(from + load<i32>(taps), 32), x1 = within(from + load<i32>(taps + 4), 32), x2 = within(from + load<i32>(taps + 8), 32);
  const x3 = within(from + load<i32>(taps + 12), 32), x4 = within(from + load<i32>(taps + 16), 32), x5 = within(from + load<i32>(taps + 20), 32);
  const x6 = within(from + load<i32>(taps + 24), 32), x7 = within(from + load<i32>(taps + 28), 32), x8 = within(from + load<i32>(taps + 32), 32);
  nine(true, x0, x1, x2, x3, x4, x5, x6, x7, x8, within(w, 10 * TILE), within(start, 5 * TILE), within(sums, 5 * TILE), min<u32>(fours, TILE >> 2));
}

/**
 * A 3x3 filter on a run of pixels that touch no border: up to 16 channels, outputs folded, their biases too.
 * @param from first tap of the first pixel; rows, taps and pixels are `row_step`, `tap_step` and `pixel_step` bytes apart, tap_step at most MOST_TAP_STEP
 * @param tile int8 weights [9][16], 64 bytes that are not read, entries [16] (rescale_row.ts)
 * @param scratch int32 [20]: 16 sums, and the tile's address, which is read again for every pixel: an address that is known to stay would be
 * split into one for each tap, more than there are registers
 * @param count channels
 */
export function depthwise_3x3_run(from: usize, row_step: i32, tap_step: u32, pixel_step: i32, pixels: i32, tile: usize, scratch: usize, count: u32, out: usize, out_step: i32): void {
  tap_step = min<u32>(tap_step, MOST_TAP_STEP);
  count = min<u32>(count, TILE);
  const sums = within(scratch, 5 * TILE), fours = (count + 3) >> 2, whole = count >> 2;
  store<u32>(sums + 4 * TILE, tile);
  do {
    const x0 = within(from, 2 * MOST_TAP_STEP + 32), x3 = within(from + row_step, 2 * MOST_TAP_STEP + 32), x6 = within(from + 2 * row_step, 2 * MOST_TAP_STEP + 32);
    const x1 = x0 + tap_step, x2 = x1 + tap_step, x4 = x3 + tap_step, x5 = x4 + tap_step, x7 = x6 + tap_step, x8 = x7 + tap_step;
    const t = within(load<u32>(sums + 4 * TILE), 30 * TILE), o = within(out, 2 * TILE);
    nine(false, x0, x1, x2, x3, x4, x5, x6, x7, x8, t, 0, sums, fours);
    let i: u32 = 0;
    for (; i < whole; i++) {
      const s = sums + (i << 4), entry = t + ENTRIES + (i << 6), to = o + (i << 2);
      const y0 = rescale_entry(load<i32>(s), entry), y1 = rescale_entry(load<i32>(s + 4), entry + 16);
      const y2 = rescale_entry(load<i32>(s + 8), entry + 32), y3 = rescale_entry(load<i32>(s + 12), entry + 48);
      store<i8>(to, y0);
      store<i8>(to + 1, y1);
      store<i8>(to + 2, y2);
      store<i8>(to + 3, y3);
    }
    for (let c = whole << 2; c < count; c++) store<i8>(o + c, rescale_entry(load<i32>(sums + (c << 2)), t + ENTRIES + (c << 4)));
    from += pixel_step;
    out += out_step;
  } while (--pixels > 0);
}
