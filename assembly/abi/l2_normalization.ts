// L2_NORMALIZATION: the record of kernel `l2_normalization`. Every field is one i32.
export const L2_NORMALIZATION_INPUT = 0; // address, int8 [rows, width]
export const L2_NORMALIZATION_OUTPUT = 4; // address, int8 [rows, width]
export const L2_NORMALIZATION_ROWS = 8;
export const L2_NORMALIZATION_WIDTH = 12;
export const L2_NORMALIZATION_INPUT_OFFSET = 16; // -(zero point)
export const L2_NORMALIZATION_SIZE = 20;
