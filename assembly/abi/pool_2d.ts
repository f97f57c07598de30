// AVERAGE_POOL_2D and MAX_POOL_2D: the record of kernels `average_pool_2d`, `average_pool_2d_legacy`, `max_pool_2d` and those of int16. Behind its window;
// every field is one i32.
import { WINDOW_SIZE } from "./window";
export const POOL_2D_INPUT = WINDOW_SIZE; // address, int8 or int16 [batches][in_h][in_w][channels]
export const POOL_2D_OUTPUT = WINDOW_SIZE + 4; // address, as the input [batches][out_h][out_w][channels]
export const POOL_2D_CHANNELS = WINDOW_SIZE + 8;
export const POOL_2D_MIN = WINDOW_SIZE + 12;
export const POOL_2D_MAX = WINDOW_SIZE + 16;
export const POOL_2D_SIZE = WINDOW_SIZE + 20;
