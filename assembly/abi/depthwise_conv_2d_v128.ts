// DEPTHWISE_CONV_2D on SIMD cores: the record of kernels `depthwise_conv_2d_v128*`. Every field is one i32.
//
// The filter walks along one axis of the image, line by line along the other: lowering says which is which. Two taps that follow each other across lines
// are one 16-bit dot product, so the plane, a widened and padded copy of what eight output channels read for some lines, has pairs of them:
//   plane  int16 [pairs of lines][positions][8][2], or, where the eight read one input channel (`shared`), int16 [pairs of lines][positions][2]
// Pairs of lines are (0, 1), (2, 3), ...: an odd line begins with half a pair, so that its weights come a second time, moved by one. Where the filter is
// dilated across lines, pairs are (0, d), (1, 1 + d), ...
//
// Weights come in tiles of eight output channels, the last of which begins at out_c - 8 if there are as many:
//   rescaling  RESCALE_V128_* (abi/rescale_v128.ts)
//   weights    int16 [even, odd first line][2][pairs of taps][taps along the line][4][2], their zero point taken off, times the power of two of RESCALE_V128_EVEN
import { RESCALE_V128_BYTES } from "./rescale_v128";
export const DEPTHWISE_V128_INPUT = 0; // address, int8 [batches][in_h][in_w][in_c]
export const DEPTHWISE_V128_OUTPUT = 4; // address, int8 [batches][out_h][out_w][out_c]
export const DEPTHWISE_V128_TILES = 8; // address, see above
export const DEPTHWISE_V128_PLANE = 12; // address of scratch, see above
export const DEPTHWISE_V128_SUMS = 16; // address of scratch, int32 [out_n][8]: one line
export const DEPTHWISE_V128_PADDING = 20; // address, int8 [16]: what a padded tap reads, the input's zero point
export const DEPTHWISE_V128_BATCHES = 24;
export const DEPTHWISE_V128_IN_BYTES = 28; // of one batch
export const DEPTHWISE_V128_OUT_BYTES = 32;
export const DEPTHWISE_V128_OUT_C = 36;
export const DEPTHWISE_V128_MULTIPLIER = 40; // output channel o reads input channel o / multiplier
// Across lines:
export const DEPTHWISE_V128_IN_LINES = 44;
export const DEPTHWISE_V128_OUT_LINES = 48;
export const DEPTHWISE_V128_LINE_STRIDE = 52;
export const DEPTHWISE_V128_LINE_DILATION = 56;
export const DEPTHWISE_V128_LINE_PAD = 60; // in front
export const DEPTHWISE_V128_IN_LINE_STEP = 64; // bytes
export const DEPTHWISE_V128_OUT_LINE_STEP = 68; // bytes
export const DEPTHWISE_V128_PAIRS = 72; // of taps
export const DEPTHWISE_V128_ADVANCE = 76; // lines from one pair of lines to the next: 2, or 1 if dilated
export const DEPTHWISE_V128_STRIP = 80; // output lines that share a plane
export const DEPTHWISE_V128_STRIP_PAIRS = 84; // pairs of lines of a plane
// Along a line:
export const DEPTHWISE_V128_IN_N = 88;
export const DEPTHWISE_V128_OUT_N = 92;
export const DEPTHWISE_V128_STRIDE = 96;
export const DEPTHWISE_V128_DILATION = 100;
export const DEPTHWISE_V128_PAD = 104; // in front
export const DEPTHWISE_V128_IN_STEP = 108; // bytes
export const DEPTHWISE_V128_OUT_STEP = 112; // bytes
export const DEPTHWISE_V128_TAPS = 116;
export const DEPTHWISE_V128_POSITIONS = 120; // of the plane
// Of sums:
export const DEPTHWISE_V128_KIND = 124; // how they are rescaled (abi/rescale_v128.ts)
export const DEPTHWISE_V128_COMMON = 128; // shift of all channels
export const DEPTHWISE_V128_OUTPUT_OFFSET = 132; // the output's zero point
export const DEPTHWISE_V128_MIN = 136; // clamp, int8
export const DEPTHWISE_V128_MAX = 140;
export const DEPTHWISE_V128_SIZE = 144;

/** Where the weights of a tile begin. */
export const DEPTHWISE_V128_WEIGHTS = RESCALE_V128_BYTES;
