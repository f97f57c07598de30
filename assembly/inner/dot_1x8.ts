// One row of activations x eight channels of weights, which are one 64-bit load.
//
// Without SIMD a mask leaves two of them, 32 bits apart, and one multiply by an activation is two products (wamr.md, section 3:
// g8). A mask gives unsigned bytes, so weights are stored with 128 added; the caller takes 128 * sum(x) off again. A field sums
// 65,536 products of magnitude 128 * 255 before it would run into its neighbour.
// With SIMD two terms of eight channels are one 128-bit load, and a 16-bit dot product sums each pair.

const PAIR: i64 = 0x000000ff000000ff;
const MOST: i32 = 65536;

/** Adds the two fields to sums[0] and sums[4]. */
// @ts-ignore: decorator
@inline
function spill(sums: usize, fields: i64): void {
  const low = <i32>fields;
  store<i32>(sums, load<i32>(sums) + low);
  store<i32>(sums, load<i32>(sums, 16) + <i32>((fields - <i64>low) >> 32), 16);
}

/**
 * sums[c] += the dot product of one row of activations with channel c.
 * @param x int8 [depth]
 * @param w uint8 [depth][8]; with SIMD [depth / 2][8][2], and an odd last term as [8] (packC8 in src/lowering/packing.ts)
 * @param sums int32 [8]
 */
// @ts-ignore: decorator
@inline
export function dot_1x8(x: usize, w: usize, depth: i32, sums: usize): void {
  if (ASC_FEATURE_SIMD) dot_1x8__v128(x, w, depth, sums);
  else dot_1x8__i64(x, w, depth, sums);
}

function dot_1x8__i64(x: usize, w: usize, depth: i32, sums: usize): void {
  const end = x + depth;
  do {
    const stop = min(x + MOST, end);
    let a0: i64 = 0, a1: i64 = 0, a2: i64 = 0, a3: i64 = 0; // channels 0 and 4, 1 and 5, 2 and 6, 3 and 7
    do {
      const v = <i64>load<i8>(x);
      const q = load<i64>(w);
      a0 += v * (q & PAIR);
      a1 += v * ((q >> 8) & PAIR);
      a2 += v * ((q >> 16) & PAIR);
      a3 += v * ((q >> 24) & PAIR);
      x++;
      w += 8;
    } while (x != stop);
    spill(sums, a0);
    spill(sums + 4, a1);
    spill(sums + 8, a2);
    spill(sums + 12, a3);
  } while (x != end);
}

function dot_1x8__v128(x: usize, w: usize, depth: i32, sums: usize): void {
  let low = v128.load(sums), high = v128.load(sums, 16); // channels 0 to 3, 4 to 7
  for (const end = x + (depth & ~1); x != end; x += 2, w += 16) {
    const terms = i32x4.splat((<i32>load<i8>(x) & 0xffff) | (<i32>load<i8>(x, 1) << 16)), weights = v128.load(w);
    low = i32x4.add(low, i32x4.dot_i16x8_s(terms, i16x8.extend_low_i8x16_u(weights)));
    high = i32x4.add(high, i32x4.dot_i16x8_s(terms, i16x8.extend_high_i8x16_u(weights)));
  }
  if (depth & 1) {
    const products = i16x8.mul(i16x8.splat(load<i8>(x)), v128.load8x8_u(w)); // at most 128 * 255 = 32,640: a signed lane holds it
    low = i32x4.add(low, i32x4.extend_low_i16x8_s(products));
    high = i32x4.add(high, i32x4.extend_high_i16x8_s(products));
  }
  v128.store(sums, low);
  v128.store(sums, high, 16);
}
