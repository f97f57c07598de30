// From 21-bit fields to int8 outputs, with bias, rounding and zero point in one addend (arithmetic/folded.ts).
import { rescale_folded, rescale_folded_signed } from "../arithmetic/folded";
import { clamp, sign_of } from "../arithmetic/fixed_point";
import { CONV_2D_12_FOLDED, FOLDED_BIAS, FOLDED_DOWN, FOLDED_MULTIPLIER } from "../abi/conv_2d_12";

const MASK = (1 << 21) - 1;

/** `signed` is known at compile time: whether outputs may lie below the zero point. */
// @ts-ignore: decorator
@inline
function output(signed: bool, sum: i64, bias: i64, multiplier: i64, addend: i64, sign: i64, down: i64, low: i32, high: i32): i32 {
  return clamp(signed ? rescale_folded_signed(sum, bias, multiplier, addend, sign, down) : rescale_folded(sum, multiplier, addend, down), low, high);
}

/** Few branches: each costs the classic interpreter a look-up. */
// @ts-ignore: decorator
@inline
function store_words(signed: bool, fields: usize, words: i32, pixels: i32, channels: i32, folded: usize, out: usize, out_stride: i32, low: i32, high: i32): void {
  const full = pixels / 3 << 3, left = pixels % 3, second = left > 1 ? out_stride : 0;
  const stop = out + channels;
  do {
    const addend = load<i64>(folded), multiplier = <i64>load<i32>(folded, FOLDED_MULTIPLIER), down = <i64>load<i32>(folded, FOLDED_DOWN);
    const bias = signed ? <i64>load<i32>(folded, FOLDED_BIAS) : 0, sign = signed ? sign_of(down - 31) : 0;
    let o = out, word = fields;
    if (full) {
      const end = fields + full;
      do {
        const f = load<i64>(word);
        store<i8>(o, output(signed, f & MASK, bias, multiplier, addend, sign, down, low, high));
        o += out_stride;
        store<i8>(o, output(signed, (f >> 21) & MASK, bias, multiplier, addend, sign, down, low, high));
        o += out_stride;
        store<i8>(o, output(signed, f >> 42, bias, multiplier, addend, sign, down, low, high));
        o += out_stride;
        word += 8;
      } while (word != end);
    }
    if (left) {
      const f = load<i64>(word);
      store<i8>(o + second, output(signed, (f >> 21) & MASK, bias, multiplier, addend, sign, down, low, high)); // overwritten where there is one pixel
      store<i8>(o, output(signed, f & MASK, bias, multiplier, addend, sign, down, low, high));
    }
    fields += words << 3;
    folded += CONV_2D_12_FOLDED;
  } while (++out != stop);
}

/**
 * Stores a tile whose outputs are not below the output's zero point.
 * @param fields int64 [channels][words], three pixels to a word
 * @param folded {int64 addend, int32 multiplier, int32 shift, int32 bias} [channels]
 * @param out int8, pixel p of channel c at out + p * out_stride + c
 */
export function store_fields(fields: usize, words: i32, pixels: i32, channels: i32, folded: usize, out: usize, out_stride: i32, low: i32, high: i32): void {
  store_words(false, fields, words, pixels, channels, folded, out, out_stride, low, high);
}

/** Stores any tile. */
export function store_fields_signed(fields: usize, words: i32, pixels: i32, channels: i32, folded: usize, out: usize, out_stride: i32, low: i32, high: i32): void {
  store_words(true, fields, words, pixels, channels, folded, out, out_stride, low, high);
}

/** sums[i] = the fields of all words one after the other, or that added to what is there. */
export function spill_fields(fields: usize, words: i32, sums: usize, first: bool): void {
  for (const end = fields + (words << 3); fields != end; fields += 8, sums += 12) {
    const f = load<i64>(fields);
    let f0 = <i32>f & MASK, f1 = <i32>(f >> 21) & MASK, f2 = <i32>(f >> 42);
    if (!first) {
      f0 += load<i32>(sums);
      f1 += load<i32>(sums, 4);
      f2 += load<i32>(sums, 8);
    }
    store<i32>(sums, f0);
    store<i32>(sums, f1, 4);
    store<i32>(sums, f2, 8);
  }
}

/** Stores any tile from sums. @param sums int32 [channels][row], row >= pixels */
export function store_sums(sums: usize, row: i32, pixels: i32, channels: i32, folded: usize, out: usize, out_stride: i32, low: i32, high: i32): void {
  for (const stop = out + channels; out != stop; out++) {
    const addend = load<i64>(folded), multiplier = <i64>load<i32>(folded, FOLDED_MULTIPLIER), down = <i64>load<i32>(folded, FOLDED_DOWN);
    const bias = <i64>load<i32>(folded, FOLDED_BIAS), sign = sign_of(down - 31);
    let o = out, s = sums;
    for (const end = sums + (pixels << 2); s != end; s += 4) {
      store<i8>(o, output(true, load<i32>(s), bias, multiplier, addend, sign, down, low, high));
      o += out_stride;
    }
    sums += row << 2;
    folded += CONV_2D_12_FOLDED;
  }
}
