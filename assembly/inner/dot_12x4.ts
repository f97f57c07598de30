// Twelve pixels x four channels of a matrix product, four 64-bit words of three pixels each: inner/dot_6x4.ts with twice the pixels to
// a load of weights. For interpreters, where a load costs as much as 2.5 additions and sixteen sums cost nothing to keep
// (wamr.md, section 3: 23.0 instructions per MAC on a Cortex-M4, against 28.1 for 6x4); a compiler would spill them.
import { spill } from "./dot_6x4";

/**
 * sums[c][p] = the dot product of channel c and pixel p.
 * @param w int8 [depth][4]
 * @param x int64 [depth][4], three pixels to a word
 * @param sums int32 [4][12]
 * @param most terms before a spill
 */
export function dot_12x4__i64(w: usize, x: usize, depth: i32, most: i32, sums: usize): void {
  const end = w + (depth << 2);
  let add = false;
  do {
    const stop = min(w + (most << 2), end);
    let a0: i64 = 0, a1: i64 = 0, a2: i64 = 0, a3: i64 = 0; // pixels 0 to 2, channels 0 to 3
    let b0: i64 = 0, b1: i64 = 0, b2: i64 = 0, b3: i64 = 0; // pixels 3 to 5, channels 0 to 3
    let c0: i64 = 0, c1: i64 = 0, c2: i64 = 0, c3: i64 = 0; // pixels 6 to 8, channels 0 to 3
    let d0: i64 = 0, d1: i64 = 0, d2: i64 = 0, d3: i64 = 0; // pixels 9 to 11, channels 0 to 3
    do {
      const p = load<i64>(x), q = load<i64>(x, 8), r = load<i64>(x, 16), s = load<i64>(x, 24);
      let v = <i64>load<i8>(w);
      a0 += v * p;
      b0 += v * q;
      c0 += v * r;
      d0 += v * s;
      v = <i64>load<i8>(w, 1);
      a1 += v * p;
      b1 += v * q;
      c1 += v * r;
      d1 += v * s;
      v = <i64>load<i8>(w, 2);
      a2 += v * p;
      b2 += v * q;
      c2 += v * r;
      d2 += v * s;
      v = <i64>load<i8>(w, 3);
      a3 += v * p;
      b3 += v * q;
      c3 += v * r;
      d3 += v * s;
      w += 4;
      x += 32;
    } while (w != stop);
    spill(sums + 0, a0, add);
    spill(sums + 12, b0, add);
    spill(sums + 24, c0, add);
    spill(sums + 36, d0, add);
    spill(sums + 48, a1, add);
    spill(sums + 60, b1, add);
    spill(sums + 72, c1, add);
    spill(sums + 84, d1, add);
    spill(sums + 96, a2, add);
    spill(sums + 108, b2, add);
    spill(sums + 120, c2, add);
    spill(sums + 132, d2, add);
    spill(sums + 144, a3, add);
    spill(sums + 156, b3, add);
    spill(sums + 168, c3, add);
    spill(sums + 180, d3, add);
    add = true;
  } while (w != end);
}
