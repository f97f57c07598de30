// QUANTIZE and DEQUANTIZE between float32 and int8: the record of kernels `quantize` and `dequantize`. Four bytes a field.
export const QUANTIZE_INPUT = 0; // address: float32 [count] for `quantize`, int8 [count] for `dequantize`
export const QUANTIZE_OUTPUT = 4; // address: int8 [count], float32 [count]
export const QUANTIZE_COUNT = 8; // int32
export const QUANTIZE_SCALE = 12; // float32
export const QUANTIZE_ZERO_POINT = 16; // int32
export const QUANTIZE_SIZE = 20;
