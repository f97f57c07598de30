// ABS, NEG and RSQRT of int16. Record: FUNCTION_INT16_* in abi/function_int16.ts.
// Dialect: reference. Source: TFLM micro/kernels/elementwise.cc, AbsEvalQuantized, RsqrtEvalQuantized. NEG is
// LiteRT's where both scales are one; where they differ LiteRT keeps the code, and this rescales.
import {
  FUNCTION_INT16_INPUT, FUNCTION_INT16_OUTPUT, FUNCTION_INT16_COUNT, FUNCTION_INT16_MULTIPLIER, FUNCTION_INT16_SHIFT, FUNCTION_INT16_SIZE, RSQRT_BITS,
} from "../abi/function_int16";
import { clamp, multiply_by_quantized_multiplier } from "../arithmetic/fixed_point";
import { headroom_pairs, inverse_sqrt } from "../arithmetic/inverse_sqrt";
import { CHUNK, chunk_of, within } from "../inner/within";

const ABS: i32 = 0;
const NEG: i32 = 1;
const RSQRT: i32 = 2;

/** x on the output's scale. */
// @ts-ignore: decorator
@inline
function rescaled(x: i32, multiplier: i32, shift: i32): i32 {
  return multiplier == 0 ? x : multiply_by_quantized_multiplier(x, multiplier, shift);
}

/** 1 / sqrt(x) on the output's scale; the largest code for 0 and, as it has no value there, below. */
// @ts-ignore: decorator
@inline
function reciprocal_root_of(x: i32, multiplier: i32, shift: i32): i32 {
  if (x <= 0) return i16.MAX_VALUE;
  let root = i32.MAX_VALUE, exponent = 0; // of 1
  if (x > 1) {
    const pairs = headroom_pairs(x);
    root = inverse_sqrt(x << (2 * pairs));
    exponent = pairs - 11;
    if (exponent > 0) {
      root <<= exponent;
      exponent = 0;
    }
  }
  return multiply_by_quantized_multiplier(multiply_by_quantized_multiplier(1, root, exponent + RSQRT_BITS), multiplier, shift);
}

// @ts-ignore: decorator
@inline
function each(record: usize, kind: i32): void {
  record = within(record, FUNCTION_INT16_SIZE);
  const multiplier = load<i32>(record, FUNCTION_INT16_MULTIPLIER), shift = load<i32>(record, FUNCTION_INT16_SHIFT);
  let x: usize = load<u32>(record, FUNCTION_INT16_INPUT);
  let out: usize = load<u32>(record, FUNCTION_INT16_OUTPUT);
  for (let left = load<i32>(record, FUNCTION_INT16_COUNT); left > 0; left -= CHUNK) {
    x = within(x, CHUNK << 1);
    out = within(out, CHUNK << 1);
    const end = x + (chunk_of(left) << 1);
    do {
      const value = <i32>load<i16>(x);
      const result = kind == RSQRT ? reciprocal_root_of(value, multiplier, shift) : rescaled(kind == NEG ? -value : abs<i32>(value), multiplier, shift);
      store<i16>(out, <i16>clamp(result, i16.MIN_VALUE, i16.MAX_VALUE));
      x += 2;
      out += 2;
    } while (x != end);
  }
}

export function abs_int16(record: usize): void {
  each(record, ABS);
}

export function rsqrt_int16(record: usize): void {
  each(record, RSQRT);
}

export function neg_int16(record: usize): void {
  each(record, NEG);
}
