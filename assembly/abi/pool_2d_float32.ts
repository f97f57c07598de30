// AVERAGE_POOL_2D, MAX_POOL_2D and L2_POOL_2D, float32: the record of kernels `average_pool_2d_float32`, `max_pool_2d_float32` and
// `l2_pool_2d_float32`, behind its window. Fields are i32 unless stated.
import { WINDOW_SIZE } from "./window";
export const POOL_2D_FLOAT32_INPUT = WINDOW_SIZE; // address, float32 [batches][in_h][in_w][channels]
export const POOL_2D_FLOAT32_OUTPUT = WINDOW_SIZE + 4; // address, float32 [batches][out_h][out_w][channels]
export const POOL_2D_FLOAT32_CHANNELS = WINDOW_SIZE + 8;
export const POOL_2D_FLOAT32_MIN = WINDOW_SIZE + 12; // clamp, float32
export const POOL_2D_FLOAT32_MAX = WINDOW_SIZE + 16;
export const POOL_2D_FLOAT32_SIZE = WINDOW_SIZE + 20;
