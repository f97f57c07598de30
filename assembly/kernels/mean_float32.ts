// MEAN, float32, over any set of axes: terms in the order of the input. Record: MEAN_FLOAT32_* in abi/mean_float32.ts.
// Dialect: reference. Source: TFLM reference/reduce.h, Mean.
import {
  MEAN_FLOAT32_INPUT, MEAN_FLOAT32_OUTPUT, MEAN_FLOAT32_COUNT, MEAN_FLOAT32_KEPT_DIMS, MEAN_FLOAT32_KEPT_STRIDES, MEAN_FLOAT32_REDUCED_DIMS,
  MEAN_FLOAT32_REDUCED_STRIDES, MEAN_FLOAT32_SIZE,
} from "../abi/mean_float32";
import { OUTER } from "../abi/shape";
import { outer_count, outer_offset } from "../inner/strided";
import { within } from "../inner/within";

export function mean_float32(record: usize): void {
  record = within(record, MEAN_FLOAT32_SIZE);
  const input: usize = load<u32>(record, MEAN_FLOAT32_INPUT), count = load<f32>(record, MEAN_FLOAT32_COUNT);
  const kept = record + MEAN_FLOAT32_KEPT_DIMS, kept_strides = record + MEAN_FLOAT32_KEPT_STRIDES;
  const reduced = record + MEAN_FLOAT32_REDUCED_DIMS, reduced_strides = record + MEAN_FLOAT32_REDUCED_STRIDES;
  const run = load<i32>(kept, OUTER << 2), step = load<i32>(kept_strides, OUTER << 2) << 2;
  const terms = load<i32>(reduced, OUTER << 2), term_step = load<i32>(reduced_strides, OUTER << 2) << 2;
  const rows = outer_count(kept), term_rows = outer_count(reduced);
  let out: usize = load<u32>(record, MEAN_FLOAT32_OUTPUT);
  for (let row = 0; row < rows; row++) {
    let base = input + (outer_offset(kept, kept_strides, row) << 2);
    for (const end = out + (run << 2); out != end; out += 4, base += step) {
      let sum: f32 = 0;
      for (let t = 0; t < term_rows; t++) {
        let x = base + (outer_offset(reduced, reduced_strides, t) << 2);
        for (let n = terms; n > 0; n--, x += term_step) sum += load<f32>(within(x, 4));
      }
      store<f32>(within(out, 4), sum / count);
    }
  }
}
