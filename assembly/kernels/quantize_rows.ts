// Rows of float32 to int8, each with a range of its own: the inputs of hybrid operators. Record: QUANTIZE_ROWS_* in abi/quantize_rows.ts.
import {
  QUANTIZE_ROWS_INPUT, QUANTIZE_ROWS_OUTPUT, QUANTIZE_ROWS_RANGES, QUANTIZE_ROWS_MATRICES, QUANTIZE_ROWS_ROWS, QUANTIZE_ROWS_DEPTH, QUANTIZE_ROWS_MATRIX,
  QUANTIZE_ROWS_ROW, QUANTIZE_ROWS_STEP,
} from "../abi/quantize_rows";
import { quantize_row } from "../inner/quantize_row";

// @ts-ignore: decorator
@inline
function quantize_rows(record: usize, asymmetric: bool): void {
  const rows = load<i32>(record, QUANTIZE_ROWS_ROWS), depth = load<i32>(record, QUANTIZE_ROWS_DEPTH);
  const row_bytes = load<i32>(record, QUANTIZE_ROWS_ROW) << 2, step = load<i32>(record, QUANTIZE_ROWS_STEP) << 2;
  let out: usize = load<u32>(record, QUANTIZE_ROWS_OUTPUT), range: usize = load<u32>(record, QUANTIZE_ROWS_RANGES);
  let matrix: usize = load<u32>(record, QUANTIZE_ROWS_INPUT);
  for (let left = load<i32>(record, QUANTIZE_ROWS_MATRICES); left > 0; left--, matrix += load<i32>(record, QUANTIZE_ROWS_MATRIX) << 2) {
    let x = matrix;
    for (let row = 0; row < rows; row++, x += row_bytes, out += depth, range += 8) quantize_row(x, step, depth, out, range, asymmetric);
  }
}

export function quantize_rows_symmetric(record: usize): void {
  quantize_rows(record, false);
}

export function quantize_rows_asymmetric(record: usize): void {
  quantize_rows(record, true);
}
