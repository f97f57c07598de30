// Rows of float32 that become int8 with a scale of each, before hybrid operators: the record of kernels `quantize_rows_symmetric` and
// `quantize_rows_asymmetric`. Every field is one i32.
export const QUANTIZE_ROWS_INPUT = 0; // address, float32: element i of row r of matrix m at m * MATRIX + r * ROW + i * STEP
export const QUANTIZE_ROWS_OUTPUT = 4; // address, int8 [matrices][rows][depth]
export const QUANTIZE_ROWS_RANGES = 8; // address, {float32 scale, int32 offset} [matrices][rows]
export const QUANTIZE_ROWS_MATRICES = 12;
export const QUANTIZE_ROWS_ROWS = 16;
export const QUANTIZE_ROWS_DEPTH = 20;
export const QUANTIZE_ROWS_MATRIX = 24; // elements
export const QUANTIZE_ROWS_ROW = 28;
export const QUANTIZE_ROWS_STEP = 32;
export const QUANTIZE_ROWS_SIZE = 36;
