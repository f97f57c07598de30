// CONV_2D on SIMD cores: the record of kernel `conv_2d_v128`, behind its window. Addresses are byte offsets into linear memory; every field is one i32.
//
// Weights come in tiles of eight output channels, missing ones 0:
//   rescaling  RESCALE_V128_* (abi/rescale_v128.ts)
//   weights    int16 [ceil(depth / 2)][8][2], their zero point taken off; an odd depth ends with 0
import { RESCALE_V128_BYTES } from "./rescale_v128";
import { WINDOW_SIZE } from "./window";
export const CONV_2D_V128_INPUT = WINDOW_SIZE; // address, int8 [batches][in_h][in_w][in_c]
export const CONV_2D_V128_OUTPUT = WINDOW_SIZE + 4; // address, int8 [batches][out_h][out_w][groups * out_c]
export const CONV_2D_V128_TILES = WINDOW_SIZE + 8; // address, [groups][ceil(out_c / 8)] tiles, see above
export const CONV_2D_V128_ROWS = WINDOW_SIZE + 12; // address of scratch, int16 [ceil(depth / 8) * 4][PIXELS][2]: pixels side by side
export const CONV_2D_V128_PATCH = WINDOW_SIZE + 16; // address of scratch, int8 [PIXELS][depth + SLACK, a multiple of 8]: patches that are not one run of bytes of the input
export const CONV_2D_V128_IN_C = WINDOW_SIZE + 20; // channels of a pixel, all groups
export const CONV_2D_V128_GROUPS = WINDOW_SIZE + 24;
export const CONV_2D_V128_GROUP_C = WINDOW_SIZE + 28; // input channels of one group
export const CONV_2D_V128_OUT_C = WINDOW_SIZE + 32; // output channels of one group
export const CONV_2D_V128_DEPTH = WINDOW_SIZE + 36; // k_h * k_w * group_c
export const CONV_2D_V128_KIND = WINDOW_SIZE + 40; // how sums are rescaled (abi/rescale_v128.ts)
export const CONV_2D_V128_COMMON = WINDOW_SIZE + 44; // shift of all channels
export const CONV_2D_V128_FILL = WINDOW_SIZE + 48; // what a padded tap reads: the input's zero point
export const CONV_2D_V128_OUTPUT_OFFSET = WINDOW_SIZE + 52; // the output's zero point
export const CONV_2D_V128_MIN = WINDOW_SIZE + 56; // clamp, int8
export const CONV_2D_V128_MAX = WINDOW_SIZE + 60;
export const CONV_2D_V128_SIZE = WINDOW_SIZE + 64;

/** Output pixels that are multiplied at once. */
export const CONV_2D_V128_PIXELS = 4;
/** Where the weights of a tile begin. */
export const CONV_2D_V128_WEIGHTS = RESCALE_V128_BYTES;
/** Bytes behind a patch that may be overwritten as it is copied (inner/copy_patch_16s.ts). */
export const CONV_2D_V128_SLACK = 16;
