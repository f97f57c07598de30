// BATCH_MATMUL: the record of kernels `batch_matmul` and `batch_matmul_int16`. Every field is one i32; steps are in bytes.
import { RANK_BYTES } from "./shape";
export const BATCH_MATMUL_LHS = 0; // address, int8 or int16: [rows][depth] by its steps
export const BATCH_MATMUL_RHS = 4; // address, as the other: [cols][depth] by its steps
export const BATCH_MATMUL_OUTPUT = 8; // address: [rows][cols], rows BATCH_MATMUL_OUTPUT_ROW apart
export const BATCH_MATMUL_ROWS = 12;
export const BATCH_MATMUL_COLS = 16;
export const BATCH_MATMUL_DEPTH = 20;
export const BATCH_MATMUL_LHS_ROW = 24; // from one row to the next
export const BATCH_MATMUL_LHS_STEP = 28; // from one term to the next
export const BATCH_MATMUL_RHS_COL = 32;
export const BATCH_MATMUL_RHS_STEP = 36;
export const BATCH_MATMUL_OUTPUT_ROW = 40;
export const BATCH_MATMUL_LHS_ZERO = 44; // zero points, int8 only
export const BATCH_MATMUL_RHS_ZERO = 48;
export const BATCH_MATMUL_OUTPUT_OFFSET = 52;
export const BATCH_MATMUL_MULTIPLIER = 56; // int8: 32 bits, rounded twice; int16: 16 bits, rounded once
export const BATCH_MATMUL_SHIFT = 60; // positive to the left
export const BATCH_MATMUL_DIMS = 64; // int32 [RANK]: matrices, the last one 1
export const BATCH_MATMUL_LHS_STRIDES = BATCH_MATMUL_DIMS + RANK_BYTES; // int32 [RANK], 0 where the operand is broadcast
export const BATCH_MATMUL_RHS_STRIDES = BATCH_MATMUL_LHS_STRIDES + RANK_BYTES;
export const BATCH_MATMUL_OUTPUT_STRIDES = BATCH_MATMUL_RHS_STRIDES + RANK_BYTES;
export const BATCH_MATMUL_SIZE = BATCH_MATMUL_OUTPUT_STRIDES + RANK_BYTES;
