// MEAN, int8 and int16, over any set of axes. Record: MEAN_* in abi/mean.ts.
// Dialect: reference. Source: TFLM reference/reduce.h, QuantizedMeanOrSum.
import {
  MEAN_INPUT, MEAN_OUTPUT, MEAN_MULTIPLIER, MEAN_SHIFT, MEAN_BIAS, MEAN_OUTPUT_OFFSET, MEAN_KEPT_DIMS, MEAN_KEPT_STRIDES,
  MEAN_REDUCED_DIMS, MEAN_REDUCED_STRIDES, MEAN_SIZE,
} from "../abi/mean";
import { OUTER } from "../abi/shape";
import { multiply_by_quantized_multiplier, clamp } from "../arithmetic/fixed_point";
import { outer_count, outer_offset } from "../inner/strided";
import { within } from "../inner/within";

// @ts-ignore: decorator
@inline
function mean_of<T>(record: usize): void {
  record = within(record, MEAN_SIZE);
  const input: usize = load<u32>(record, MEAN_INPUT);
  const multiplier = load<i32>(record, MEAN_MULTIPLIER), shift = load<i32>(record, MEAN_SHIFT);
  const bias = load<i32>(record, MEAN_BIAS), offset = load<i32>(record, MEAN_OUTPUT_OFFSET);
  const kept = record + MEAN_KEPT_DIMS, kept_strides = record + MEAN_KEPT_STRIDES;
  const reduced = record + MEAN_REDUCED_DIMS, reduced_strides = record + MEAN_REDUCED_STRIDES;
  const run = load<i32>(kept, OUTER << 2), step = load<i32>(kept_strides, OUTER << 2);
  const terms = load<i32>(reduced, OUTER << 2), term_step = load<i32>(reduced_strides, OUTER << 2);
  const rows = outer_count(kept), term_rows = outer_count(reduced);
  let out: usize = load<u32>(record, MEAN_OUTPUT);
  for (let row = 0; row < rows; row++) {
    let base = input + outer_offset(kept, kept_strides, row);
    for (const end = out + run * sizeof<T>(); out != end; out += sizeof<T>(), base += step) {
      let sum = bias;
      for (let t = 0; t < term_rows; t++) {
        let x = base + outer_offset(reduced, reduced_strides, t);
        for (let n = terms; n > 0; n--, x += term_step) sum += <i32>load<T>(within(x, sizeof<T>()));
      }
      const code = multiply_by_quantized_multiplier(sum, multiplier, shift) + offset;
      store<T>(within(out, sizeof<T>()), sizeof<T>() == 1 ? <T>clamp(code, i8.MIN_VALUE, i8.MAX_VALUE) : <T>clamp(code, i16.MIN_VALUE, i16.MAX_VALUE));
    }
  }
}

export function mean(record: usize): void {
  mean_of<i8>(record);
}

export function mean_int16(record: usize): void {
  mean_of<i16>(record);
}
