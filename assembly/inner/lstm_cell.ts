// What every unit of a quantized LSTM does with the sums of its four gates.
// Source: TFLM micro/kernels/lstm_eval.h. Dialect: reference.
import { LSTM_CELL_MULTIPLIER, LSTM_CELL_SHIFT, LSTM_CLIP, LSTM_FORGET_TO_CELL, LSTM_INPUT_TO_CELL, LSTM_OUTPUT_OFFSET, LSTM_SIGMOID, LSTM_TO_HIDDEN } from "../abi/lstm";
import { clamp, multiply_by_quantized_multiplier } from "../arithmetic/fixed_point";
import { sigmoid_16, tanh_16 } from "../arithmetic/sigmoid_16";

// @ts-ignore: decorator
@inline
export function clamp_16(x: i32): i32 {
  return clamp(x, i16.MIN_VALUE, i16.MAX_VALUE);
}

/** The product of two 16-bit numbers, rescaled. */
// @ts-ignore: decorator
@inline
function product(a: i32, b: i32, multiplier: usize): i32 {
  return multiply_by_quantized_multiplier(a * b, load<i32>(multiplier), load<i32>(multiplier, 4));
}

/**
 * One turn of one unit: the new cell is stored, the new hidden value returned, before its clamp.
 * @param record of the kernel
 * @param cell address, int16
 * The four gates are sums in Q3.12, within 16 bits.
 */
export function lstm_cell(record: usize, cell: usize, input: i32, forget: i32, candidate: i32, output: i32): i32 {
  const table: usize = load<u32>(record, LSTM_SIGMOID);
  const kept = clamp_16(product(sigmoid_16(3 * forget, table), load<i16>(cell), record + LSTM_FORGET_TO_CELL));
  const added = clamp_16(product(sigmoid_16(3 * input, table), tanh_16(3 * candidate, table), record + LSTM_INPUT_TO_CELL));
  let state = clamp_16(kept + added);
  const clip = load<i32>(record, LSTM_CLIP);
  if (clip >= 0) state = clamp(state, -clip, clip);
  store<i16>(cell, state);
  const shift = load<i32>(record, LSTM_CELL_SHIFT);
  const scaled = (state * load<i32>(record, LSTM_CELL_MULTIPLIER) + ((1 << shift) >> 1)) >> shift;
  return product(tanh_16(scaled, table), sigmoid_16(3 * output, table), record + LSTM_TO_HIDDEN) + load<i32>(record, LSTM_OUTPUT_OFFSET);
}
