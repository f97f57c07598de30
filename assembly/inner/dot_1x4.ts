/**
 * sums[c] = the dot product of one row of activations with four channels of weights.
 * @param x int8 [depth]
 * @param w int8 [depth][4]
 * @param sums int32 [4]
 */
export function dot_1x4__i32(x: usize, w: usize, depth: i32, sums: usize): void {
  let a0 = 0, a1 = 0, a2 = 0, a3 = 0;
  if (depth & 1) {
    const v = <i32>load<i8>(x);
    a0 = v * <i32>load<i8>(w);
    a1 = v * <i32>load<i8>(w, 1);
    a2 = v * <i32>load<i8>(w, 2);
    a3 = v * <i32>load<i8>(w, 3);
    x++;
    w += 4;
  }
  const end = x + (depth & ~1);
  while (x != end) {
    let v = <i32>load<i8>(x);
    a0 += v * <i32>load<i8>(w);
    a1 += v * <i32>load<i8>(w, 1);
    a2 += v * <i32>load<i8>(w, 2);
    a3 += v * <i32>load<i8>(w, 3);
    v = <i32>load<i8>(x, 1);
    a0 += v * <i32>load<i8>(w, 4);
    a1 += v * <i32>load<i8>(w, 5);
    a2 += v * <i32>load<i8>(w, 6);
    a3 += v * <i32>load<i8>(w, 7);
    x += 2;
    w += 8;
  }
  store<i32>(sums, a0);
  store<i32>(sums, a1, 4);
  store<i32>(sums, a2, 8);
  store<i32>(sums, a3, 12);
}
