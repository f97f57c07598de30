// ADD and SUB: the record of kernels `add`, `sub`, `add_int16` and `sub_int16`. Every field is one i32.
import { RANK_BYTES } from "./shape";
export const ADD_A = 0; // address, int8 or int16
export const ADD_B = 4; // address, as A
export const ADD_OUTPUT = 8; // address, as A, dense over ADD_DIMS
export const ADD_A_OFFSET = 12; // negated zero points
export const ADD_B_OFFSET = 16;
export const ADD_OUTPUT_OFFSET = 20; // zero point
export const ADD_LEFT_SHIFT = 24; // precision gained before the inputs are rescaled: 20, for int16 15
export const ADD_A_MULTIPLIER = 28;
export const ADD_A_RIGHT = 32; // right shifts, >= 0
export const ADD_B_MULTIPLIER = 36;
export const ADD_B_RIGHT = 40;
export const ADD_OUTPUT_MULTIPLIER = 44;
export const ADD_OUTPUT_RIGHT = 48;
export const ADD_MIN = 52;
export const ADD_MAX = 56;
export const ADD_DIMS = 60; // int32 [RANK]
export const ADD_A_STRIDES = ADD_DIMS + RANK_BYTES; // int32 [RANK], elements; 0 where the operand is broadcast
export const ADD_B_STRIDES = ADD_A_STRIDES + RANK_BYTES;
export const ADD_SIZE = ADD_B_STRIDES + RANK_BYTES;
