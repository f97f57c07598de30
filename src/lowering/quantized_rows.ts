// Rows of float32 that become int8 while the model runs: inputs of hybrid operators (assembly/kernels/quantize_rows.ts).
import * as abi from "../../assembly/abi/quantize_rows";
import type { Tensor } from "../graph/tensor";
import type { Emitter } from "./lowering";

/** Rows of the input as int8, and the range of each: {float32 scale, int32 offset}. */
export interface QuantizedRows {
  readonly codes: Tensor;
  readonly ranges: Tensor;
}

/** The rows of a matrix, or of several; steps are in elements. */
interface Rows {
  readonly matrices?: number;
  readonly rows: number;
  readonly depth: number;
  readonly row?: number;
  readonly step?: number;
}

export function emitQuantizedRows(emit: Emitter, input: Tensor, asymmetric: boolean, { matrices = 1, rows, depth, row = depth, step = 1 }: Rows): QuantizedRows {
  const codes = emit.temporary({ ...input, type: "int8" });
  const ranges = emit.temporary({ ...input, shape: [matrices * rows, 2] });
  emit.step(asymmetric ? "quantize_rows_asymmetric" : "quantize_rows_symmetric", abi.QUANTIZE_ROWS_SIZE, (r) => {
    r.input(abi.QUANTIZE_ROWS_INPUT, input);
    r.output(abi.QUANTIZE_ROWS_OUTPUT, codes);
    r.output(abi.QUANTIZE_ROWS_RANGES, ranges);
    r.i32(abi.QUANTIZE_ROWS_MATRICES, matrices);
    r.i32(abi.QUANTIZE_ROWS_ROWS, rows);
    r.i32(abi.QUANTIZE_ROWS_DEPTH, depth);
    r.i32(abi.QUANTIZE_ROWS_MATRIX, rows * depth);
    r.i32(abi.QUANTIZE_ROWS_ROW, row);
    r.i32(abi.QUANTIZE_ROWS_STEP, step);
  });
  return { codes, ranges };
}
