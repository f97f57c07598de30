// Activations as SIMD kernels multiply them: widened to int16, the pixels of a block side by side, two terms of each.

/**
 * Widens `pixels` rows of int8 to int16 [ceil(depth / 2)][pixels][2]. Up to 8 terms behind the last are written, whatever they are: their weights are 0,
 * or nobody reads them.
 * @param rows address of the first row; the next is `stride` bytes behind it. At least `depth` rounded up to 8 bytes of each have to be readable
 * @param pixels 4, 2 or 1, known at compile time
 */
// @ts-ignore: decorator
@inline
export function widen_rows(rows: usize, stride: i32, depth: i32, pixels: i32, to: usize): void {
  const end = rows + depth;
  if (pixels == 1) {
    do {
      v128.store(to, v128.load8x8_s(rows));
      rows += 8;
      to += 16;
    } while (rows < end);
  } else if (pixels == 2) {
    do {
      const a = v128.load8x8_s(rows), b = v128.load8x8_s(rows + stride);
      v128.store(to, v128.shuffle<i32>(a, b, 0, 4, 1, 5));
      v128.store(to, v128.shuffle<i32>(a, b, 2, 6, 3, 7), 16);
      rows += 8;
      to += 32;
    } while (rows < end);
  } else {
    do {
      const a = v128.load8x8_s(rows), b = v128.load8x8_s(rows + stride), third = rows + (stride << 1), c = v128.load8x8_s(third), d = v128.load8x8_s(third + stride);
      const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
      const ab_high = v128.shuffle<i32>(a, b, 2, 6, 3, 7), cd_high = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
      v128.store(to, v128.shuffle<i64>(ab, cd, 1, 3), 16);
      v128.store(to, v128.shuffle<i64>(ab_high, cd_high, 0, 2), 32);
      v128.store(to, v128.shuffle<i64>(ab_high, cd_high, 1, 3), 48);
      rows += 8;
      to += 64;
    } while (rows < end);
  }
}
