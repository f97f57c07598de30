// Blocks of a matrix product with three pixels to a 64-bit word, in 21-bit fields: inner/dot_6x4.ts says how. For interpreters, where a load costs as
// much as 2.5 additions and dozens of sums cost nothing to keep (wamr.md, section 3); a compiler would spill them. Every field begins with
// FIELD_START (abi/conv_2d_12.ts), so none is negative and none borrows from its neighbour; only the sums that are stored have to fit their fields, so lowering takes
// as many terms as the weights of a layer allow (CONV_2D_12_CHUNK).
/**
 * Two terms at a time, but for small blocks. W and P are types of as many bytes as there are words, and channels where terms come in pairs: what an offset
 * of a load is made of has to be known to asc, and a parameter's value is not. `start` is a parameter as 32 constants of eight bytes would be code.
 */
// @ts-ignore: decorator
@inline
function dot<W, P>(channels: i32, w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  let a0 = start, a1 = start, a2 = start, a3 = start, a4 = start, a5 = start, a6 = start, a7 = start; // pixels 0 to 2, channels 0 to 7
  let b0 = start, b1 = start, b2 = start, b3 = start, b4 = start, b5 = start, b6 = start, b7 = start; // pixels 3 to 5
  let c0 = start, c1 = start, c2 = start, c3 = start, c4 = start, c5 = start, c6 = start, c7 = start; // pixels 6 to 8
  let d0 = start, d1 = start, d2 = start, d3 = start, d4 = start, d5 = start, d6 = start, d7 = start; // pixels 9 to 11
  const end = w + depth * channels;
  do {
    const p = load<i64>(x), q = sizeof<W>() > 1 ? load<i64>(x, 8) : 0, r = sizeof<W>() > 2 ? load<i64>(x, 16) : 0, s = sizeof<W>() > 2 ? load<i64>(x, 24) : 0;
    const t = sizeof<P>() > 1 ? load<i64>(x, 8 * sizeof<W>()) : 0, u = sizeof<P>() > 1 ? load<i64>(x, 8 * sizeof<W>() + 8) : 0;
    const y = sizeof<P>() > 1 && sizeof<W>() > 2 ? load<i64>(x, 8 * sizeof<W>() + 16) : 0, z = sizeof<P>() > 1 && sizeof<W>() > 2 ? load<i64>(x, 8 * sizeof<W>() + 24) : 0;
    let v = <i64>load<i8>(w), n = sizeof<P>() > 1 ? <i64>load<i8>(w, sizeof<P>()) : 0;
    a0 = sizeof<P>() > 1 ? a0 + v * p + n * t : a0 + v * p;
    if (sizeof<W>() > 1) b0 = sizeof<P>() > 1 ? b0 + v * q + n * u : b0 + v * q;
    if (sizeof<W>() > 2) c0 = sizeof<P>() > 1 ? c0 + v * r + n * y : c0 + v * r;
    if (sizeof<W>() > 2) d0 = sizeof<P>() > 1 ? d0 + v * s + n * z : d0 + v * s;
    if (channels > 1) {
      v = <i64>load<i8>(w, 1);
      if (sizeof<P>() > 1) n = <i64>load<i8>(w, sizeof<P>() + 1);
      a1 = sizeof<P>() > 1 ? a1 + v * p + n * t : a1 + v * p;
      if (sizeof<W>() > 1) b1 = sizeof<P>() > 1 ? b1 + v * q + n * u : b1 + v * q;
      if (sizeof<W>() > 2) c1 = sizeof<P>() > 1 ? c1 + v * r + n * y : c1 + v * r;
      if (sizeof<W>() > 2) d1 = sizeof<P>() > 1 ? d1 + v * s + n * z : d1 + v * s;
    }
    if (channels > 2) {
      v = <i64>load<i8>(w, 2);
      if (sizeof<P>() > 1) n = <i64>load<i8>(w, sizeof<P>() + 2);
      a2 = sizeof<P>() > 1 ? a2 + v * p + n * t : a2 + v * p;
      if (sizeof<W>() > 1) b2 = sizeof<P>() > 1 ? b2 + v * q + n * u : b2 + v * q;
      if (sizeof<W>() > 2) c2 = sizeof<P>() > 1 ? c2 + v * r + n * y : c2 + v * r;
      if (sizeof<W>() > 2) d2 = sizeof<P>() > 1 ? d2 + v * s + n * z : d2 + v * s;
    }
    if (channels > 3) {
      v = <i64>load<i8>(w, 3);
      if (sizeof<P>() > 1) n = <i64>load<i8>(w, sizeof<P>() + 3);
      a3 = sizeof<P>() > 1 ? a3 + v * p + n * t : a3 + v * p;
      if (sizeof<W>() > 1) b3 = sizeof<P>() > 1 ? b3 + v * q + n * u : b3 + v * q;
      if (sizeof<W>() > 2) c3 = sizeof<P>() > 1 ? c3 + v * r + n * y : c3 + v * r;
      if (sizeof<W>() > 2) d3 = sizeof<P>() > 1 ? d3 + v * s + n * z : d3 + v * s;
    }
    if (channels > 4) {
      v = <i64>load<i8>(w, 4);
      if (sizeof<P>() > 1) n = <i64>load<i8>(w, sizeof<P>() + 4);
      a4 = sizeof<P>() > 1 ? a4 + v * p + n * t : a4 + v * p;
      if (sizeof<W>() > 1) b4 = sizeof<P>() > 1 ? b4 + v * q + n * u : b4 + v * q;
      if (sizeof<W>() > 2) c4 = sizeof<P>() > 1 ? c4 + v * r + n * y : c4 + v * r;
      if (sizeof<W>() > 2) d4 = sizeof<P>() > 1 ? d4 + v * s + n * z : d4 + v * s;
    }
    if (channels > 4) {
      v = <i64>load<i8>(w, 5);
      if (sizeof<P>() > 1) n = <i64>load<i8>(w, sizeof<P>() + 5);
      a5 = sizeof<P>() > 1 ? a5 + v * p + n * t : a5 + v * p;
      if (sizeof<W>() > 1) b5 = sizeof<P>() > 1 ? b5 + v * q + n * u : b5 + v * q;
      if (sizeof<W>() > 2) c5 = sizeof<P>() > 1 ? c5 + v * r + n * y : c5 + v * r;
      if (sizeof<W>() > 2) d5 = sizeof<P>() > 1 ? d5 + v * s + n * z : d5 + v * s;
    }
    if (channels > 4) {
      v = <i64>load<i8>(w, 6);
      if (sizeof<P>() > 1) n = <i64>load<i8>(w, sizeof<P>() + 6);
      a6 = sizeof<P>() > 1 ? a6 + v * p + n * t : a6 + v * p;
      if (sizeof<W>() > 1) b6 = sizeof<P>() > 1 ? b6 + v * q + n * u : b6 + v * q;
      if (sizeof<W>() > 2) c6 = sizeof<P>() > 1 ? c6 + v * r + n * y : c6 + v * r;
      if (sizeof<W>() > 2) d6 = sizeof<P>() > 1 ? d6 + v * s + n * z : d6 + v * s;
    }
    if (channels > 4) {
      v = <i64>load<i8>(w, 7);
      if (sizeof<P>() > 1) n = <i64>load<i8>(w, sizeof<P>() + 7);
      a7 = sizeof<P>() > 1 ? a7 + v * p + n * t : a7 + v * p;
      if (sizeof<W>() > 1) b7 = sizeof<P>() > 1 ? b7 + v * q + n * u : b7 + v * q;
      if (sizeof<W>() > 2) c7 = sizeof<P>() > 1 ? c7 + v * r + n * y : c7 + v * r;
      if (sizeof<W>() > 2) d7 = sizeof<P>() > 1 ? d7 + v * s + n * z : d7 + v * s;
    }
    w += sizeof<P>() > 1 ? 2 * channels : channels;
    x += sizeof<P>() > 1 ? 16 * sizeof<W>() : 8 * sizeof<W>();
  } while (w < end);
  keep<W>(fields, a0, b0, c0, d0);
  if (channels > 1) keep<W>(fields + 8 * sizeof<W>(), a1, b1, c1, d1);
  if (channels > 2) keep<W>(fields + 2 * 8 * sizeof<W>(), a2, b2, c2, d2);
  if (channels > 3) keep<W>(fields + 3 * 8 * sizeof<W>(), a3, b3, c3, d3);
  if (channels > 4) keep<W>(fields + 4 * 8 * sizeof<W>(), a4, b4, c4, d4);
  if (channels > 4) keep<W>(fields + 5 * 8 * sizeof<W>(), a5, b5, c5, d5);
  if (channels > 4) keep<W>(fields + 6 * 8 * sizeof<W>(), a6, b6, c6, d6);
  if (channels > 4) keep<W>(fields + 7 * 8 * sizeof<W>(), a7, b7, c7, d7);
}

/** The fields of one channel. */
// @ts-ignore: decorator
@inline
function keep<W>(fields: usize, a: i64, b: i64, c: i64, d: i64): void {
  store<i64>(fields, a);
  if (sizeof<W>() > 1) store<i64>(fields, b, 8);
  if (sizeof<W>() > 2) store<i64>(fields, c, 16);
  if (sizeof<W>() > 2) store<i64>(fields, d, 24);
}

/**
 * fields[c][word] = FIELD_START + the dot product of channel c and each of the word's three pixels.
 * @param w int8 [even depth][8]
 * @param x int64 [even depth][4]
 * @param start FIELD_START in each of three fields
 * @param fields int64 [8][4]
 */
export function dot_12x8__i64(w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  dot<u32, u64>(8, w, x, depth, start, fields);
}

export function dot_12x4__i64(w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  dot<u32, u32>(4, w, x, depth, start, fields);
}

export function dot_12x3__i64(w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  dot<u32, u8>(3, w, x, depth, start, fields);
}

export function dot_12x2__i64(w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  dot<u32, u8>(2, w, x, depth, start, fields);
}

export function dot_12x1__i64(w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  dot<u32, u8>(1, w, x, depth, start, fields);
}

export function dot_6x8__i64(w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  dot<u16, u64>(8, w, x, depth, start, fields);
}

export function dot_6x4__i64(w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  dot<u16, u32>(4, w, x, depth, start, fields);
}

export function dot_6x3__i64(w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  dot<u16, u8>(3, w, x, depth, start, fields);
}

export function dot_6x2__i64(w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  dot<u16, u8>(2, w, x, depth, start, fields);
}

export function dot_6x1__i64(w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  dot<u16, u8>(1, w, x, depth, start, fields);
}

export function dot_3x8__i64(w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  dot<u8, u8>(8, w, x, depth, start, fields);
}

export function dot_3x4__i64(w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  dot<u8, u8>(4, w, x, depth, start, fields);
}

export function dot_3x3__i64(w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  dot<u8, u8>(3, w, x, depth, start, fields);
}

export function dot_3x2__i64(w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  dot<u8, u8>(2, w, x, depth, start, fields);
}

export function dot_3x1__i64(w: usize, x: usize, depth: i32, start: i64, fields: usize): void {
  dot<u8, u8>(1, w, x, depth, start, fields);
}
