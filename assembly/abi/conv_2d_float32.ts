// CONV_2D and FULLY_CONNECTED, float32: the record of kernel `conv_2d_float32`, behind its window. Fields are i32 unless stated.
//
// Weights come in tiles of four output channels, missing ones 0:
//   bias         float32 [4]
//   weights      float32 [depth][4]
import { WINDOW_SIZE } from "./window";
export const CONV_2D_FLOAT32_INPUT = WINDOW_SIZE; // address, float32 [batches][in_h][in_w][in_c]
export const CONV_2D_FLOAT32_OUTPUT = WINDOW_SIZE + 4; // address, float32 [batches][out_h][out_w][groups * out_c]
export const CONV_2D_FLOAT32_TILES = WINDOW_SIZE + 8; // where the tiles lie (inner/stage.ts): [groups][ceil(out_c / 4)] tiles
export const CONV_2D_FLOAT32_BUFFER = WINDOW_SIZE + 12; // address of a slice of tiles that is staged; unused on the desktop
export const CONV_2D_FLOAT32_SUMS = WINDOW_SIZE + 16; // address of scratch, float32 [4]
export const CONV_2D_FLOAT32_IN_C = WINDOW_SIZE + 20; // channels of a pixel, all groups
export const CONV_2D_FLOAT32_GROUPS = WINDOW_SIZE + 24;
export const CONV_2D_FLOAT32_GROUP_C = WINDOW_SIZE + 28; // input channels of one group
export const CONV_2D_FLOAT32_OUT_C = WINDOW_SIZE + 32; // output channels of one group
export const CONV_2D_FLOAT32_SLICE_C = WINDOW_SIZE + 36; // output channels of a slice, a multiple of 4
export const CONV_2D_FLOAT32_MIN = WINDOW_SIZE + 40; // clamp, float32
export const CONV_2D_FLOAT32_MAX = WINDOW_SIZE + 44;
export const CONV_2D_FLOAT32_SIZE = WINDOW_SIZE + 48;

export const CONV_2D_FLOAT32_SUMS_BYTES = 16;
