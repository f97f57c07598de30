// Functions of two elements: the record of the kernels that take nothing else. Every field is one i32.
import { RANK_BYTES } from "./shape";
export const BINARY_A = 0; // address
export const BINARY_B = 4; // address
export const BINARY_OUTPUT = 8; // address, dense over BINARY_DIMS
export const BINARY_DIMS = 12; // int32 [RANK]
export const BINARY_A_STRIDES = BINARY_DIMS + RANK_BYTES; // int32 [RANK], elements; 0 where the operand is broadcast
export const BINARY_B_STRIDES = BINARY_A_STRIDES + RANK_BYTES;
export const BINARY_SIZE = BINARY_B_STRIDES + RANK_BYTES;
