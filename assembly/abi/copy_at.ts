// A box whose place is only known while the model runs (SLICE, DYNAMIC_UPDATE_SLICE): the record of kernel `copy_at`. It begins with a record of
// kernel `copy`. Every field is one i32.
import { COPY_SIZE } from "./copy";
import { RANK_BYTES } from "./shape";
export const COPY_AT_BEGINS = COPY_SIZE; // address, [DEPTH]
export const COPY_AT_BEGIN_BYTES = COPY_SIZE + 4; // 4 or 8: int32 or int64
export const COPY_AT_DEPTH = COPY_SIZE + 8; // how many begins there are
export const COPY_AT_OUTPUT_MOVES = COPY_SIZE + 12; // 1: it is the output's place and begins are clamped to 0 ... last; 0: it is the input's and others trap
export const COPY_AT_LAST = COPY_SIZE + 16; // int32 [RANK], largest begin of every dimension
export const COPY_AT_STRIDES = COPY_AT_LAST + RANK_BYTES; // int32 [RANK], bytes that a begin counts
export const COPY_AT_SIZE = COPY_AT_STRIDES + RANK_BYTES;
