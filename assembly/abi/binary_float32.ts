// ADD, SUB, MUL and DIV, float32: what the records of kernels `add_float32`, `sub_float32`, `mul_float32` and `div_float32` hold behind BINARY_*.
import { BINARY_SIZE } from "./binary";
export const BINARY_FLOAT32_MIN = BINARY_SIZE; // clamp, float32
export const BINARY_FLOAT32_MAX = BINARY_SIZE + 4;
export const BINARY_FLOAT32_SIZE = BINARY_SIZE + 8;
