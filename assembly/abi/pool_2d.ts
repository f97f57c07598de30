// AVERAGE_POOL_2D and MAX_POOL_2D: the record of kernels `average_pool_2d` and `max_pool_2d`. Every field is one i32.
export const POOL_2D_INPUT = 0; // address, int8 [batches][in_h][in_w][channels]
export const POOL_2D_OUTPUT = 4; // address, int8 [batches][out_h][out_w][channels]
export const POOL_2D_BATCHES = 8;
export const POOL_2D_IN_H = 12;
export const POOL_2D_IN_W = 16;
export const POOL_2D_CHANNELS = 20;
export const POOL_2D_OUT_H = 24;
export const POOL_2D_OUT_W = 28;
export const POOL_2D_K_H = 32;
export const POOL_2D_K_W = 36;
export const POOL_2D_STRIDE_H = 40;
export const POOL_2D_STRIDE_W = 44;
export const POOL_2D_PAD_TOP = 48;
export const POOL_2D_PAD_LEFT = 52;
export const POOL_2D_MIN = 56;
export const POOL_2D_MAX = 60;
export const POOL_2D_SIZE = 64;
