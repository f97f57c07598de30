// Tensors of as many rows as only the running model knows: the records of kernels `extent` and `clear_behind`. Every field is one i32.
import { RANK_BYTES } from "./shape";

export const EXTENT_SHAPE = 0; // address, int32 or int64 [RANK]: a shape, or multiples
export const EXTENT_ENTRY_BYTES = 4; // 4 or 8
export const EXTENT_RANK = 8; // 1 to 6
export const EXTENT_MULTIPLIER = 12; // rows are the first entry times MULTIPLIER over DIVISOR, which has to be a whole number
export const EXTENT_DIVISOR = 16;
export const EXTENT_MOST = 20; // rows
export const EXTENT_ROWS = 24; // address, int32: what is written; 0 where rows have to be MOST
export const EXTENT_DIMS = 28; // int32 [RANK]: what every entry but the first has to be
export const EXTENT_SIZE = EXTENT_DIMS + RANK_BYTES;

export const CLEAR_OUTPUT = 0; // address, [most] rows
export const CLEAR_EXTENT = 4; // address, int32: how many of them count
export const CLEAR_ROW = 8; // bytes of a row
export const CLEAR_MOST = 12;
export const CLEAR_SIZE = 16;
