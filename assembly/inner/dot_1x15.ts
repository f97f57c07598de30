// One row of activations x fifteen channels of int4 weights, which are one 64-bit load.
//
// A mask takes three nibbles, 20 bits apart, out of the load: a word of three weights, so that one multiplication by an activation is three products.
// Five shifts by a nibble give all fifteen. Weights are stored with 8 added, as a mask leaves unsigned nibbles; the caller takes 8 * sum(x) off again.
// Fields are of 20, 20 and 24 bits: 273 products of magnitude 128 * 15 stay below 2^19.

const MOST: i32 = 273;

/** Adds the three fields to sums[0], sums[1], sums[2]. */
function spill(sums: usize, fields: i64): void {
  const f0 = (fields << 44) >> 44;
  fields = (fields - f0) >> 20;
  const f1 = (fields << 44) >> 44;
  store<i32>(sums, load<i32>(sums) + <i32>f0);
  store<i32>(sums, load<i32>(sums, 4) + <i32>f1, 4);
  store<i32>(sums, load<i32>(sums, 8) + <i32>((fields - f1) >> 20), 8);
}

/**
 * sums[c] += the dot product of one row of activations with channel c.
 * @param x int8 [depth]
 * @param w uint64 [depth], channel c the nibble at bit 20 * (c % 3) + 4 * floor(c / 3)
 * @param sums int32 [15]
 * @param mask nibbles at bits 0, 20 and 40: an argument, as the classic interpreter decodes a long constant wherever it stands
 */
export function dot_1x15__i64(x: usize, w: usize, depth: i32, sums: usize, mask: i64): void {
  const end = x + depth;
  do {
    const stop = min(x + MOST, end);
    let a: i64 = 0, b: i64 = 0, c: i64 = 0, d: i64 = 0, e: i64 = 0;
    do {
      const v = <i64>load<i8>(x), q = load<i64>(w);
      a += v * (q & mask);
      b += v * ((q >> 4) & mask);
      c += v * ((q >> 8) & mask);
      d += v * ((q >> 12) & mask);
      e += v * ((q >> 16) & mask);
      x++;
      w += 8;
    } while (x != stop);
    spill(sums, a);
    spill(sums + 12, b);
    spill(sums + 24, c);
    spill(sums + 36, d);
    spill(sums + 48, e);
  } while (x != end);
}
