// ADD, SUB, MUL, DIV and PRELU, float32 with broadcasting. Record: BINARY_FLOAT32_* in abi/binary_float32.ts.
// Dialect: reference. Source: TFLM reference/add.h, sub.h, mul.h, div.h, micro/kernels/prelu_common.cc.
import {
  BINARY_FLOAT32_A, BINARY_FLOAT32_B, BINARY_FLOAT32_OUTPUT, BINARY_FLOAT32_MIN, BINARY_FLOAT32_MAX, BINARY_FLOAT32_DIMS, BINARY_FLOAT32_A_STRIDES,
  BINARY_FLOAT32_B_STRIDES, BINARY_FLOAT32_SIZE,
} from "../abi/binary_float32";
import { OUTER } from "../abi/shape";
import { clamp_float32 } from "../inner/clamp_float32";
import { outer_count, outer_offset } from "../inner/strided";
import { CHUNK, chunk_of, within } from "../inner/within";

const ADD: i32 = 0;
const SUB: i32 = 1;
const MUL: i32 = 2;
const DIV: i32 = 3;
const PRELU: i32 = 4;

// @ts-ignore: decorator
@inline
function combine(record: usize, kind: i32): void {
  record = within(record, BINARY_FLOAT32_SIZE);
  const low = load<f32>(record, BINARY_FLOAT32_MIN), high = load<f32>(record, BINARY_FLOAT32_MAX);
  const dims = record + BINARY_FLOAT32_DIMS, a_strides = record + BINARY_FLOAT32_A_STRIDES, b_strides = record + BINARY_FLOAT32_B_STRIDES;
  const run = load<i32>(dims, OUTER << 2);
  const a_step = (load<i32>(a_strides, OUTER << 2) & 1) << 2, b_step = (load<i32>(b_strides, OUTER << 2) & 1) << 2; // 0: broadcast
  const rows = outer_count(dims);
  let out: usize = load<u32>(record, BINARY_FLOAT32_OUTPUT);
  for (let row = 0; row < rows; row++) {
    let a: usize = load<u32>(record, BINARY_FLOAT32_A) + (outer_offset(dims, a_strides, row) << 2);
    let b: usize = load<u32>(record, BINARY_FLOAT32_B) + (outer_offset(dims, b_strides, row) << 2);
    for (let rest = run; rest > 0; rest -= CHUNK) {
      a = within(a, CHUNK << 2);
      b = within(b, CHUNK << 2);
      out = within(out, CHUNK << 2);
      const end = out + (chunk_of(rest) << 2);
      do {
        const x = load<f32>(a), y = load<f32>(b);
        if (kind == PRELU) store<f32>(out, x >= 0 ? x : x * y);
        else store<f32>(out, clamp_float32(kind == ADD ? x + y : kind == SUB ? x - y : kind == MUL ? x * y : x / y, low, high));
        out += 4;
        a += a_step;
        b += b_step;
      } while (out != end);
    }
  }
}

export function add_float32(record: usize): void {
  combine(record, ADD);
}

export function sub_float32(record: usize): void {
  combine(record, SUB);
}

export function mul_float32(record: usize): void {
  combine(record, MUL);
}

export function div_float32(record: usize): void {
  combine(record, DIV);
}

export function prelu_float32(record: usize): void {
  combine(record, PRELU);
}
