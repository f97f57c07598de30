// QUANTIZE and DEQUANTIZE between float32 and int8 or int16: the record of kernels `quantize`, `dequantize` and those of int16. Four bytes a field.
export const QUANTIZE_INPUT = 0; // address: float32 [count] for `quantize`, codes [count] for `dequantize`
export const QUANTIZE_OUTPUT = 4; // address: codes [count], float32 [count]
export const QUANTIZE_COUNT = 8; // int32
export const QUANTIZE_SCALE = 12; // float32
export const QUANTIZE_ZERO_POINT = 16; // int32
export const QUANTIZE_SIZE = 20;
