// ADD, SUB, MUL, DIV and PRELU, float32: the record of kernels `add_float32`, `sub_float32`, `mul_float32`, `div_float32` and `prelu_float32`.
// Fields are i32 unless stated.
import { RANK_BYTES } from "./shape";
export const BINARY_FLOAT32_A = 0; // address, float32
export const BINARY_FLOAT32_B = 4; // address, float32
export const BINARY_FLOAT32_OUTPUT = 8; // address, float32, dense over BINARY_FLOAT32_DIMS
export const BINARY_FLOAT32_MIN = 12; // clamp, float32; PRELU has none
export const BINARY_FLOAT32_MAX = 16;
export const BINARY_FLOAT32_DIMS = 20; // int32 [RANK]
export const BINARY_FLOAT32_A_STRIDES = BINARY_FLOAT32_DIMS + RANK_BYTES; // int32 [RANK], elements; 0 where the operand is broadcast
export const BINARY_FLOAT32_B_STRIDES = BINARY_FLOAT32_A_STRIDES + RANK_BYTES;
export const BINARY_FLOAT32_SIZE = BINARY_FLOAT32_B_STRIDES + RANK_BYTES;
