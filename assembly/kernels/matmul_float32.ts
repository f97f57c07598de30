// BATCH_MATMUL and FULLY_CONNECTED whose weights are computed, float32. Record: MATMUL_FLOAT32_* in abi/matmul_float32.ts.
// Dialect: reference, products added in the order of the depth. Source: TFLM reference/batch_matmul.h, fully_connected.h.
import {
  MATMUL_FLOAT32_LEFT, MATMUL_FLOAT32_RIGHT, MATMUL_FLOAT32_OUTPUT, MATMUL_FLOAT32_BIAS, MATMUL_FLOAT32_ROWS, MATMUL_FLOAT32_COLUMNS, MATMUL_FLOAT32_DEPTH,
  MATMUL_FLOAT32_LEFT_ROW, MATMUL_FLOAT32_LEFT_STEP, MATMUL_FLOAT32_RIGHT_STEP, MATMUL_FLOAT32_RIGHT_COLUMN, MATMUL_FLOAT32_MIN, MATMUL_FLOAT32_MAX,
  MATMUL_FLOAT32_DIMS, MATMUL_FLOAT32_LEFT_STRIDES, MATMUL_FLOAT32_RIGHT_STRIDES,
} from "../abi/matmul_float32";
import { clamp_float32 } from "../inner/clamp_float32";
import { outer_count, outer_offset } from "../inner/strided";

export function matmul_float32(record: usize): void {
  const rows = load<i32>(record, MATMUL_FLOAT32_ROWS), columns = load<i32>(record, MATMUL_FLOAT32_COLUMNS), depth = load<i32>(record, MATMUL_FLOAT32_DEPTH);
  const left_row = load<i32>(record, MATMUL_FLOAT32_LEFT_ROW) << 2, left_step = load<i32>(record, MATMUL_FLOAT32_LEFT_STEP) << 2;
  const right_step = load<i32>(record, MATMUL_FLOAT32_RIGHT_STEP) << 2, right_column = load<i32>(record, MATMUL_FLOAT32_RIGHT_COLUMN) << 2;
  const low = load<f32>(record, MATMUL_FLOAT32_MIN), high = load<f32>(record, MATMUL_FLOAT32_MAX);
  const bias: usize = load<u32>(record, MATMUL_FLOAT32_BIAS);
  const dims = record + MATMUL_FLOAT32_DIMS, matrices = outer_count(dims);
  let out: usize = load<u32>(record, MATMUL_FLOAT32_OUTPUT);
  for (let matrix = 0; matrix < matrices; matrix++) {
    let left: usize = load<u32>(record, MATMUL_FLOAT32_LEFT) + (outer_offset(dims, record + MATMUL_FLOAT32_LEFT_STRIDES, matrix) << 2);
    const right: usize = load<u32>(record, MATMUL_FLOAT32_RIGHT) + (outer_offset(dims, record + MATMUL_FLOAT32_RIGHT_STRIDES, matrix) << 2);
    for (let row = 0; row < rows; row++, left += left_row) {
      let column = right;
      for (let c = 0; c < columns; c++, column += right_column, out += 4) {
        let sum: f32 = 0, a = left, b = column;
        for (let n = depth; n > 0; n--, a += left_step, b += right_step) sum += load<f32>(a) * load<f32>(b);
        if (bias) sum += load<f32>(bias + (c << 2));
        store<f32>(out, clamp_float32(sum, low, high));
      }
    }
  }
}
