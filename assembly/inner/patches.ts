// Patches, what one output pixel of a convolution reads, int8 [k_h][k_w * group_c], three to a word. A patch lies in the input as rows `row stride` bytes
// apart, or is copied out first (inner/copy_patch.ts).
import {
  WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W, WINDOW_DILATION_H, WINDOW_DILATION_W, WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { copy_patch } from "./copy_patch";
import { pack_2__i64, pack_3__i64 } from "./dot_6x4";

/**
 * Packs the patches of `count` output pixels, from number `pixel` on, three to a word; a last word that is not full repeats its last pixel.
 * @param window record that begins with a window
 * @param source pixel (0, 0) of the group's input; `in_c` bytes to the next pixel, `group_c` of them the group's
 * @param patches scratch, int8 [3][depth]
 * @param rows scratch, {address, row stride} [3]
 * @param packs int64 [depth][term_bytes / 8]
 */
export function pack_patches(
  window: usize, source: usize, in_c: i32, group_c: i32, fill: i32, pixel: i32, count: i32, patches: usize, rows: usize, packs: usize, term_bytes: i32,
): void {
  const in_w = load<i32>(window, WINDOW_IN_W), out_w = load<i32>(window, WINDOW_OUT_W), k_h = load<i32>(window, WINDOW_K_H), k_w = load<i32>(window, WINDOW_K_W);
  const stride_h = load<i32>(window, WINDOW_STRIDE_H), stride_w = load<i32>(window, WINDOW_STRIDE_W), dilation_h = load<i32>(window, WINDOW_DILATION_H);
  const pad_top = load<i32>(window, WINDOW_PAD_TOP), pad_left = load<i32>(window, WINDOW_PAD_LEFT);
  const last_y = load<i32>(window, WINDOW_IN_H) - (k_h - 1) * dilation_h, last_x = in_w - k_w; // where the last patch inside begins, plus one for y
  const in_place = group_c == in_c && load<i32>(window, WINDOW_DILATION_W) == 1;
  const row_bytes = k_w * group_c, row_stride = dilation_h * in_w * in_c;
  const last = pixel + count - 1;
  do {
    for (let entry = rows, to = patches; entry != rows + 24; entry += 8) {
      const oy = <i32>(<u32>pixel / <u32>out_w), y = oy * stride_h - pad_top, x = (pixel - oy * out_w) * stride_w - pad_left;
      if (in_place && y >= 0 && y < last_y && x >= 0 && x <= last_x) {
        store<u32>(entry, source + (y * in_w + x) * in_c);
        store<u32>(entry, row_stride, 4);
      } else {
        copy_patch(window, source, y, x, to, in_c, group_c, fill);
        store<u32>(entry, to);
        store<u32>(entry, row_bytes, 4);
        to += k_h * row_bytes;
      }
      pixel = min(pixel + 1, last);
    }
    let row0: usize = load<u32>(rows), row1: usize = load<u32>(rows, 8), row2: usize = load<u32>(rows, 16);
    let to = packs, ky = k_h;
    do {
      if (count > 2) pack_3__i64(to, row0, row1, row2, row_bytes, term_bytes);
      else pack_2__i64(to, row0, row1, row_bytes, term_bytes);
      row0 += load<u32>(rows, 4);
      row1 += load<u32>(rows, 12);
      row2 += load<u32>(rows, 20);
      to += row_bytes * term_bytes;
    } while (--ky);
    packs += 8;
  } while ((count -= 3) > 0);
}

/** Copies the patch of one output pixel to `to`, int8 [depth]. The other parameters are those of `pack_patches`. */
export function copy_patch_of(window: usize, source: usize, in_c: i32, group_c: i32, fill: i32, pixel: i32, to: usize): void {
  const out_w = load<i32>(window, WINDOW_OUT_W), oy = pixel / out_w;
  const y = oy * load<i32>(window, WINDOW_STRIDE_H) - load<i32>(window, WINDOW_PAD_TOP);
  copy_patch(window, source, y, (pixel - oy * out_w) * load<i32>(window, WINDOW_STRIDE_W) - load<i32>(window, WINDOW_PAD_LEFT), to, in_c, group_c, fill);
}
