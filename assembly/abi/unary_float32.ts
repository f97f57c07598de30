// Functions of one float32: the record of the kernels of kernels/unary_float32.ts. Fields are i32 unless stated.
export const UNARY_FLOAT32_INPUT = 0; // address, float32 [count]
export const UNARY_FLOAT32_OUTPUT = 4; // address, float32 [count]
export const UNARY_FLOAT32_COUNT = 8;
export const UNARY_FLOAT32_LOW = 12; // float32: lower bound of `clip_float32`, slope of `leaky_relu_float32`
export const UNARY_FLOAT32_HIGH = 16; // float32: upper bound of `clip_float32`
export const UNARY_FLOAT32_SIZE = 20;
