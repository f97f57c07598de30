// ADD and SUB, int8 and int16 with broadcasting. Record: ADD_* in abi/add.ts.
// Both operands are shifted left by 20 (int16: 15), rescaled to twice the larger input scale, summed, rescaled to the output.
// Dialect: reference. Source: TFLM reference/integer_ops/add.h, reference/add.h and kernels/sub.cc.
import {
  ADD_A, ADD_B, ADD_OUTPUT, ADD_A_OFFSET, ADD_B_OFFSET, ADD_OUTPUT_OFFSET, ADD_LEFT_SHIFT, ADD_A_MULTIPLIER, ADD_A_RIGHT, ADD_B_MULTIPLIER,
  ADD_B_RIGHT, ADD_OUTPUT_MULTIPLIER, ADD_OUTPUT_RIGHT, ADD_MIN, ADD_MAX, ADD_DIMS, ADD_A_STRIDES, ADD_B_STRIDES, ADD_SIZE,
} from "../abi/add";
import { OUTER } from "../abi/shape";
import { rescale, rounding_of, sign_of, down_of, clamp } from "../arithmetic/fixed_point";
import { add_8s, adds_8s } from "../inner/add_v128";
import { outer_count, outer_offset } from "../inner/strided";
import { CHUNK, chunk_of, within } from "../inner/within";

// @ts-ignore: decorator
@inline
function add_or_sub<T>(record: usize, subtract: bool): void {
  record = within(record, ADD_SIZE);
  const a_offset = load<i32>(record, ADD_A_OFFSET), b_offset = load<i32>(record, ADD_B_OFFSET), offset = load<i32>(record, ADD_OUTPUT_OFFSET);
  // The shift to the left, 20 or 15, is taken off what `rescale` adds and shifts instead: all of it is a multiple of 2^20, and a 9-bit x has its
  // sign in bit 11 as well as x << 20 has it in bit 31; a 17-bit x in bit 16 as x << 15 in bit 31.
  const left_shift = <i64>load<i32>(record, ADD_LEFT_SHIFT);
  const a_multiplier = <i64>load<i32>(record, ADD_A_MULTIPLIER), a_right = <i64>load<i32>(record, ADD_A_RIGHT);
  const b_multiplier = <i64>load<i32>(record, ADD_B_MULTIPLIER), b_right = <i64>load<i32>(record, ADD_B_RIGHT);
  const multiplier = <i64>load<i32>(record, ADD_OUTPUT_MULTIPLIER), right = <i64>load<i32>(record, ADD_OUTPUT_RIGHT);
  const a_rounding = rounding_of(a_right) >> left_shift, a_sign = sign_of(a_right) >> left_shift, a_down = down_of(a_right) - left_shift;
  const b_rounding = rounding_of(b_right) >> left_shift, b_sign = sign_of(b_right) >> left_shift, b_down = down_of(b_right) - left_shift;
  const rounding = rounding_of(right), sign = sign_of(right), down = down_of(right);
  const low = load<i32>(record, ADD_MIN), high = load<i32>(record, ADD_MAX);
  const dims = record + ADD_DIMS, a_strides = record + ADD_A_STRIDES, b_strides = record + ADD_B_STRIDES;
  const run = load<i32>(dims, OUTER << 2);
  const a_step = (load<i32>(a_strides, OUTER << 2) & 1) * sizeof<T>(), b_step = (load<i32>(b_strides, OUTER << 2) & 1) * sizeof<T>(); // 0: broadcast
  const rows = outer_count(dims);
  let out: usize = load<u32>(record, ADD_OUTPUT);
  for (let row = 0; row < rows; row++) {
    let a: usize = load<u32>(record, ADD_A) + outer_offset(dims, a_strides, row) * sizeof<T>();
    let b: usize = load<u32>(record, ADD_B) + outer_offset(dims, b_strides, row) * sizeof<T>();
    let rest = run;
    if (ASC_FEATURE_SIMD && sizeof<T>() == 1 && rest > 7 && adds_8s(record)) {
      const eights = rest & ~7;
      add_8s(record, subtract, a, a_step, b, b_step, out, eights);
      a += a_step * eights;
      b += b_step * eights;
      out += eights;
      rest -= eights;
    }
    for (; rest > 0; rest -= CHUNK) {
      a = within(a, CHUNK * sizeof<T>());
      b = within(b, CHUNK * sizeof<T>());
      out = within(out, CHUNK * sizeof<T>());
      const end = out + chunk_of(rest) * sizeof<T>();
      do {
        const x = rescale(<i32>load<T>(a) + a_offset, a_multiplier, a_rounding, a_sign, a_down);
        const y = rescale(<i32>load<T>(b) + b_offset, b_multiplier, b_rounding, b_sign, b_down);
        store<T>(out, <T>clamp(rescale(subtract ? x - y : x + y, multiplier, rounding, sign, down) + offset, low, high));
        out += sizeof<T>();
        a += a_step;
        b += b_step;
      } while (out != end);
    }
  }
}

export function add(record: usize): void {
  add_or_sub<i8>(record, false);
}

export function sub(record: usize): void {
  add_or_sub<i8>(record, true);
}

export function add_int16(record: usize): void {
  add_or_sub<i16>(record, false);
}

export function sub_int16(record: usize): void {
  add_or_sub<i16>(record, true);
}
