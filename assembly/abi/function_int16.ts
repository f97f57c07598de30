// ABS, NEG and RSQRT of int16: the record of kernels `abs_int16`, `neg_int16` and `rsqrt_int16`. Every field is one i32.
export const FUNCTION_INT16_INPUT = 0; // address, int16 [count], zero point 0
export const FUNCTION_INT16_OUTPUT = 4; // address, int16 [count], zero point 0; may be the input
export const FUNCTION_INT16_COUNT = 8;
export const FUNCTION_INT16_MULTIPLIER = 12; // ABS, NEG: input scale / output scale, 0 where nothing is rescaled; RSQRT: 1 / (sqrt(input scale) * output scale)
export const FUNCTION_INT16_SHIFT = 16; // positive to the left; RSQRT: less RSQRT_BITS
export const FUNCTION_INT16_SIZE = 20;

/** Bits behind the point of a reciprocal root on its way to the output's scale. */
export const RSQRT_BITS = 20;

// kernel `sqrt_int16`, in place of the multiplier and the shift: float32
export const SQRT_INT16_INPUT_SCALE = FUNCTION_INT16_MULTIPLIER;
export const SQRT_INT16_OUTPUT_SCALE = FUNCTION_INT16_SHIFT;
