// CONV_2D and FULLY_CONNECTED whose results are float32: the record of kernels `conv_2d_float32` and `conv_2d_hybrid`, behind its window. Fields are
// i32 unless stated.
//
// Weights come in tiles of four output channels, missing ones 0:
//   bias         float32 [4]
//   scales       float32 [4], hybrid only
//   weights      float32 [depth][4]; hybrid: int8
//
// Hybrid inputs are int8, with {float32 scale, int32 offset} for every batch (kernels/quantize_rows.ts).
import { WINDOW_SIZE } from "./window";
export const CONV_2D_FLOAT32_INPUT = WINDOW_SIZE; // address, float32 [batches][in_h][in_w][in_c]; hybrid: int8
export const CONV_2D_FLOAT32_OUTPUT = WINDOW_SIZE + 4; // address, float32 [batches][out_h][out_w][groups * out_c]
export const CONV_2D_FLOAT32_TILES = WINDOW_SIZE + 8; // where the tiles lie (inner/stage.ts): [groups][ceil(out_c / 4)] tiles
export const CONV_2D_FLOAT32_BUFFER = WINDOW_SIZE + 12; // address of a slice of tiles that is staged; unused on the desktop
export const CONV_2D_FLOAT32_SUMS = WINDOW_SIZE + 16; // address of scratch, float32 or int32 [4]
export const CONV_2D_FLOAT32_IN_C = WINDOW_SIZE + 20; // channels of a pixel, all groups
export const CONV_2D_FLOAT32_GROUPS = WINDOW_SIZE + 24;
export const CONV_2D_FLOAT32_GROUP_C = WINDOW_SIZE + 28; // input channels of one group
export const CONV_2D_FLOAT32_OUT_C = WINDOW_SIZE + 32; // output channels of one group
export const CONV_2D_FLOAT32_SLICE_C = WINDOW_SIZE + 36; // output channels of a slice, a multiple of 4
export const CONV_2D_FLOAT32_MIN = WINDOW_SIZE + 40; // clamp, float32
export const CONV_2D_FLOAT32_MAX = WINDOW_SIZE + 44;
export const CONV_2D_FLOAT32_RANGES = WINDOW_SIZE + 48; // hybrid: address of {float32 scale, int32 offset} [batches]
export const CONV_2D_FLOAT32_IN_TURN = WINDOW_SIZE + 52; // hybrid: whether sums meet the weights' scale first, then the input's; else their product
export const CONV_2D_FLOAT32_SIZE = WINDOW_SIZE + 56;

export const CONV_2D_FLOAT32_SUMS_BYTES = 16;
