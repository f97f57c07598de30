// DEPTHWISE_CONV_2D: the record of kernels `depthwise_conv_2d` and `depthwise_conv_2d_3x3*`, behind its window. Every field is one i32.
//
// Weights come in tiles, one for each input channel, of the `depth_multiplier` output channels that read it:
//   bias         int32 [depth_multiplier], input offset folded in
//   multipliers  {int32 multiplier, int32 shift} [depth_multiplier], positive shifts to the left; left out where one pair serves all
//   weights      int8 [depth_multiplier][k_h][k_w], for 3x3 kernels that walk along x [depth_multiplier][k_w][k_h]; of `_wide` kernels int4 likewise, the even
//                one in the low nibble; filled up to whole words
//
// Outputs are computed in pieces of `rows` by `columns`. What a piece reads of LANES channels is copied out first, padding included: the
// plane. Its rows and columns lie `row_step` and `column_step` bytes apart, one of which is LANES.
import { WINDOW_SIZE } from "./window";
export const DEPTHWISE_CONV_2D_INPUT = WINDOW_SIZE; // address, int8 [batches][in_h][in_w][in_c]
export const DEPTHWISE_CONV_2D_OUTPUT = WINDOW_SIZE + 4; // address, int8 [batches][out_h][out_w][out_c]
export const DEPTHWISE_CONV_2D_TILES = WINDOW_SIZE + 8; // where the tiles lie (inner/stage.ts): [in_c] tiles, see above
export const DEPTHWISE_CONV_2D_BUFFER = WINDOW_SIZE + 12; // address of a slice of tiles that is staged; unused on the desktop
export const DEPTHWISE_CONV_2D_MULTIPLIER = WINDOW_SIZE + 16; // address of {int32 multiplier, int32 shift} for all channels; 0: every tile has its own
export const DEPTHWISE_CONV_2D_PLANE = WINDOW_SIZE + 20; // address of scratch, 8-byte aligned: the plane, LANES bytes more
export const DEPTHWISE_CONV_2D_PLANE_BYTES = WINDOW_SIZE + 24; // without those
export const DEPTHWISE_CONV_2D_PLANE_W = WINDOW_SIZE + 28; // (columns - 1) * stride_w + (k_w - 1) * dilation_w + 1
export const DEPTHWISE_CONV_2D_ROW_STEP = WINDOW_SIZE + 32;
export const DEPTHWISE_CONV_2D_COLUMN_STEP = WINDOW_SIZE + 36; // LANES where a 3x3 kernel has three outputs of a row in a word, and walks along y
export const DEPTHWISE_CONV_2D_ROWS = WINDOW_SIZE + 40; // of outputs of a piece
export const DEPTHWISE_CONV_2D_COLUMNS = WINDOW_SIZE + 44;
export const DEPTHWISE_CONV_2D_IN_C = WINDOW_SIZE + 48;
export const DEPTHWISE_CONV_2D_DEPTH_MULTIPLIER = WINDOW_SIZE + 52; // output channel o reads input channel o / depth_multiplier
export const DEPTHWISE_CONV_2D_OUT_C = WINDOW_SIZE + 56;
export const DEPTHWISE_CONV_2D_SLICE_C = WINDOW_SIZE + 60; // input channels of a slice; at least in_c where all tiles are one slice
export const DEPTHWISE_CONV_2D_FILL = WINDOW_SIZE + 64; // what a padded tap reads: the input's zero point
export const DEPTHWISE_CONV_2D_OUTPUT_OFFSET = WINDOW_SIZE + 68; // the output's zero point
export const DEPTHWISE_CONV_2D_MIN = WINDOW_SIZE + 72; // clamp, int8
export const DEPTHWISE_CONV_2D_MAX = WINDOW_SIZE + 76;
export const DEPTHWISE_CONV_2D_SIZE = WINDOW_SIZE + 80;
// Of `_wide` kernels alone.
export const DEPTHWISE_CONV_2D_WEIGHTS = DEPTHWISE_CONV_2D_SIZE; // address of scratch, int16 [depth_multiplier][taps]: one tile's weights less their zero point
export const DEPTHWISE_CONV_2D_WEIGHTS_OFFSET = DEPTHWISE_CONV_2D_SIZE + 4; // negated zero point of the weights
export const DEPTHWISE_CONV_2D_INT4 = DEPTHWISE_CONV_2D_SIZE + 8; // 1: weights are int4, else int8
export const DEPTHWISE_CONV_2D_WIDE_SIZE = DEPTHWISE_CONV_2D_SIZE + 12;

/** Channels that are copied out at once, side by side: a 64-bit word of them. */
export const DEPTHWISE_CONV_2D_LANES = 8;
