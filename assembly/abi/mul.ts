// MUL: the record of kernels `mul` and `mul_int16`. Every field is one i32.
import { RANK_BYTES } from "./shape";
export const MUL_A = 0; // address, int8 or int16
export const MUL_B = 4; // address, as A
export const MUL_OUTPUT = 8; // address, as A, dense over MUL_DIMS
export const MUL_A_OFFSET = 12; // negated zero points
export const MUL_B_OFFSET = 16;
export const MUL_OUTPUT_OFFSET = 20; // zero point
export const MUL_MULTIPLIER = 24;
export const MUL_SHIFT = 28; // positive to the left
export const MUL_MIN = 32;
export const MUL_MAX = 36;
export const MUL_DIMS = 40; // int32 [RANK]
export const MUL_A_STRIDES = MUL_DIMS + RANK_BYTES; // int32 [RANK], elements; 0 where the operand is broadcast
export const MUL_B_STRIDES = MUL_A_STRIDES + RANK_BYTES;
export const MUL_SIZE = MUL_B_STRIDES + RANK_BYTES;
