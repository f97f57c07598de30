// ADD_N: the sum of any number of operands of one shape. Record: ADD_N_* in abi/add_n.ts.
// Dialect: reference. Source: TFLM reference/add_n.h. LiteRT has int32, TFLM int8.
import {
  ADD_N_OUTPUT, ADD_N_COUNT, ADD_N_OPERANDS, ADD_N_OFFSET, ADD_N_MULTIPLIER, ADD_N_RIGHT, ADD_N_OUTPUT_OFFSET, ADD_N_SIZE,
} from "../abi/add_n";
import { clamp, multiply_by_quantized_multiplier } from "../arithmetic/fixed_point";
import { within } from "../inner/within";

/** Address of an element of an operand. */
// @ts-ignore: decorator
@inline
function element(record: usize, operand: i32, at: usize): usize {
  return <usize>load<u32>(within(record + (operand << 2), ADD_N_SIZE + 4), ADD_N_SIZE) + at;
}

// @ts-ignore: decorator
@inline
function sums<T>(record: usize): void {
  record = within(record, ADD_N_SIZE);
  const operands = load<i32>(record, ADD_N_OPERANDS);
  const out: usize = load<u32>(record, ADD_N_OUTPUT), bytes = <usize>load<i32>(record, ADD_N_COUNT) * sizeof<T>();
  for (let at: usize = 0; at < bytes; at += sizeof<T>()) {
    let sum: T = 0;
    for (let i = 0; i < operands; i++) sum += load<T>(within(element(record, i, at), sizeof<T>()));
    store<T>(within(out + at, sizeof<T>()), sum);
  }
}

export function add_n_float32(record: usize): void {
  sums<f32>(record);
}

export function add_n_int32(record: usize): void {
  sums<i32>(record);
}

/** Half of a difference to the zero point, in 2^-20: what ADD's rescaling to twice the scale comes to, rounded to nothing. */
// @ts-ignore: decorator
@inline
function half_of(difference: i32): i32 {
  return difference << 19;
}

/** The reference begins with the zero point, negated, instead of with 0: so does this. */
export function add_n_int8(record: usize): void {
  record = within(record, ADD_N_SIZE);
  const operands = load<i32>(record, ADD_N_OPERANDS), offset = load<i32>(record, ADD_N_OFFSET);
  const multiplier = load<i32>(record, ADD_N_MULTIPLIER), right = load<i32>(record, ADD_N_RIGHT), output_offset = load<i32>(record, ADD_N_OUTPUT_OFFSET);
  const out: usize = load<u32>(record, ADD_N_OUTPUT), count = <usize>load<i32>(record, ADD_N_COUNT);
  for (let at: usize = 0; at < count; at++) {
    let sum = half_of(offset);
    for (let i = 0; i < operands; i++) sum += half_of(<i32>load<i8>(within(element(record, i, at), 1)) + offset);
    store<i8>(within(out + at, 1), <i8>clamp(multiply_by_quantized_multiplier(sum, multiplier, -right) + output_offset, i8.MIN_VALUE, i8.MAX_VALUE));
  }
}
