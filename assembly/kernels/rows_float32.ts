// SOFTMAX, LOG_SOFTMAX and L2_NORMALIZATION over the last dimension, float32. Record: ROWS_FLOAT32_* in abi/rows_float32.ts.
// Dialect: reference, but for the last bits of exp and log (arithmetic/float_functions.ts).
// Source: TFLM reference/softmax.h, log_softmax.h, l2normalization.h.
import { ROWS_FLOAT32_INPUT, ROWS_FLOAT32_OUTPUT, ROWS_FLOAT32_ROWS, ROWS_FLOAT32_DEPTH, ROWS_FLOAT32_BETA, ROWS_FLOAT32_SIZE } from "../abi/rows_float32";
import { exp_f32, log_f32 } from "../arithmetic/float_functions";
import { within } from "../inner/within";

const LEAST_NORM: f32 = 1e-6;

function largest(x: usize, end: usize): f32 {
  let most: f32 = -f32.MAX_VALUE;
  for (; x != end; x += 4) {
    const value = load<f32>(within(x, 4));
    if (most < value) most = value;
  }
  return most;
}

function softmax_row(x: usize, out: usize, bytes: i32, beta: f32): void {
  const end = x + bytes, most = largest(x, end), first = out;
  let sum: f32 = 0;
  for (; x != end; x += 4, out += 4) {
    const e = exp_f32((load<f32>(within(x, 4)) - most) * beta);
    store<f32>(within(out, 4), e);
    sum += e;
  }
  for (let to = first; to != out; to += 4) store<f32>(within(to, 4), load<f32>(within(to, 4)) / sum);
}

function log_softmax_row(x: usize, out: usize, bytes: i32): void {
  const end = x + bytes, most = largest(x, end);
  let sum: f32 = 0;
  for (let from = x; from != end; from += 4) sum += exp_f32(load<f32>(within(from, 4)) - most);
  const log_sum = log_f32(sum);
  for (; x != end; x += 4, out += 4) store<f32>(within(out, 4), load<f32>(within(x, 4)) - most - log_sum);
}

function l2_row(x: usize, out: usize, bytes: i32): void {
  const end = x + bytes;
  let sum: f32 = 0;
  for (let from = x; from != end; from += 4) {
    const value = load<f32>(within(from, 4));
    sum += value * value;
  }
  let norm = sqrt<f32>(sum);
  if (norm < LEAST_NORM) norm = LEAST_NORM;
  for (; x != end; x += 4, out += 4) store<f32>(within(out, 4), load<f32>(within(x, 4)) / norm);
}

const SOFTMAX: i32 = 0;
const LOG_SOFTMAX: i32 = 1;
const L2_NORMALIZATION: i32 = 2;

// @ts-ignore: decorator
@inline
function rows(record: usize, kind: i32): void {
  record = within(record, ROWS_FLOAT32_SIZE);
  const bytes = load<i32>(record, ROWS_FLOAT32_DEPTH) << 2;
  let x: usize = load<u32>(record, ROWS_FLOAT32_INPUT);
  let out: usize = load<u32>(record, ROWS_FLOAT32_OUTPUT);
  for (let row = load<i32>(record, ROWS_FLOAT32_ROWS); row > 0; row--, x += bytes, out += bytes) {
    if (kind == SOFTMAX) softmax_row(x, out, bytes, load<f32>(record, ROWS_FLOAT32_BETA));
    else if (kind == LOG_SOFTMAX) log_softmax_row(x, out, bytes);
    else l2_row(x, out, bytes);
  }
}

export function softmax_float32(record: usize): void {
  rows(record, SOFTMAX);
}

export function log_softmax_float32(record: usize): void {
  rows(record, LOG_SOFTMAX);
}

export function l2_normalization_float32(record: usize): void {
  rows(record, L2_NORMALIZATION);
}
