// LOGISTIC and TANH of int16: the record of kernels `logistic_int16` and `tanh_int16`. Every field is one i32.
export const SIGMOID_INT16_INPUT = 0; // address, int16 [count]
export const SIGMOID_INT16_OUTPUT = 4; // address, int16 [count], Q0.15
export const SIGMOID_INT16_COUNT = 8;
export const SIGMOID_INT16_MULTIPLIER = 12; // to three times the argument in Q3.12: code * multiplier / 2^right
export const SIGMOID_INT16_RIGHT = 16; // 0 to 31
export const SIGMOID_INT16_TABLE = 20; // address of uint16 [256]: the sigmoid of i / 24 in Q0.16
export const SIGMOID_INT16_SIZE = 24;
