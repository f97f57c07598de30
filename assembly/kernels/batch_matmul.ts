// BATCH_MATMUL, int8 and int16, any operand transposed or broadcast. Record: BATCH_MATMUL_* in abi/batch_matmul.ts.
// Two rows by two columns at a time: every element that is loaded is used twice.
// Dialect: reference. Source: TFLM reference/batch_matmul.h.
import {
  BATCH_MATMUL_LHS, BATCH_MATMUL_RHS, BATCH_MATMUL_OUTPUT, BATCH_MATMUL_ROWS, BATCH_MATMUL_COLS, BATCH_MATMUL_DEPTH, BATCH_MATMUL_LHS_ROW, BATCH_MATMUL_LHS_STEP,
  BATCH_MATMUL_RHS_COL, BATCH_MATMUL_RHS_STEP, BATCH_MATMUL_OUTPUT_ROW, BATCH_MATMUL_LHS_ZERO, BATCH_MATMUL_RHS_ZERO, BATCH_MATMUL_OUTPUT_OFFSET,
  BATCH_MATMUL_MULTIPLIER, BATCH_MATMUL_SHIFT, BATCH_MATMUL_DIMS, BATCH_MATMUL_LHS_STRIDES, BATCH_MATMUL_RHS_STRIDES, BATCH_MATMUL_OUTPUT_STRIDES, BATCH_MATMUL_SIZE,
} from "../abi/batch_matmul";
import { ROUND_ONCE, ROUND_TWICE } from "../abi/wide_tile";
import { clamp } from "../arithmetic/fixed_point";
import { rescale_wide } from "../inner/store_wide";
import { outer_count, outer_offset } from "../inner/strided";
import { within } from "../inner/within";

/** Stores the code of a sum. */
function put<T>(record: usize, out: usize, sum: i64): void {
  const rescaled = rescale_wide(sum, load<i32>(record, BATCH_MATMUL_MULTIPLIER), load<i32>(record, BATCH_MATMUL_SHIFT), sizeof<T>() == 1 ? ROUND_TWICE : ROUND_ONCE);
  const code = rescaled + load<i32>(record, BATCH_MATMUL_OUTPUT_OFFSET);
  store<T>(out, sizeof<T>() == 1 ? <T>clamp(code, i8.MIN_VALUE, i8.MAX_VALUE) : <T>clamp(code, i16.MIN_VALUE, i16.MAX_VALUE));
}

// @ts-ignore: decorator
@inline
function matmul<T>(record: usize): void {
  record = within(record, BATCH_MATMUL_SIZE);
  const rows = load<i32>(record, BATCH_MATMUL_ROWS), cols = load<i32>(record, BATCH_MATMUL_COLS), depth = load<i32>(record, BATCH_MATMUL_DEPTH);
  const lhs_row = load<i32>(record, BATCH_MATMUL_LHS_ROW), lhs_step = load<i32>(record, BATCH_MATMUL_LHS_STEP);
  const rhs_col = load<i32>(record, BATCH_MATMUL_RHS_COL), rhs_step = load<i32>(record, BATCH_MATMUL_RHS_STEP);
  const lhs_zero = load<i32>(record, BATCH_MATMUL_LHS_ZERO), rhs_zero = load<i32>(record, BATCH_MATMUL_RHS_ZERO);
  const output_row = load<i32>(record, BATCH_MATMUL_OUTPUT_ROW), dims = record + BATCH_MATMUL_DIMS;
  const matrices = outer_count(dims);
  for (let index = 0; index < matrices; index++) {
    let left: usize = load<u32>(record, BATCH_MATMUL_LHS) + outer_offset(dims, record + BATCH_MATMUL_LHS_STRIDES, index);
    const right: usize = load<u32>(record, BATCH_MATMUL_RHS) + outer_offset(dims, record + BATCH_MATMUL_RHS_STRIDES, index);
    let out: usize = load<u32>(record, BATCH_MATMUL_OUTPUT) + outer_offset(dims, record + BATCH_MATMUL_OUTPUT_STRIDES, index);
    for (let row = 0; row < rows; row += 2, left += lhs_row << 1, out += output_row << 1) {
      const below = row + 1 < rows ? lhs_row : 0; // a last row alone is computed twice
      let to = out, column = right;
      for (let col = 0; col < cols; col += 2, column += rhs_col << 1, to += sizeof<T>() << 1) {
        const beside = col + 1 < cols ? rhs_col : 0;
        let a: i64 = 0, b: i64 = 0, c: i64 = 0, d: i64 = 0;
        let x = left, y = column;
        for (let n = depth; n > 0; n--, x += lhs_step, y += rhs_step) {
          let x0 = <i32>load<T>(x), x1 = <i32>load<T>(x + below), y0 = <i32>load<T>(y), y1 = <i32>load<T>(y + beside);
          if (sizeof<T>() == 1) {
            x0 -= lhs_zero;
            x1 -= lhs_zero;
            y0 -= rhs_zero;
            y1 -= rhs_zero;
          }
          a += <i64>(x0 * y0);
          b += <i64>(x0 * y1);
          c += <i64>(x1 * y0);
          d += <i64>(x1 * y1);
        }
        put<T>(record, to, a);
        if (beside) put<T>(record, to + sizeof<T>(), b);
        if (below) {
          put<T>(record, to + output_row, c);
          if (beside) put<T>(record, to + output_row + sizeof<T>(), d);
        }
      }
    }
  }
}

export function batch_matmul(record: usize): void {
  matmul<i8>(record);
}

export function batch_matmul_int16(record: usize): void {
  matmul<i16>(record);
}
