// A patch of an image, copied 16 bytes at a time: up to 15 bytes behind a run are read and written too, each run over what the one before
// wrote too much.
import { WINDOW_IN_H, WINDOW_IN_W, WINDOW_K_H, WINDOW_K_W, WINDOW_DILATION_H, WINDOW_DILATION_W } from "../abi/window";
import { fill_16s } from "./fill_16s";
import { within } from "./within";

/** Bytes between two clamps of the addresses. */
const RUN = 512;

// @ts-ignore: decorator
@inline
function copy_16s(to: usize, from: usize, count: i32): void {
  for (; count > 0; count -= RUN, to += RUN, from += RUN) {
    const t = within(to, RUN + 32), f = within(from, RUN + 32), bytes = min<u32>(count, RUN);
    let i: u32 = 0;
    do {
      const low = load<i64>(f + i), high = load<i64>(f + i + 8);
      store<i64>(t + i, low);
      store<i64>(t + i + 8, high);
      i += 16;
    } while (i < bytes);
  }
}

/**
 * Copies the patch whose first tap is (y, x) to int8 [k_h][k_w][group_c]; taps outside the image become `fill`.
 * @param record begins with a window
 * @param source int8, the group's first channel of pixel (0, 0)
 * @param in_c channels of a pixel, `group_c` of which are copied
 * @param fill 0 to 255
 */
export function copy_patch_16s(record: usize, source: usize, in_c: i32, group_c: i32, y: i32, x: i32, to: usize, fill: i32): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W), k_w = load<i32>(record, WINDOW_K_W);
  const dilation_h = load<i32>(record, WINDOW_DILATION_H), dilation_w = load<i32>(record, WINDOW_DILATION_W);
  const pitch = dilation_h * in_w * in_c, eight = <i64>fill * 0x0101010101010101;
  const together = group_c == in_c && dilation_w == 1; // the taps of a row are one run
  const run_bytes = together ? k_w * group_c : group_c, runs = together ? 1 : k_w;
  let row = source + (y * in_w + x) * in_c;
  if (together && y >= 0 && y + (load<i32>(record, WINDOW_K_H) - 1) * dilation_h < in_h && x >= 0 && x + k_w <= in_w) {
    for (let ky = load<i32>(record, WINDOW_K_H); ky > 0; ky--, row += pitch, to += run_bytes) copy_16s(to, row, run_bytes);
    return;
  }
  for (let ky = load<i32>(record, WINDOW_K_H); ky > 0; ky--, y += dilation_h, row += pitch) {
    let from = row, tx = x;
    for (let run = runs; run > 0; run--, to += run_bytes, from += dilation_w * in_c, tx += dilation_w) {
      let first = 0, end = run_bytes; // what of the run lies in the image
      if (<u32>y >= <u32>in_h) end = 0;
      else if (together) {
        if (tx < 0) first = min(-tx * in_c, run_bytes);
        if (tx + k_w > in_w) end = max((in_w - tx) * in_c, first);
      } else if (<u32>tx >= <u32>in_w) end = 0;
      if (first > 0) fill_16s(to, eight, first);
      copy_16s(to + first, from + first, end - first);
      if (end < run_bytes) fill_16s(to + end, eight, run_bytes - end);
    }
  }
}
