// TRANSPOSE_CONV whose results are float32: the record of kernels `transpose_conv_float32` and `transpose_conv_hybrid`. Its window is that of the convolution that it transposes: IN is its
// output, OUT its input. Fields are i32 unless stated.
//
// Weights come in tiles of four output channels, missing ones 0:
//   bias         float32 [4]
//   scales       float32 [4], hybrid only
//   weights      float32, or int8 (hybrid) [k_h][k_w][in_c][4]
import { WINDOW_SIZE } from "./window";
export const TRANSPOSE_CONV_FLOAT32_INPUT = WINDOW_SIZE; // address, float32, or int8 (hybrid) [batches][WINDOW_OUT_H][WINDOW_OUT_W][in_c]
export const TRANSPOSE_CONV_FLOAT32_OUTPUT = WINDOW_SIZE + 4; // address, float32 [batches][WINDOW_IN_H][WINDOW_IN_W][out_c]
export const TRANSPOSE_CONV_FLOAT32_TILES = WINDOW_SIZE + 8; // where the tiles lie (inner/stage.ts)
export const TRANSPOSE_CONV_FLOAT32_BUFFER = WINDOW_SIZE + 12; // address of a slice of tiles that is staged; unused on the desktop
export const TRANSPOSE_CONV_FLOAT32_SUMS = WINDOW_SIZE + 16; // address of scratch, float32 [4]
export const TRANSPOSE_CONV_FLOAT32_IN_C = WINDOW_SIZE + 20;
export const TRANSPOSE_CONV_FLOAT32_OUT_C = WINDOW_SIZE + 24;
export const TRANSPOSE_CONV_FLOAT32_SLICE_C = WINDOW_SIZE + 28; // output channels of a slice, a multiple of 4
export const TRANSPOSE_CONV_FLOAT32_MIN = WINDOW_SIZE + 32; // clamp, float32
export const TRANSPOSE_CONV_FLOAT32_MAX = WINDOW_SIZE + 36;
export const TRANSPOSE_CONV_FLOAT32_RANGES = WINDOW_SIZE + 40; // hybrid only: address, {float32 scale, int32 offset} [batches]
export const TRANSPOSE_CONV_FLOAT32_SIZE = WINDOW_SIZE + 44;

export const TRANSPOSE_CONV_FLOAT32_SUMS_BYTES = 16;
