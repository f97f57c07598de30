// RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR: the record of kernels `resize_*`. Every field is one i32.
export const RESIZE_INPUT = 0; // address, [batches, input rows, input columns, channels]
export const RESIZE_OUTPUT = 4; // address, [batches, rows, columns, channels]
export const RESIZE_BATCHES = 8;
export const RESIZE_BATCH_BYTES = 12; // of the input
export const RESIZE_ROWS = 16; // of the output
export const RESIZE_COLUMNS = 20;
export const RESIZE_CHANNELS = 24; // elements of a pixel; bytes for the nearest neighbour
export const RESIZE_ROW_TABLE = 28; // address: what becomes row y. int32 [rows]: its bytes in; int32 [rows, 3], (upper bytes in, lower bytes in, fraction)
export const RESIZE_COLUMN_TABLE = 32; // address, the same for columns
export const RESIZE_SIZE = 36;
/** Bytes of an entry of the bilinear tables. The fraction is the lower one's share: of RESIZE_ONE, or a float32 of 1. */
export const RESIZE_ENTRY = 12;
export const RESIZE_ONE_BITS = 10;
