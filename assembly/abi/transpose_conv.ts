// TRANSPOSE_CONV: the record of kernels `transpose_conv` and `transpose_conv_int16`, behind its window, which slides over the output. Every field is one i32.
// Weights come in tiles of four output channels (abi/wide_tile.ts) of depth k_h * k_w * in_c.
import { WINDOW_SIZE } from "./window";
export const TRANSPOSE_CONV_INPUT = WINDOW_SIZE; // address, int8 or int16 [batches][in_h][in_w][in_c]
export const TRANSPOSE_CONV_OUTPUT = WINDOW_SIZE + 4; // address, as the input [batches][out_h][out_w][out_c]
export const TRANSPOSE_CONV_TILES = WINDOW_SIZE + 8; // where the tiles lie (inner/stage.ts): [ceil(out_c / 4)] tiles
export const TRANSPOSE_CONV_BUFFER = WINDOW_SIZE + 12; // address of a slice of tiles that is staged; unused on the desktop
export const TRANSPOSE_CONV_SUMS = WINDOW_SIZE + 16; // address of scratch, int64 [4]
export const TRANSPOSE_CONV_IN_C = WINDOW_SIZE + 20;
export const TRANSPOSE_CONV_OUT_C = WINDOW_SIZE + 24;
export const TRANSPOSE_CONV_SLICE_C = WINDOW_SIZE + 28; // output channels of a slice, a multiple of 4
export const TRANSPOSE_CONV_TILE_BYTES = WINDOW_SIZE + 32;
export const TRANSPOSE_CONV_ZERO = WINDOW_SIZE + 36; // the input's zero point
export const TRANSPOSE_CONV_ROUNDING = WINDOW_SIZE + 40; // abi/wide_tile.ts
export const TRANSPOSE_CONV_OUTPUT_OFFSET = WINDOW_SIZE + 44; // the output's zero point
export const TRANSPOSE_CONV_MIN = WINDOW_SIZE + 48; // clamp
export const TRANSPOSE_CONV_MAX = WINDOW_SIZE + 52;
export const TRANSPOSE_CONV_SIZE = WINDOW_SIZE + 56;
