// The record of kernel `lookup`: any function of one int8 (LOGISTIC, TANH, RELU, QUANTIZE int8 -> int8, ...). Every field is one i32.
export const LOOKUP_INPUT = 0; // address, int8 [count]
export const LOOKUP_OUTPUT = 4; // address, int8 [count]; may be the input
export const LOOKUP_TABLE = 8; // address, int8 [256], first entry for -128
export const LOOKUP_COUNT = 12;
export const LOOKUP_SIZE = 16;
