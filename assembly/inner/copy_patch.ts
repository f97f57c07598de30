// Patches of a convolution's input that do not lie there as they are: at a border, dilated along x, or of one group of several.
import { WINDOW_DILATION_H, WINDOW_DILATION_W, WINDOW_IN_H, WINDOW_IN_W, WINDOW_K_H, WINDOW_K_W } from "../abi/window";

/**
 * Copies one patch to `to`, int8 [k_h][k_w][group_c]; taps outside the input become `fill`. Source address: pixel (0, 0) of the
 * group. Taps that lie side by side in the input are copied together.
 * @param record begins with its window
 * @param in_c channels of a pixel, all groups
 * @param fill the input's zero point
 */
export function copy_patch(record: usize, source: usize, y: i32, x: i32, to: usize, in_c: i32, group_c: i32, fill: i32): void {
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W);
  const k_h = load<i32>(record, WINDOW_K_H), k_w = load<i32>(record, WINDOW_K_W);
  const dilation_h = load<i32>(record, WINDOW_DILATION_H), dilation_w = load<i32>(record, WINDOW_DILATION_W);
  const together = group_c == in_c && dilation_w == 1;
  const first = max(-x, 0), inside = together ? max(min(k_w, in_w - x) - first, 0) : 0;
  const row_bytes = k_w * group_c;
  if (y < 0 || y + (k_h - 1) * dilation_h >= in_h || (together ? inside < k_w : x < 0 || x + (k_w - 1) * dilation_w >= in_w))
    memory.fill(to, <u8>fill, k_h * row_bytes);
  for (let ky = k_h; ky > 0; ky--, y += dilation_h, to += row_bytes) {
    if (<u32>y >= <u32>in_h) continue;
    const row = source + y * in_w * in_c;
    if (together) {
      copy_bytes(to + first * in_c, row + (x + first) * in_c, inside * in_c);
      continue;
    }
    let tap = to;
    for (let kx = k_w, tx = x; kx > 0; kx--, tx += dilation_w, tap += group_c)
      if (<u32>tx < <u32>in_w) copy_bytes(tap, row + tx * in_c, group_c);
  }
}

/** memory.copy, which costs engines a call, where there are enough bytes to pay for it. */
// @ts-ignore: decorator
@inline
function copy_bytes(to: usize, from: usize, count: i32): void {
  if (count > 16) {
    memory.copy(to, from, count);
    return;
  }
  for (const end = to + count; to != end; to++, from++) store<i8>(to, load<i8>(from));
}
