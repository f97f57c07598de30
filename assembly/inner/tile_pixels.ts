// Four channels, or one, of a run of pixels, in a plain loop over 16 terms that compilers turn into vector instructions: on a Cortex-M55 one load of
// activations, four of weights and four VMLAVA for 64 products.
import { ROW_BLOCKS, TILE_PIXELS } from "../abi/conv_2d_rows";
import { rescale_entry } from "./rescale_row";
import { within } from "./within";

/**
 * @param x int8 [pixels], `x_step` bytes apart, of [rows], `row_step` bytes apart, of [16 * blocks]; what is behind a row's own bytes meets weights of 0
 * @param w int8 [rows][blocks][4][16], of one channel [rows][blocks][16]
 * @param four known at compile time, as are `folded` and `single`: whether there are four channels, or one, which is folded
 * @param folded whether `to` takes outputs, else sums
 * @param single whether there is one row: its weights are clamped once for all pixels
 * @param entries where folded: 16 bytes [channels], see rescale_entry
 * @param to where folded: int8 [pixels], `to_step` bytes apart, of [channels]; else int32 [4][TILE_PIXELS], one int32 of each for a pixel
 */
// @ts-ignore: decorator
@inline
function pixels_of(four: bool, folded: bool, single: bool, x: usize, x_step: i32, pixels: i32, row_step: i32, rows: i32, blocks: i32, w: usize, entries: usize, to: usize, to_step: i32): void {
  const run = min<u32>(blocks, ROW_BLOCKS);
  const shift = four ? 6 : 4; // a block of weights
  const first = within(w, four ? 64 * ROW_BLOCKS + 64 : 16 * ROW_BLOCKS + 16);
  entries = within(entries, four ? 64 : 16);
  do {
    let sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
    if (single) {
      const xs = within(x, 16 * ROW_BLOCKS + 16);
      let i: u32 = 0;
      do {
        const xi = xs + (i << 4), wi = first + (i << 6);
        let j: u32 = 0;
        do {
          const v = <i32>load<i8>(xi + j);
          sum0 += v * <i32>load<i8>(wi + j);
          sum1 += v * <i32>load<i8>(wi + 16 + j);
          sum2 += v * <i32>load<i8>(wi + 32 + j);
          sum3 += v * <i32>load<i8>(wi + 48 + j);
        } while (++j < 16);
      } while (++i < run);
    } else {
      let row = x, weights = w, left = rows;
      do {
        const xs = within(row, 16 * ROW_BLOCKS + 16), ws = within(weights, four ? 64 * ROW_BLOCKS + 64 : 16 * ROW_BLOCKS + 16);
        let i: u32 = 0;
        do {
          const xi = xs + (i << 4), wi = ws + (i << shift);
          let j: u32 = 0;
          do {
            const v = <i32>load<i8>(xi + j);
            sum0 += v * <i32>load<i8>(wi + j);
            if (four) {
              sum1 += v * <i32>load<i8>(wi + 16 + j);
              sum2 += v * <i32>load<i8>(wi + 32 + j);
              sum3 += v * <i32>load<i8>(wi + 48 + j);
            }
          } while (++j < 16);
        } while (++i < run);
        row += row_step;
        weights += blocks << shift;
      } while (--left > 0);
    }
    if (!four) store<i8>(within(to, 1), rescale_entry(sum0, entries));
    else if (folded) {
      const o = within(to, 4);
      const y0 = rescale_entry(sum0, entries), y1 = rescale_entry(sum1, entries + 16), y2 = rescale_entry(sum2, entries + 32), y3 = rescale_entry(sum3, entries + 48);
      store<i8>(o, y0);
      store<i8>(o + 1, y1);
      store<i8>(o + 2, y2);
      store<i8>(o + 3, y3);
    } else {
      const s = within(to, 16 * TILE_PIXELS);
      store<i32>(s, sum0);
      store<i32>(s + 4 * TILE_PIXELS, sum1);
      store<i32>(s + 8 * TILE_PIXELS, sum2);
      store<i32>(s + 12 * TILE_PIXELS, sum3);
    }
    x += x_step;
    to += to_step;
  } while (--pixels > 0);
}

export function tile_pixels_folded(x: usize, x_step: i32, pixels: i32, row_step: i32, rows: i32, blocks: i32, w: usize, entries: usize, out: usize, out_step: i32): void {
  pixels_of(true, true, false, x, x_step, pixels, row_step, rows, blocks, w, entries, out, out_step);
}

/** The same for one row. */
export function tile_pixels_folded_1(x: usize, x_step: i32, pixels: i32, blocks: i32, w: usize, entries: usize, out: usize, out_step: i32): void {
  pixels_of(true, true, true, x, x_step, pixels, 0, 1, blocks, w, entries, out, out_step);
}

/** One channel, in any number of rows. */
export function tile_pixels_folded_one(x: usize, x_step: i32, pixels: i32, row_step: i32, rows: i32, blocks: i32, w: usize, entry: usize, out: usize, out_step: i32): void {
  pixels_of(false, true, false, x, x_step, pixels, row_step, rows, blocks, w, entry, out, out_step);
}

/** @param pixels at most TILE_PIXELS */
export function tile_pixels_sums(x: usize, x_step: i32, pixels: i32, row_step: i32, rows: i32, blocks: i32, w: usize, sums: usize): void {
  pixels_of(true, false, false, x, x_step, pixels, row_step, rows, blocks, w, 0, sums, 4);
}
