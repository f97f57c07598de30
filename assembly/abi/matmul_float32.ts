// BATCH_MATMUL and FULLY_CONNECTED whose weights are computed, float32: the record of kernel `matmul_float32`. Fields are i32 unless stated.
import { RANK_BYTES } from "./shape";
export const MATMUL_FLOAT32_LEFT = 0; // address, float32, element (row, step) of a matrix at row * LEFT_ROW + step * LEFT_STEP
export const MATMUL_FLOAT32_RIGHT = 4; // address, float32, element (step, column) at step * RIGHT_STEP + column * RIGHT_COLUMN
export const MATMUL_FLOAT32_OUTPUT = 8; // address, float32 [dims][rows][columns]
export const MATMUL_FLOAT32_BIAS = 12; // address, float32 [columns]; 0: none
export const MATMUL_FLOAT32_ROWS = 16;
export const MATMUL_FLOAT32_COLUMNS = 20;
export const MATMUL_FLOAT32_DEPTH = 24;
export const MATMUL_FLOAT32_LEFT_ROW = 28; // elements
export const MATMUL_FLOAT32_LEFT_STEP = 32;
export const MATMUL_FLOAT32_RIGHT_STEP = 36;
export const MATMUL_FLOAT32_RIGHT_COLUMN = 40;
export const MATMUL_FLOAT32_MIN = 44; // clamp, float32
export const MATMUL_FLOAT32_MAX = 48;
export const MATMUL_FLOAT32_DIMS = 52; // int32 [RANK], matrices; the last one is 1
export const MATMUL_FLOAT32_LEFT_STRIDES = MATMUL_FLOAT32_DIMS + RANK_BYTES; // int32 [RANK], elements; 0 where the operand is broadcast
export const MATMUL_FLOAT32_RIGHT_STRIDES = MATMUL_FLOAT32_LEFT_STRIDES + RANK_BYTES;
export const MATMUL_FLOAT32_SIZE = MATMUL_FLOAT32_RIGHT_STRIDES + RANK_BYTES;
