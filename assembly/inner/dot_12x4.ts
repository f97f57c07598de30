// Twelve pixels x four channels of a matrix product, four 64-bit words of three pixels each: inner/dot_6x4.ts with twice the pixels to
// a load of weights. For interpreters, where a load costs as much as 2.5 additions and sixteen sums cost nothing to keep
// (wamr.md, section 3: 23.0 instructions per MAC on a Cortex-M4, against 28.1 for 6x4); a compiler would spill them.
import { rescale_i64, rounding_of, sign_of, down_of, clamp } from "../arithmetic/fixed_point";
import { low, spill } from "./dot_6x4";

/** Requantizes the three fields of a word and stores them. */
// @ts-ignore: decorator
@inline
function store_3(fields: i64, bias: i64, multiplier: i64, rounding: i64, sign: i64, down: i64, out: usize, out_stride: i32, offset: i32, low_bound: i32, high_bound: i32): void {
  const f0 = low(fields);
  fields = (fields - f0) >> 21;
  const f1 = low(fields);
  store<i8>(out, clamp(rescale_i64(f0 + bias, multiplier, rounding, sign, down) + offset, low_bound, high_bound));
  out += out_stride;
  store<i8>(out, clamp(rescale_i64(f1 + bias, multiplier, rounding, sign, down) + offset, low_bound, high_bound));
  store<i8>(out + out_stride, clamp(rescale_i64(((fields - f1) >> 21) + bias, multiplier, rounding, sign, down) + offset, low_bound, high_bound));
}

/** One channel of twelve pixels. `bias`, `pair`: addresses of its bias and its {multiplier, shift}; the shift is not to the left. */
function store_12(a: i64, b: i64, c: i64, d: i64, bias: usize, pair: usize, out: usize, out_stride: i32, offset: i32, low_bound: i32, high_bound: i32): void {
  const b64 = <i64>load<i32>(bias), multiplier = <i64>load<i32>(pair), right = <i64>-load<i32>(pair, 4);
  const rounding = rounding_of(right), sign = sign_of(right), down = down_of(right), next = 3 * out_stride;
  store_3(a, b64, multiplier, rounding, sign, down, out, out_stride, offset, low_bound, high_bound);
  out += next;
  store_3(b, b64, multiplier, rounding, sign, down, out, out_stride, offset, low_bound, high_bound);
  out += next;
  store_3(c, b64, multiplier, rounding, sign, down, out, out_stride, offset, low_bound, high_bound);
  store_3(d, b64, multiplier, rounding, sign, down, out + next, out_stride, offset, low_bound, high_bound);
}

/** Both forms below: `direct` is known at compile time, and what the other form takes is 0. */
// @ts-ignore: decorator
@inline
function twelve(
  direct: bool, w: usize, x: usize, depth: i32, most: i32, sums: usize, tile: usize, multipliers: usize, multiplier_stride: i32, channels: i32,
  out: usize, out_stride: i32, offset: i32, low_bound: i32, high_bound: i32,
): void {
  const end = w + (depth << 2);
  let add = false;
  do {
    const stop = direct ? end : min(w + (most << 2), end); // what is stored at once is summed in one go
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
    if (direct) {
      store_12(a0, b0, c0, d0, tile, multipliers, out, out_stride, offset, low_bound, high_bound);
      if (channels > 1) store_12(a1, b1, c1, d1, tile + 4, multipliers + multiplier_stride, out + 1, out_stride, offset, low_bound, high_bound);
      if (channels > 2) store_12(a2, b2, c2, d2, tile + 8, multipliers + (multiplier_stride << 1), out + 2, out_stride, offset, low_bound, high_bound);
      if (channels > 3) store_12(a3, b3, c3, d3, tile + 12, multipliers + 3 * multiplier_stride, out + 3, out_stride, offset, low_bound, high_bound);
      return;
    }
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

/**
 * sums[c][p] = the dot product of channel c and pixel p.
 * @param w int8 [depth][4]
 * @param x int64 [depth][4], three pixels to a word
 * @param sums int32 [4][12]
 * @param most terms before a spill
 */
export function dot_12x4__i64(w: usize, x: usize, depth: i32, most: i32, sums: usize): void {
  twelve(false, w, x, depth, most, sums, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

/**
 * A whole tile of twelve pixels, from packed activations to stored outputs, without a detour over sums in memory.
 * Assumes what lowering states in CONV_2D_DIRECT: one spill, no shift to the left, sums with bias that stay within 32 bits.
 * @param tile biases int32 [4]; `multipliers` and `w` as in dot_12x4__i64 and store_tile
 * @param channels of the tile that exist
 * @param out int8, pixel p at out + p * out_stride
 */
export function tile_12x4__i64(
  w: usize, x: usize, depth: i32, tile: usize, multipliers: usize, multiplier_stride: i32, channels: i32,
  out: usize, out_stride: i32, offset: i32, low_bound: i32, high_bound: i32,
): void {
  twelve(true, w, x, depth, 0, 0, tile, multipliers, multiplier_stride, channels, out, out_stride, offset, low_bound, high_bound);
}
