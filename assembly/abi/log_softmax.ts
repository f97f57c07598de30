// The record of kernel `log_softmax`. Every field is one i32.
export const LOG_SOFTMAX_INPUT = 0; // address, int8 [rows][depth]
export const LOG_SOFTMAX_OUTPUT = 4; // address, int8 [rows][depth], scale 1/16, zero point 127; may be the input
export const LOG_SOFTMAX_ROWS = 8;
export const LOG_SOFTMAX_DEPTH = 12;
export const LOG_SOFTMAX_MULTIPLIER = 16; // input scale * 2^26: differences to Q5.26
export const LOG_SOFTMAX_LEFT_SHIFT = 20;
export const LOG_SOFTMAX_DIFF_MIN = 24; // <= 0; smaller differences leave Q5.26
export const LOG_SOFTMAX_REVERSE_MULTIPLIER = 28; // the inverse of the multiplier: from Q5.26 to differences
export const LOG_SOFTMAX_REVERSE_SHIFT = 32; // positive to the left
export const LOG_SOFTMAX_SIZE = 36;
