// CONV_2D: the record of kernels `conv_2d`, `conv_2d_offset` and `conv_2d_int4`, behind its window. Addresses are byte offsets into linear memory; every field is one i32.
//
// Weights come in tiles of four output channels, missing ones 0:
//   bias         int32 [4], input offset folded in
//   multipliers  {int32 multiplier, int32 shift} [4], positive shifts to the left; left out where one pair serves all channels
//   weights      int8 [depth][4]; of `conv_2d_int4` int4 [depth][4], the first channel in the lowest nibble, filled up to a whole word
import { WINDOW_SIZE } from "./window";
export const CONV_2D_INPUT = WINDOW_SIZE; // address, int8 [batches][in_h][in_w][in_c]
export const CONV_2D_OUTPUT = WINDOW_SIZE + 4; // address, int8 [batches][out_h][out_w][out_stride], at the first channel written
export const CONV_2D_TILES = WINDOW_SIZE + 8; // where the tiles lie (inner/stage.ts): [groups][ceil(out_c / 4)] tiles, see above
export const CONV_2D_BUFFER = WINDOW_SIZE + 12; // address of a slice of tiles that is staged; unused on the desktop
export const CONV_2D_MULTIPLIER = WINDOW_SIZE + 16; // address of {int32 multiplier, int32 shift} for all channels; 0: every tile has its own
export const CONV_2D_PACKS = WINDOW_SIZE + 20; // address of scratch, int64 [depth][2]: three pixels to a word
export const CONV_2D_PATCHES = WINDOW_SIZE + 24; // address of scratch, int8 [3][depth]: patches that touch a border
export const CONV_2D_SUMS = WINDOW_SIZE + 28; // address of scratch, see below
export const CONV_2D_IN_C = WINDOW_SIZE + 32; // channels of a pixel, all groups
export const CONV_2D_GROUPS = WINDOW_SIZE + 36;
export const CONV_2D_GROUP_C = WINDOW_SIZE + 40; // input channels of one group
export const CONV_2D_OUT_C = WINDOW_SIZE + 44; // output channels of one group
export const CONV_2D_SLICE_C = WINDOW_SIZE + 48; // output channels of a slice, a multiple of 4; at least out_c where all tiles of a group are one slice
export const CONV_2D_OUT_STRIDE = WINDOW_SIZE + 52; // bytes from one output pixel to the next
export const CONV_2D_DEPTH = WINDOW_SIZE + 56; // k_h * k_w * group_c
export const CONV_2D_SPILL = WINDOW_SIZE + 60; // terms that a 21-bit field can sum: 64, or 63 where a weight is -128; 1023 of int4
export const CONV_2D_FILL = WINDOW_SIZE + 64; // what a padded tap reads: the input's zero point
export const CONV_2D_OUTPUT_OFFSET = WINDOW_SIZE + 68; // the output's zero point
export const CONV_2D_MIN = WINDOW_SIZE + 72; // clamp, int8
export const CONV_2D_MAX = WINDOW_SIZE + 76;
export const CONV_2D_SIZE = WINDOW_SIZE + 80;
/** Of `conv_2d_offset` alone: negated zero point of the weights. */
export const CONV_2D_WEIGHTS_OFFSET = CONV_2D_SIZE;
export const CONV_2D_OFFSET_SIZE = CONV_2D_SIZE + 4;

/** Output pixels that are packed and multiplied at once. */
export const CONV_2D_PIXELS = 6;
/** Scratch of a block: int32 sums [4 channels][6], then {address, row stride} of three patches. */
export const CONV_2D_SUMS_BYTES = 4 * 4 * CONV_2D_PIXELS + 8 * 3;
/** Of `conv_2d_offset`, behind it: int32 [6]. */
export const CONV_2D_TOTALS_BYTES = 4 * CONV_2D_PIXELS;
/** Packed activations of a block: bytes per term. Three pixels share a 64-bit word. */
export const CONV_2D_TERM_BYTES = 8 * (CONV_2D_PIXELS / 3);
