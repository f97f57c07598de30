// Three terms of sixteen channels at a time, for interpreters: a word of activations x0 to x2 times a word of weights w0 to w2, B = 2^21, is
//   (x2 + x1 B + x0 B^2) (w0 + w1 B + w2 B^2) = ... + (x0 w0 + x1 w1 + x2 w2) B^2 + ...
// whose upper field is three terms of the dot product for one multiplication. The 64th bit belongs to B^3. The fields below are of no use, and
// no larger than the one that counts (lowering bounds both): HALVES keeps them from borrowing.

const HALVES: i64 = (1 << 20) + (<i64>1 << 41);

// @ts-ignore: decorator
@inline
function add(sum: usize, fields: i64): void {
  store<i32>(sum, load<i32>(sum) + <i32>(((fields + HALVES) << 1) >> 43));
}

/**
 * sums[c] += the dot product of activations with channel c.
 * @param x int64 [words], the first term in the highest field
 * @param w int64 [words][16], the first term in the lowest field
 * @param sums int32 [16]
 */
export function dot_3x16__i64(x: usize, w: usize, words: i32, sums: usize): void {
  let a: i64 = 0, b: i64 = 0, c: i64 = 0, d: i64 = 0, e: i64 = 0, f: i64 = 0, g: i64 = 0, h: i64 = 0, i: i64 = 0, j: i64 = 0, k: i64 = 0, l: i64 = 0, m: i64 = 0, n: i64 = 0, o: i64 = 0, p: i64 = 0;
  const end = x + (words << 3);
  do {
    const word = load<i64>(x);
    a += word * load<i64>(w);
    b += word * load<i64>(w, 8);
    c += word * load<i64>(w, 16);
    d += word * load<i64>(w, 24);
    e += word * load<i64>(w, 32);
    f += word * load<i64>(w, 40);
    g += word * load<i64>(w, 48);
    h += word * load<i64>(w, 56);
    i += word * load<i64>(w, 64);
    j += word * load<i64>(w, 72);
    k += word * load<i64>(w, 80);
    l += word * load<i64>(w, 88);
    m += word * load<i64>(w, 96);
    n += word * load<i64>(w, 104);
    o += word * load<i64>(w, 112);
    p += word * load<i64>(w, 120);
    x += 8;
    w += 128;
  } while (x != end);
  add(sums, a);
  add(sums + 4, b);
  add(sums + 8, c);
  add(sums + 12, d);
  add(sums + 16, e);
  add(sums + 20, f);
  add(sums + 24, g);
  add(sums + 28, h);
  add(sums + 32, i);
  add(sums + 36, j);
  add(sums + 40, k);
  add(sums + 44, l);
  add(sums + 48, m);
  add(sums + 52, n);
  add(sums + 56, o);
  add(sums + 60, p);
}

/** Packs a row, int8 [depth], to int64 [ceil(depth / 3)], the first term of a word in the highest field; missing terms are 0. */
export function pack_row_3__i64(x: usize, depth: i32, to: usize): void {
  for (; depth > 2; depth -= 3, x += 3, to += 8) store<i64>(to, <i64>load<i8>(x, 2) + ((<i64>load<i8>(x, 1) + (<i64>load<i8>(x) << 21)) << 21));
  if (depth > 0) store<i64>(to, ((depth > 1 ? <i64>load<i8>(x, 1) : 0) + (<i64>load<i8>(x) << 21)) << 21);
}
