// CONV_2D for vector units: the record of kernel `conv_2d_rows`, behind its window. Every field is one i32.
//
// A patch is summed in rows: runs of at most ROW_BLOCKS blocks of 16 bytes that lie together, filled up with weights of 0. Where patches are
// read in place the rows are those of the filter; where all are copied out they only cut the patch into pieces.
//
// Weights come in tiles of four output channels. Where outputs are folded, channels that are left come in tiles of one (`channelsAlone`), or in one of
// four that begins among the channels before, and a tile begins with:
//   entries      {int64 addend, int32 multiplier, int32 shift} [channels] (arithmetic/folded.ts)
// else missing channels are 0, and it begins with:
//   bias         int32 [4], input offset folded in
//   multipliers  {int32 multiplier, int32 shift} [4], positive shifts to the left
// and in either case:
//   weights      int8 [rows][blocks][channels][16]
import { WINDOW_SIZE } from "./window";
export const CONV_2D_ROWS_INPUT = WINDOW_SIZE; // address, int8 [batches][in_h][in_w][in_c]
export const CONV_2D_ROWS_OUTPUT = WINDOW_SIZE + 4; // address, int8 [batches][out_h][out_w][out_stride]
export const CONV_2D_ROWS_TILES = WINDOW_SIZE + 8; // where the tiles lie (inner/stage.ts): [groups][ceil(out_c / 4)]
export const CONV_2D_ROWS_BUFFER = WINDOW_SIZE + 12; // address of a slice of tiles that is staged; unused on the desktop
export const CONV_2D_ROWS_PATCHES = WINDOW_SIZE + 16; // address of scratch, int8 [most_patches][patch_bytes] and 16 bytes: patches that are copied out
export const CONV_2D_ROWS_SUMS = WINDOW_SIZE + 20; // address of scratch, int32 [4][TILE_PIXELS]; unused where outputs are folded
export const CONV_2D_ROWS_IN_C = WINDOW_SIZE + 24; // channels of a pixel, all groups
export const CONV_2D_ROWS_GROUPS = WINDOW_SIZE + 28;
export const CONV_2D_ROWS_GROUP_C = WINDOW_SIZE + 32; // input channels of one group
export const CONV_2D_ROWS_OUT_C = WINDOW_SIZE + 36; // output channels of one group
export const CONV_2D_ROWS_SLICE_C = WINDOW_SIZE + 40; // output channels of a slice, a multiple of 4
export const CONV_2D_ROWS_OUT_STRIDE = WINDOW_SIZE + 44; // bytes from one output pixel to the next
export const CONV_2D_ROWS_IN_PLACE = WINDOW_SIZE + 48; // 1: patches that touch no border are read where they lie
export const CONV_2D_ROWS_ROWS = WINDOW_SIZE + 52; // rows of a patch
export const CONV_2D_ROWS_BLOCKS = WINDOW_SIZE + 56; // blocks of 16 terms of a row, at most ROW_BLOCKS
export const CONV_2D_ROWS_ROW_STEP = WINDOW_SIZE + 60; // bytes from one row to the next of a patch in place
export const CONV_2D_ROWS_PATCH_STEP = WINDOW_SIZE + 64; // the same of a patch that is copied out
export const CONV_2D_ROWS_PATCH_BYTES = WINDOW_SIZE + 68; // k_h * k_w * group_c
export const CONV_2D_ROWS_MOST_PATCHES = WINDOW_SIZE + 72; // patches that are copied out at once
export const CONV_2D_ROWS_FOLDED = WINDOW_SIZE + 76; // 1: outputs are folded
export const CONV_2D_ROWS_FILL = WINDOW_SIZE + 80; // what a padded tap reads: the input's zero point, as an unsigned byte
export const CONV_2D_ROWS_OUTPUT_OFFSET = WINDOW_SIZE + 84; // the output's zero point, where outputs are not folded
export const CONV_2D_ROWS_MIN = WINDOW_SIZE + 88; // clamp, int8
export const CONV_2D_ROWS_MAX = WINDOW_SIZE + 92;
export const CONV_2D_ROWS_SIZE = WINDOW_SIZE + 96;

/** Blocks of 16 terms that are walked behind one clamped address: 4 * 16 weights each. */
export const ROW_BLOCKS = 15;
/** Pixels whose sums wait for being rescaled. */
export const TILE_PIXELS = 16;

/** Of the channels of a slice, the last, how many are tiles of one. @param group output channels of the group */
export function channelsAlone(channels: i32, group: i32): i32 {
  return group < 4 ? channels : (channels & 3) == 1 ? 1 : 0;
}
