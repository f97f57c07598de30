// SELECT, SELECT_V2: the record of kernels `select_*`. Every field is one i32.
import { RANK_BYTES } from "./shape";
export const SELECT_CONDITION = 0; // address, bool
export const SELECT_X = 4; // address, taken where the condition holds
export const SELECT_Y = 8; // address, taken elsewhere
export const SELECT_OUTPUT = 12; // address, dense over SELECT_DIMS; may be x or y where that is as large
export const SELECT_DIMS = 16; // int32 [RANK]
export const SELECT_CONDITION_STRIDES = SELECT_DIMS + RANK_BYTES; // int32 [RANK], bytes; 0 where the operand is broadcast
export const SELECT_X_STRIDES = SELECT_CONDITION_STRIDES + RANK_BYTES;
export const SELECT_Y_STRIDES = SELECT_X_STRIDES + RANK_BYTES;
export const SELECT_SIZE = SELECT_Y_STRIDES + RANK_BYTES;
