// Codes of one quantization into codes of another: the record of kernels `requantize_<from>_<to>`. Every field is one i32.
export const REQUANTIZE_INPUT = 0; // address, [count] of the first type
export const REQUANTIZE_OUTPUT = 4; // address, [count] of the second type
export const REQUANTIZE_COUNT = 8;
export const REQUANTIZE_INPUT_OFFSET = 12; // negated zero point
export const REQUANTIZE_MULTIPLIER = 16; // input scale / output scale
export const REQUANTIZE_SHIFT = 20; // positive to the left
export const REQUANTIZE_OUTPUT_OFFSET = 24; // zero point
export const REQUANTIZE_MIN = 28; // clamp
export const REQUANTIZE_MAX = 32;
export const REQUANTIZE_SIZE = 36;
