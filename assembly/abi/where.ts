// Outputs whose first dimension only the running model knows: the records of kernels `where`, `range_*` and `unique_*`. Every field is one i32.
import { RANK_BYTES } from "./shape";

export const WHERE_INPUT = 0; // address, bool [count]
export const WHERE_OUTPUT = 4; // address, int64 [count, rank]: coordinates, zeros behind the last ones
export const WHERE_EXTENT = 8; // address, int32: how many elements hold
export const WHERE_COUNT = 12;
export const WHERE_RANK = 16; // of the input; 0 to 6
export const WHERE_DIMS = 20; // int32 [RANK], of the input, the first `rank` of them used
export const WHERE_SIZE = WHERE_DIMS + RANK_BYTES;

export const RANGE_START = 0; // address, one element
export const RANGE_LIMIT = 4;
export const RANGE_DELTA = 8;
export const RANGE_OUTPUT = 12; // address, [most]: zeros behind the last element
export const RANGE_EXTENT = 16; // address, int32
export const RANGE_MOST = 20;
export const RANGE_SIZE = 24;

export const UNIQUE_INPUT = 0; // address, [count]
export const UNIQUE_OUTPUT = 4; // address, [count]: zeros behind the last one
export const UNIQUE_INDICES = 8; // address, [count], int32 or int64
export const UNIQUE_EXTENT = 12; // address, int32
export const UNIQUE_COUNT = 16;
export const UNIQUE_INDEX_BYTES = 20; // 4 or 8
export const UNIQUE_ROWS = 24; // address, int32: how many elements there are, at most `count`; 0: as many
export const UNIQUE_SIZE = 28;
