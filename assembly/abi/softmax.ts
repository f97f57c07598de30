// SOFTMAX: the record of kernels `softmax` and `softmax_int8_int16`. Every field is one i32.
export const SOFTMAX_INPUT = 0; // address, int8 [rows][depth]
export const SOFTMAX_OUTPUT = 4; // address, int8 [rows][depth], scale 1/256, zero point -128; int16: 1/65536, -32768
export const SOFTMAX_ROWS = 8;
export const SOFTMAX_DEPTH = 12;
export const SOFTMAX_MULTIPLIER = 16; // beta * input scale as Q5.26: mantissa
export const SOFTMAX_LEFT_SHIFT = 20; // and shift, >= 0
export const SOFTMAX_DIFF_MIN = 24; // differences to the row's maximum below this give the smallest output
export const SOFTMAX_SIZE = 28;
