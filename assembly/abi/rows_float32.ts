// SOFTMAX, LOG_SOFTMAX and L2_NORMALIZATION, float32: the record of kernels `softmax_float32`, `log_softmax_float32` and
// `l2_normalization_float32`. Fields are i32 unless stated.
export const ROWS_FLOAT32_INPUT = 0; // address, float32 [rows][depth]
export const ROWS_FLOAT32_OUTPUT = 4; // address, float32 [rows][depth]
export const ROWS_FLOAT32_ROWS = 8;
export const ROWS_FLOAT32_DEPTH = 12;
export const ROWS_FLOAT32_BETA = 16; // float32: factor of SOFTMAX's exponents
export const ROWS_FLOAT32_SIZE = 20;
