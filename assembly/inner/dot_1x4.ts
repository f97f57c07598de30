/**
 * sums[c] += the dot product of one row of activations with four channels of weights.
 * @param x int8 [depth]
 * @param w uint8 [depth][4]
 * @param sums int32 [4]
 */
export function dot_1x4__i32(x: usize, w: usize, depth: i32, sums: usize): void {
  let a0 = load<i32>(sums), a1 = load<i32>(sums, 4), a2 = load<i32>(sums, 8), a3 = load<i32>(sums, 12);
  const end = x + depth;
  do {
    const v = <i32>load<i8>(x);
    a0 += v * <i32>load<u8>(w);
    a1 += v * <i32>load<u8>(w, 1);
    a2 += v * <i32>load<u8>(w, 2);
    a3 += v * <i32>load<u8>(w, 3);
    x++;
    w += 4;
  } while (x != end);
  store<i32>(sums, a0);
  store<i32>(sums, a1, 4);
  store<i32>(sums, a2, 8);
  store<i32>(sums, a3, 12);
}
