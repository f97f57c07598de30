// Functions of one float32: the RELU family (`clip_float32`), LEAKY_RELU, HARD_SWISH, ELU, LOGISTIC, TANH. Record: UNARY_FLOAT32_* in abi/unary_float32.ts.
// Dialect: reference, but for the last bits of exp, expm1 and tanh (arithmetic/float_functions.ts).
// Source: TFLM micro/kernels/activations_common.cc, reference/leaky_relu.h, hard_swish.h, elu.h, logistic.h, tanh.h.
import { UNARY_FLOAT32_INPUT, UNARY_FLOAT32_OUTPUT, UNARY_FLOAT32_COUNT, UNARY_FLOAT32_LOW, UNARY_FLOAT32_HIGH, UNARY_FLOAT32_SIZE } from "../abi/unary_float32";
import { expm1_f32, logistic_f32, tanh_f32 } from "../arithmetic/float_functions";
import { CHUNK, chunk_of, within } from "../inner/within";

const CLIP: i32 = 0;
const LEAKY_RELU: i32 = 1;
const HARD_SWISH: i32 = 2;
const ELU: i32 = 3;
const LOGISTIC: i32 = 4;
const TANH: i32 = 5;

// @ts-ignore: decorator
@inline
function function_of(kind: i32, x: f32, low: f32, high: f32): f32 {
  if (kind == CLIP) return x > high ? high : x < low ? low : x;
  if (kind == LEAKY_RELU) return x > 0 ? x : x * low;
  if (kind == HARD_SWISH) {
    const shifted = x + 3, above = <f32>0 < shifted ? shifted : 0;
    return (x * (above < 6 ? above : 6)) / 6;
  }
  if (kind == ELU) return x < 0 ? expm1_f32(x) : x;
  return kind == TANH ? tanh_f32(x) : logistic_f32(x);
}

// @ts-ignore: decorator
@inline
function each(record: usize, kind: i32): void {
  record = within(record, UNARY_FLOAT32_SIZE);
  const low = load<f32>(record, UNARY_FLOAT32_LOW), high = load<f32>(record, UNARY_FLOAT32_HIGH);
  let from: usize = load<u32>(record, UNARY_FLOAT32_INPUT);
  let out: usize = load<u32>(record, UNARY_FLOAT32_OUTPUT);
  for (let left = load<i32>(record, UNARY_FLOAT32_COUNT); left > 0; left -= CHUNK) {
    from = within(from, CHUNK << 2);
    out = within(out, CHUNK << 2);
    const end = out + (chunk_of(left) << 2);
    do {
      store<f32>(out, function_of(kind, load<f32>(from), low, high));
      out += 4;
      from += 4;
    } while (out != end);
  }
}

export function clip_float32(record: usize): void {
  each(record, CLIP);
}

export function leaky_relu_float32(record: usize): void {
  each(record, LEAKY_RELU);
}

export function hard_swish_float32(record: usize): void {
  each(record, HARD_SWISH);
}

export function elu_float32(record: usize): void {
  each(record, ELU);
}

export function logistic_float32(record: usize): void {
  each(record, LOGISTIC);
}

export function tanh_float32(record: usize): void {
  each(record, TANH);
}
