// Six pixels x four channels of a matrix product, two 64-bit words of three pixels each.
//
// A word holds three int8 activations in 21-bit fields, x0 + x1 * 2^21 + x2 * 2^42, so that one 64-bit multiply by a weight
// is three products (wamr.md, section 3: s24). A field sums up to 64 products of magnitude 128 * 127, or 63 of 128 * 128,
// before it would run into its neighbour; then the sums are spilled to int32.

/** The lowest field, sign-extended. */
// @ts-ignore: decorator
@inline
export function low(fields: i64): i64 {
  return (fields << 43) >> 43;
}

/** Puts the three fields into sums[0], sums[1], sums[2], or adds them to what is there. */
// @ts-ignore: decorator
@inline
export function spill(sums: usize, fields: i64, add: bool): void {
  const f0 = low(fields);
  fields = (fields - f0) >> 21;
  const f1 = low(fields);
  const f2 = (fields - f1) >> 21;
  store<i32>(sums, <i32>f0 + (add ? load<i32>(sums) : 0));
  store<i32>(sums, <i32>f1 + (add ? load<i32>(sums, 4) : 0), 4);
  store<i32>(sums, <i32>f2 + (add ? load<i32>(sums, 8) : 0), 8);
}

/** Spills four channels of six pixels. `add` is known at compile time. */
// @ts-ignore: decorator
@inline
function spill_tile(sums: usize, a0: i64, a1: i64, a2: i64, a3: i64, b0: i64, b1: i64, b2: i64, b3: i64, add: bool): void {
  spill(sums, a0, add);
  spill(sums + 12, b0, add);
  spill(sums + 24, a1, add);
  spill(sums + 36, b1, add);
  spill(sums + 48, a2, add);
  spill(sums + 60, b2, add);
  spill(sums + 72, a3, add);
  spill(sums + 84, b3, add);
}

/** `int4` is known at compile time. */
// @ts-ignore: decorator
@inline
function dot_6x4(int4: bool, w: usize, x: usize, step: i32, depth: i32, most: i32, sums: usize): void {
  const log_bytes = int4 ? 1 : 2; // of a term's four weights
  const end = w + (depth << log_bytes);
  let first = true;
  do {
    const stop = min(w + (most << log_bytes), end);
    let a0: i64 = 0, a1: i64 = 0, a2: i64 = 0, a3: i64 = 0; // pixels 0 to 2, channels 0 to 3
    let b0: i64 = 0, b1: i64 = 0, b2: i64 = 0, b3: i64 = 0; // pixels 3 to 5
    do {
      const p = load<i64>(x), q = load<i64>(x, 8), four = int4 ? <i64>load<u16>(w) : 0;
      let v = int4 ? (four << 60) >> 60 : <i64>load<i8>(w);
      a0 += v * p;
      b0 += v * q;
      v = int4 ? (four << 56) >> 60 : <i64>load<i8>(w, 1);
      a1 += v * p;
      b1 += v * q;
      v = int4 ? (four << 52) >> 60 : <i64>load<i8>(w, 2);
      a2 += v * p;
      b2 += v * q;
      v = int4 ? (four << 48) >> 60 : <i64>load<i8>(w, 3);
      a3 += v * p;
      b3 += v * q;
      w += 1 << log_bytes;
      x += step;
    } while (w != stop);
    if (first) spill_tile(sums, a0, a1, a2, a3, b0, b1, b2, b3, false);
    else spill_tile(sums, a0, a1, a2, a3, b0, b1, b2, b3, true);
    first = false;
  } while (w != end);
}

/**
 * sums[c][p] = the dot product of channel c and pixel p.
 * @param w int8 [depth][4]
 * @param x two int64 for every term, three pixels to a word, `step` bytes from one term's to the next's
 * @param sums int32 [4][6]
 * @param most terms before a spill
 */
export function dot_6x4__i64(w: usize, x: usize, step: i32, depth: i32, most: i32, sums: usize): void {
  dot_6x4(false, w, x, step, depth, most, sums);
}

/** The same for weights int4 [depth][4], the first channel in the lowest nibble of 16 bits. */
export function dot_6x4_int4__i64(w: usize, x: usize, step: i32, depth: i32, most: i32, sums: usize): void {
  dot_6x4(true, w, x, step, depth, most, sums);
}

/** Activations of magnitude 128 that a 21-bit field can sum. */
const MOST_ACTIVATIONS = 8191;

/**
 * totals[p] = factor * the sum of pixel p's activations.
 * @param x as for a dot product
 * @param totals int32 [6]
 */
export function sum_6__i64(x: usize, step: i32, depth: i32, factor: i32, totals: usize): void {
  memory.fill(totals, 0, 24);
  for (; depth > 0; depth -= MOST_ACTIVATIONS) {
    let a: i64 = 0, b: i64 = 0;
    for (const end = x + min(depth, MOST_ACTIVATIONS) * step; x != end; x += step) {
      a += load<i64>(x);
      b += load<i64>(x, 8);
    }
    spill(totals, a, true);
    spill(totals + 12, b, true);
  }
  for (const end = totals + 24; totals != end; totals += 4) store<i32>(totals, load<i32>(totals) * factor);
}

/** Adds int32 row[p] to sums[c][p] for all four channels. */
export function add_row__i32(sums: usize, row: usize): void {
  for (let c = 0; c < 4; c++, row -= 24)
    for (const end = row + 24; row != end; row += 4, sums += 4) store<i32>(sums, load<i32>(sums) + load<i32>(row));
}

/**
 * Packs `count` bytes of three rows into every word of x that is `step` bytes behind the one before.
 * @param x int64 [count][step / 8], at the word to write
 */
export function pack_3__i64(x: usize, row0: usize, row1: usize, row2: usize, count: i32, step: i32): void {
  if (count & 1) {
    store<i64>(x, two(row0++, row1++) + (<i64>load<i8>(row2++) << 42));
    x += step;
  }
  let pairs = count >> 1;
  if (pairs == 0) return;
  do {
    store<i64>(x, two(row0, row1) + (<i64>load<i8>(row2) << 42));
    x += step;
    store<i64>(x, two(row0 + 1, row1 + 1) + (<i64>load<i8>(row2 + 1) << 42));
    x += step;
    row0 += 2;
    row1 += 2;
    row2 += 2;
  } while (--pairs);
}

/** `pack_3__i64` of two rows: where there is no third, the upper field is of no use. */
export function pack_2__i64(x: usize, row0: usize, row1: usize, count: i32, step: i32): void {
  do {
    store<i64>(x, two(row0++, row1++));
    x += step;
  } while (--count);
}

// @ts-ignore: decorator
@inline
function two(x0: usize, x1: usize): i64 {
  return <i64>load<i8>(x0) + (<i64>load<i8>(x1) << 21);
}
