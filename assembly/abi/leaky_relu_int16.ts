// LEAKY_RELU of int16: the record of kernel `leaky_relu_int16`. Every field is one i32.
export const LEAKY_RELU_INT16_INPUT = 0; // address, int16 [count]
export const LEAKY_RELU_INT16_OUTPUT = 4; // address, int16 [count]
export const LEAKY_RELU_INT16_COUNT = 8;
export const LEAKY_RELU_INT16_INPUT_OFFSET = 12; // negated zero point
export const LEAKY_RELU_INT16_OUTPUT_OFFSET = 16; // zero point
export const LEAKY_RELU_INT16_MULTIPLIER = 20; // input scale / output scale: of values that are not negative
export const LEAKY_RELU_INT16_SHIFT = 24; // positive to the left
export const LEAKY_RELU_INT16_ALPHA = 28; // |alpha| times that: of negative values
export const LEAKY_RELU_INT16_ALPHA_SHIFT = 32;
export const LEAKY_RELU_INT16_ALPHA_SIGN = 36; // 1 or -1
export const LEAKY_RELU_INT16_SIZE = 40;
