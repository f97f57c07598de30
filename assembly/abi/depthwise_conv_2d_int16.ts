// DEPTHWISE_CONV_2D of int16: the record of kernel `depthwise_conv_2d_int16`, behind its window. Every field is one i32.
// Weights come in tiles of four output channels, whose depth is the taps of the window (abi/wide_tile.ts).
import { WINDOW_SIZE } from "./window";
export const DEPTHWISE_CONV_2D_INT16_INPUT = WINDOW_SIZE; // address, int16 [batches][in_h][in_w][in_c]
export const DEPTHWISE_CONV_2D_INT16_OUTPUT = WINDOW_SIZE + 4; // address, int16 [batches][out_h][out_w][out_c]
export const DEPTHWISE_CONV_2D_INT16_TILES = WINDOW_SIZE + 8; // where the tiles lie (inner/stage.ts): [ceil(out_c / 4)] tiles
export const DEPTHWISE_CONV_2D_INT16_BUFFER = WINDOW_SIZE + 12; // address of a slice of tiles that is staged; unused on the desktop
export const DEPTHWISE_CONV_2D_INT16_SUMS = WINDOW_SIZE + 16; // address of scratch, int64 [4]
export const DEPTHWISE_CONV_2D_INT16_IN_C = WINDOW_SIZE + 20;
export const DEPTHWISE_CONV_2D_INT16_DEPTH_MULTIPLIER = WINDOW_SIZE + 24; // output channel o reads input channel o / depth_multiplier
export const DEPTHWISE_CONV_2D_INT16_OUT_C = WINDOW_SIZE + 28;
export const DEPTHWISE_CONV_2D_INT16_SLICE_C = WINDOW_SIZE + 32; // output channels of a slice, a multiple of 4
export const DEPTHWISE_CONV_2D_INT16_TILE_BYTES = WINDOW_SIZE + 36;
export const DEPTHWISE_CONV_2D_INT16_ROUNDING = WINDOW_SIZE + 40; // abi/wide_tile.ts
export const DEPTHWISE_CONV_2D_INT16_MIN = WINDOW_SIZE + 44; // clamp
export const DEPTHWISE_CONV_2D_INT16_MAX = WINDOW_SIZE + 48;
export const DEPTHWISE_CONV_2D_INT16_SIZE = WINDOW_SIZE + 52;
