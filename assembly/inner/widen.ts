// Bytes to unsigned 16-bit numbers, four at a time: a quad becomes two words, terms 0 and 2, terms 1 and 3 (two UXTB16 on a Cortex-M).
import { even_bytes, odd_bytes } from "../arithmetic/halves";
import { within } from "./within";

const CHUNK: u32 = 64; // quads behind one clamped address
const EVEN = 0x00ff00ff;

/**
 * Weights of a slice, which have 128 added already. `to` may begin in front of `from` and end with it or behind it: nothing is overwritten before it is read.
 * @param from uint8 [count][4]
 * @param to uint16 [count][4]
 */
export function widen_weights(from: usize, to: usize, count: i32): void {
  for (; count > 0; count -= CHUNK, from += CHUNK << 2, to += CHUNK << 3) {
    const quads = min<u32>(count, CHUNK), p = within(from, 256), q = within(to, 512);
    let i: u32 = 0;
    do {
      const bytes = load<i32>(p + (i << 2));
      store<u64>(q + (i << 3), <u64><u32>even_bytes(bytes, EVEN) | (<u64><u32>odd_bytes(bytes, EVEN) << 32));
    } while (++i < quads);
  }
}

/**
 * One pixel's activations with 128 added. Returns their sum, missing terms of the last quad included.
 * @param from int8 [count]
 * @param to uint16 [ceil(count / 4)][4], each quad 16 bytes behind the one before: two pixels lie interleaved
 */
export function widen_pixel(from: usize, to: usize, count: i32): i32 {
  let sum = count & 3 ? widen_rest(from + (count & ~3), to + ((count & ~3) << 2), count & 3) : 0;
  for (let left = count >> 2; left > 0; left -= CHUNK, from += CHUNK << 2, to += CHUNK << 4) {
    const quads = min<u32>(left, CHUNK), p = within(from, 256), q = within(to, 1024);
    let i: u32 = 0, pair: u32 = 0; // two sums of 16 bits: 64 times two bytes each
    do {
      const bytes = load<i32>(p + (i << 2)) ^ 0x80808080, even = <u32>even_bytes(bytes, EVEN), odd = <u32>odd_bytes(bytes, EVEN);
      store<u64>(q + (i << 4), <u64>even | (<u64>odd << 32));
      pair += even + odd;
    } while (++i < quads);
    sum += (pair & 0xffff) + (pair >>> 16);
  }
  return sum;
}

/** The last quad, of one to three terms; the others are read as 0. */
function widen_rest(from: usize, to: usize, count: i32): i32 {
  let bytes = 0;
  for (let i = count - 1; i >= 0; i--) bytes = (bytes << 8) | <i32>load<u8>(from + i);
  bytes ^= 0x80808080;
  const even = <u32>even_bytes(bytes, EVEN), odd = <u32>odd_bytes(bytes, EVEN), pair = even + odd;
  store<u64>(to, <u64>even | (<u64>odd << 32));
  return (pair & 0xffff) + (pair >>> 16);
}

/**
 * One pixel's activations as they are, for `dot_2_pixels_bytes`. Missing terms of the last quad keep what was there: their weights are 0.
 * @param from int8 [count]
 * @param to int8 [ceil(count / 4)][4], each quad 8 bytes behind the one before: two pixels lie interleaved
 */
export function interleave_pixel(from: usize, to: usize, count: i32): void {
  const rest = count & 3, whole = count - rest;
  for (let i = 0; i < rest; i++) store<i8>(to + (whole << 1) + i, load<i8>(from + whole + i));
  for (let left = count >> 2; left > 0; left -= CHUNK, from += CHUNK << 2, to += CHUNK << 3) {
    const quads = min<u32>(left, CHUNK), p = within(from, 256), q = within(to, 512);
    let i: u32 = 0;
    do {
      store<i32>(q + (i << 3), load<i32>(p + (i << 2)));
    } while (++i < quads);
  }
}
