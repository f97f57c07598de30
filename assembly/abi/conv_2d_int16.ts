// CONV_2D and FULLY_CONNECTED of int16: the record of kernel `conv_2d_int16`, behind its window. Every field is one i32.
// Weights come in tiles of four output channels (abi/wide_tile.ts).
import { WINDOW_SIZE } from "./window";
import { WIDE_SUMS_BYTES } from "./wide_tile";
export const CONV_2D_INT16_INPUT = WINDOW_SIZE; // address, int16 [batches][in_h][in_w][in_c]
export const CONV_2D_INT16_OUTPUT = WINDOW_SIZE + 4; // address, int16 [batches][out_h][out_w][groups * out_c]
export const CONV_2D_INT16_TILES = WINDOW_SIZE + 8; // where the tiles lie (inner/stage.ts): [groups][ceil(out_c / 4)] tiles
export const CONV_2D_INT16_BUFFER = WINDOW_SIZE + 12; // address of a slice of tiles that is staged; unused on the desktop
export const CONV_2D_INT16_PATCHES = WINDOW_SIZE + 16; // address of scratch, int16 [2][depth]; unused where a window has one tap
export const CONV_2D_INT16_SUMS = WINDOW_SIZE + 20; // address of scratch, int64 [2][4]
export const CONV_2D_INT16_IN_C = WINDOW_SIZE + 24; // channels of a pixel, all groups
export const CONV_2D_INT16_GROUPS = WINDOW_SIZE + 28;
export const CONV_2D_INT16_GROUP_C = WINDOW_SIZE + 32; // input channels of one group
export const CONV_2D_INT16_OUT_C = WINDOW_SIZE + 36; // output channels of one group
export const CONV_2D_INT16_SLICE_C = WINDOW_SIZE + 40; // output channels of a slice, a multiple of 4
export const CONV_2D_INT16_DEPTH = WINDOW_SIZE + 44; // k_h * k_w * group_c
export const CONV_2D_INT16_TILE_BYTES = WINDOW_SIZE + 48;
export const CONV_2D_INT16_WEIGHTS_OFFSET = WINDOW_SIZE + 52; // negated zero point of the weights
export const CONV_2D_INT16_ROUNDING = WINDOW_SIZE + 56; // abi/wide_tile.ts
export const CONV_2D_INT16_MIN = WINDOW_SIZE + 60; // clamp
export const CONV_2D_INT16_MAX = WINDOW_SIZE + 64;
export const CONV_2D_INT16_SIZE = WINDOW_SIZE + 68;

export const CONV_2D_INT16_SUMS_BYTES = 2 * WIDE_SUMS_BYTES;
