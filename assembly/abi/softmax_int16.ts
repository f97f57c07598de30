// SOFTMAX of int16: the record of kernel `softmax_int16`. Every field is one i32.
export const SOFTMAX_INT16_INPUT = 0; // address, int16 [rows][depth]
export const SOFTMAX_INT16_OUTPUT = 4; // address, int16 [rows][depth], scale 1/32768, zero point 0
export const SOFTMAX_INT16_ROWS = 8;
export const SOFTMAX_INT16_DEPTH = 12;
export const SOFTMAX_INT16_MULTIPLIER = 16; // beta * input scale, such that -65535 is -10
export const SOFTMAX_INT16_SHIFT = 20; // positive to the left
export const SOFTMAX_INT16_EXP = 24; // address of int16 [513]: exp from -10 to 0 (arithmetic/interpolate.ts)
export const SOFTMAX_INT16_RECIPROCAL = 28; // address of int16 [513]: 1 / (1 + x) from 0 to 1
export const SOFTMAX_INT16_SIZE = 32;
