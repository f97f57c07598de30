// DEPTHWISE_CONV_2D: the record of kernels `depthwise_conv_2d`, `depthwise_conv_2d_3x3` and `depthwise_conv_2d_3x3_s2`, behind its window.
// Every field is one i32.
//
// Weights come in tiles, one for each input channel, of the `depth_multiplier` output channels that read it:
//   bias         int32 [depth_multiplier], input offset folded in
//   multipliers  {int32 multiplier, int32 shift} [depth_multiplier], positive shifts to the left; left out where one pair serves all
//   weights      int8 [depth_multiplier][k_h][k_w], filled up to whole words
import { WINDOW_SIZE } from "./window";
export const DEPTHWISE_CONV_2D_INPUT = WINDOW_SIZE; // address, int8 [batches][in_h][in_w][in_c]
export const DEPTHWISE_CONV_2D_OUTPUT = WINDOW_SIZE + 4; // address, int8 [batches][out_h][out_w][out_c]
export const DEPTHWISE_CONV_2D_TILES = WINDOW_SIZE + 8; // where the tiles lie (inner/stage.ts): [in_c] tiles, see above
export const DEPTHWISE_CONV_2D_BUFFER = WINDOW_SIZE + 12; // address of a slice of tiles that is staged; unused on the desktop
export const DEPTHWISE_CONV_2D_MULTIPLIER = WINDOW_SIZE + 16; // address of {int32 multiplier, int32 shift} for all channels; 0: every tile has its own
export const DEPTHWISE_CONV_2D_PLANE = WINDOW_SIZE + 20; // address of scratch, int8 [plane_w][plane_h]: one channel of a strip, padded, column by column
export const DEPTHWISE_CONV_2D_IN_C = WINDOW_SIZE + 24;
export const DEPTHWISE_CONV_2D_DEPTH_MULTIPLIER = WINDOW_SIZE + 28; // output channel o reads input channel o / depth_multiplier
export const DEPTHWISE_CONV_2D_OUT_C = WINDOW_SIZE + 32;
export const DEPTHWISE_CONV_2D_SLICE_C = WINDOW_SIZE + 36; // input channels of a slice; at least in_c where all tiles are one slice
export const DEPTHWISE_CONV_2D_STRIP = WINDOW_SIZE + 40; // output rows of a strip; for the 3x3 kernels a multiple of 3
export const DEPTHWISE_CONV_2D_PLANE_H = WINDOW_SIZE + 44; // (strip - 1) * stride_h + (k_h - 1) * dilation_h + 1
export const DEPTHWISE_CONV_2D_PLANE_W = WINDOW_SIZE + 48; // (out_w - 1) * stride_w + (k_w - 1) * dilation_w + 1
export const DEPTHWISE_CONV_2D_FILL = WINDOW_SIZE + 52; // what a padded tap reads: the input's zero point
export const DEPTHWISE_CONV_2D_OUTPUT_OFFSET = WINDOW_SIZE + 56; // the output's zero point
export const DEPTHWISE_CONV_2D_MIN = WINDOW_SIZE + 60; // clamp, int8
export const DEPTHWISE_CONV_2D_MAX = WINDOW_SIZE + 64;
export const DEPTHWISE_CONV_2D_SIZE = WINDOW_SIZE + 68;
