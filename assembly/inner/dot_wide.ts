// Dot products with tiles of four channels (abi/wide_tile.ts) into 64-bit sums. A product of int16 and int8 has 23 bits, so CHUNK of them are added up in
// 32 bits before they go to the sums.
import { CHUNK, chunk_of, within } from "./within";

/**
 * sums[c] += the dot product of one row of activations, `zero` taken off, with four channels of weights.
 * @param x T [depth]: int8 or int16
 * @param w int8 [depth][4]
 * @param zero 0 for int16
 * @param sums int64 [4]
 */
// @ts-ignore: decorator
@inline
export function dot_1x4_wide<T>(x: usize, w: usize, depth: i32, zero: i32, sums: usize): void {
  for (let left = depth; left > 0; left -= CHUNK) {
    x = within(x, CHUNK * sizeof<T>());
    w = within(w, CHUNK << 2);
    let a0 = 0, a1 = 0, a2 = 0, a3 = 0;
    const end = w + (chunk_of(left) << 2);
    do {
      const v = sizeof<T>() == 1 ? <i32>load<T>(x) - zero : <i32>load<T>(x);
      a0 += v * load<i8>(w);
      a1 += v * load<i8>(w, 1);
      a2 += v * load<i8>(w, 2);
      a3 += v * load<i8>(w, 3);
      x += sizeof<T>();
      w += 4;
    } while (w != end);
    add_4(sums, a0, a1, a2, a3);
  }
}

/**
 * The same for two rows of int16: each weight is loaded once.
 * @param sums int64 [2][4]
 */
export function dot_2x4_wide(x: usize, y: usize, w: usize, depth: i32, sums: usize): void {
  for (let left = depth; left > 0; left -= CHUNK) {
    x = within(x, CHUNK << 1);
    y = within(y, CHUNK << 1);
    w = within(w, CHUNK << 2);
    let a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;
    const end = w + (chunk_of(left) << 2);
    do {
      const u = <i32>load<i16>(x), v = <i32>load<i16>(y);
      let p = <i32>load<i8>(w);
      a0 += u * p;
      b0 += v * p;
      p = load<i8>(w, 1);
      a1 += u * p;
      b1 += v * p;
      p = load<i8>(w, 2);
      a2 += u * p;
      b2 += v * p;
      p = load<i8>(w, 3);
      a3 += u * p;
      b3 += v * p;
      x += 2;
      y += 2;
      w += 4;
    } while (w != end);
    add_4(sums, a0, a1, a2, a3);
    add_4(sums + 32, b0, b1, b2, b3);
  }
}

/** Adds four 32-bit sums to four of 64 bits. */
// @ts-ignore: decorator
@inline
export function add_4(sums: usize, a0: i32, a1: i32, a2: i32, a3: i32): void {
  sums = within(sums, 32);
  store<i64>(sums, load<i64>(sums) + a0);
  store<i64>(sums, load<i64>(sums, 8) + a1, 8);
  store<i64>(sums, load<i64>(sums, 16) + a2, 16);
  store<i64>(sums, load<i64>(sums, 24) + a3, 24);
}

/** Sets four 64-bit sums. */
// @ts-ignore: decorator
@inline
export function set_4(sums: usize, value: i64): void {
  sums = within(sums, 32);
  store<i64>(sums, value);
  store<i64>(sums, value, 8);
  store<i64>(sums, value, 16);
  store<i64>(sums, value, 24);
}
