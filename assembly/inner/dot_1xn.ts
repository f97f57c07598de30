/**
 * sums[c] = start + the dot product of one row of activations with `channels` channels of weights, as they are: one pixel shares nothing that packing
 * would pay for.
 * @param x int8 [depth]
 * @param w int8 [depth][channels]; any number of channels
 * @param sums int32 [channels]
 */
export function dot_1xn__i32(w: usize, x: usize, depth: i32, channels: i32, start: i32, sums: usize): void {
  const end = x + depth;
  for (const stop = w + (channels & ~3); w != stop; w += 4, sums += 16) {
    let a0 = start, a1 = start, a2 = start, a3 = start, v = w, at = x;
    do {
      const p = <i32>load<i8>(at);
      a0 += p * load<i8>(v);
      a1 += p * load<i8>(v, 1);
      a2 += p * load<i8>(v, 2);
      a3 += p * load<i8>(v, 3);
      v += channels;
    } while (++at != end);
    store<i32>(sums, a0);
    store<i32>(sums, a1, 4);
    store<i32>(sums, a2, 8);
    store<i32>(sums, a3, 12);
  }
  for (const stop = w + (channels & 3); w != stop; w++, sums += 4) {
    let a = start, v = w, at = x;
    do {
      a += load<i8>(at) * load<i8>(v);
      v += channels;
    } while (++at != end);
    store<i32>(sums, a);
  }
}
