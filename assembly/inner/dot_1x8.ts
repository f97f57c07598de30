// One row of activations x eight channels of weights, which are one 64-bit load.
//
// Without SIMD a term of eight channels is three multiplications of an activation with bytes of that load, whose sums S0 to S7 overlap:
//   a  bytes 0, 3, 6, masked:  S0 + S3 2^24 + S6 2^48
//   b  bytes 1, 4, 7, masked:  S1 + S4 2^24 + S7 2^48
//   c  bytes 2 to 7:           S2 + S3 2^8 + S4 2^16 + S5 2^24 + S6 2^32 + S7 2^40
// All are known modulo 2^64. S0, S3, S1 and S4 are whole fields of 24 bits, S6 and S7 lack their upper 8 bits. What is known, taken off c, leaves
// S2 + S5 2^24 and those 8 bits, 2^48 and 2^56 above: 192 bits are eight sums of 24. A mask gives unsigned bytes, so weights are
// stored with 128 added; the caller takes 128 * sum(x) off again. 256 products of magnitude 128 * 255 stay within 24 bits.
// With SIMD two terms of eight channels are one 128-bit load, and a 16-bit dot product sums each pair.

const MOST: i32 = 256;

/** The lowest field of 24 bits, sign-extended. */
// @ts-ignore: decorator
@inline
function field(fields: i64): i64 {
  return (fields << 40) >> 40;
}

// @ts-ignore: decorator
@inline
function add(sum: usize, value: i64): void {
  store<i32>(sum, load<i32>(sum) + <i32>value);
}

/** Adds eight sums from the three words. */
function spill(sums: usize, a: i64, b: i64, c: i64): void {
  const s0 = field(a), s1 = field(b);
  a = (a - s0) >> 24;
  b = (b - s1) >> 24;
  const s3 = field(a), s4 = field(b);
  const s6 = <i64><u16>((a - s3) >> 24), s7 = <i64><u16>((b - s4) >> 24); // their lower 16 bits
  c -= (s3 << 8) + (s4 << 16) + (s6 << 32) + (s7 << 40);
  const s2 = field(c);
  c = (c - s2) >> 24;
  const s5 = field(c);
  c = (c - s5) >> 24; // 8 bits of S6, 8 of S7
  add(sums, s0);
  add(sums + 4, s1);
  add(sums + 8, s2);
  add(sums + 12, s3);
  add(sums + 16, s4);
  add(sums + 20, s5);
  add(sums + 24, s6 + (<i64><i8>c << 16));
  add(sums + 28, s7 + ((<i64><i8>((c - <i64><i8>c) >> 8)) << 16));
}

/**
 * sums[c] += the dot product of one row of activations with channel c.
 * @param x int8 [depth]
 * @param w uint8 [depth][8]; with SIMD [depth / 2][8][2], and an odd last term as [8] (packC8 in src/lowering/packing.ts)
 * @param sums int32 [8]
 * @param mask bytes 0, 3 and 6: an argument, as the classic interpreter decodes a long constant wherever it stands
 */
// @ts-ignore: decorator
@inline
export function dot_1x8(x: usize, w: usize, depth: i32, sums: usize, mask: i64): void {
  if (ASC_FEATURE_SIMD) dot_1x8__v128(x, w, depth, sums);
  else dot_1x8__i64(x, w, depth, sums, mask);
}

function dot_1x8__i64(x: usize, w: usize, depth: i32, sums: usize, mask: i64): void {
  const end = x + depth;
  do {
    const stop = min(x + MOST, end);
    let a: i64 = 0, b: i64 = 0, c: i64 = 0;
    do {
      const v = <i64>load<i8>(x);
      const q = load<u64>(w);
      a += v * <i64>(q & mask);
      b += v * <i64>((q >> 8) & mask);
      c += v * <i64>(q >> 16);
      x++;
      w += 8;
    } while (x != stop);
    spill(sums, a, b, c);
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
