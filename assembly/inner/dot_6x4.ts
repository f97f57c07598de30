// Six pixels x four channels of a matrix product, two 64-bit words of three pixels each.
//
// A word holds three int8 activations in 21-bit fields, x0 + x1 * 2^21 + x2 * 2^42, so that one 64-bit multiply by a weight
// is three products (wamr.md, section 3: s24). A field sums up to 64 products of magnitude 128 * 127, or 63 of 128 * 128,
// before it would run into its neighbour; then the sums are spilled to int32.

/** The lowest field, sign-extended. */
// @ts-ignore: decorator
@inline
function low(fields: i64): i64 {
  return (fields << 43) >> 43;
}

/** Adds the three fields to sums[0], sums[1], sums[2]. */
// @ts-ignore: decorator
@inline
function spill(sums: usize, fields: i64): void {
  const f0 = low(fields);
  fields = (fields - f0) >> 21;
  const f1 = low(fields);
  store<i32>(sums, load<i32>(sums) + <i32>f0);
  store<i32>(sums, load<i32>(sums, 4) + <i32>f1, 4);
  store<i32>(sums, load<i32>(sums, 8) + <i32>((fields - f1) >> 21), 8);
}

/**
 * sums[c][p] = the dot product of channel c and pixel p.
 * @param w int8 [depth][4]
 * @param x int64 [depth][2], three pixels to a word
 * @param sums int32 [4][6]
 * @param most terms before a spill
 */
export function dot_6x4__i64(w: usize, x: usize, depth: i32, most: i32, sums: usize): void {
  memory.fill(sums, 0, 96);
  const end = w + (depth << 2);
  do {
    const stop = min(w + (most << 2), end);
    let a0: i64 = 0, a1: i64 = 0, a2: i64 = 0, a3: i64 = 0; // pixels 0 to 2, channels 0 to 3
    let b0: i64 = 0, b1: i64 = 0, b2: i64 = 0, b3: i64 = 0; // pixels 3 to 5
    do {
      const p = load<i64>(x), q = load<i64>(x, 8);
      let v = <i64>load<i8>(w);
      a0 += v * p;
      b0 += v * q;
      v = <i64>load<i8>(w, 1);
      a1 += v * p;
      b1 += v * q;
      v = <i64>load<i8>(w, 2);
      a2 += v * p;
      b2 += v * q;
      v = <i64>load<i8>(w, 3);
      a3 += v * p;
      b3 += v * q;
      w += 4;
      x += 16;
    } while (w != stop);
    spill(sums, a0);
    spill(sums + 12, b0);
    spill(sums + 24, a1);
    spill(sums + 36, b1);
    spill(sums + 48, a2);
    spill(sums + 60, b2);
    spill(sums + 72, a3);
    spill(sums + 84, b3);
  } while (w != end);
}

/**
 * Packs `count` bytes of three rows into every second word of x.
 * @param x int64 [count][2], at the word to write
 */
export function pack_3__i64(x: usize, row0: usize, row1: usize, row2: usize, count: i32): void {
  const end = row0 + count;
  while (row0 != end) {
    store<i64>(x, <i64>load<i8>(row0) + (<i64>load<i8>(row1) << 21) + (<i64>load<i8>(row2) << 42));
    row0++;
    row1++;
    row2++;
    x += 16;
  }
}
