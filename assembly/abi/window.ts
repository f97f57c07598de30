// A window sliding over height and width: how the records of CONV_2D, DEPTHWISE_CONV_2D, AVERAGE_POOL_2D and MAX_POOL_2D begin.
// Every field is one i32.
export const WINDOW_BATCHES = 0;
export const WINDOW_IN_H = 4;
export const WINDOW_IN_W = 8;
export const WINDOW_OUT_H = 12;
export const WINDOW_OUT_W = 16;
export const WINDOW_K_H = 20; // taps
export const WINDOW_K_W = 24;
export const WINDOW_STRIDE_H = 28;
export const WINDOW_STRIDE_W = 32;
export const WINDOW_DILATION_H = 36; // 1: neighbouring taps
export const WINDOW_DILATION_W = 40;
export const WINDOW_PAD_TOP = 44; // padded elements in front
export const WINDOW_PAD_LEFT = 48;
/** Where a record's own fields begin. */
export const WINDOW_SIZE = 52;
