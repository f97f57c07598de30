// The yardstick of bench/: a matrix times a vector as anyone would write it first. The input offset is added to every
// activation, every address is computed from an index; nothing is folded, packed or unrolled. Compiled by scripts/bench.mjs.

const OFFSET: i32 = 128;

/**
 * sums[c] = the sum over i of (x[i] + 128) * w[c][i].
 * @param x int8 [depth]
 * @param w int8 [channels][depth]
 * @param sums int32 [channels]
 */
export function plain_loop(x: usize, w: usize, sums: usize, depth: i32, channels: i32): void {
  for (let c = 0; c < channels; c++) {
    const row = w + c * depth;
    let acc = 0;
    for (let i = 0; i < depth; i++) acc += (<i32>load<i8>(x + i) + OFFSET) * <i32>load<i8>(row + i);
    store<i32>(sums + (c << 2), acc);
  }
}
