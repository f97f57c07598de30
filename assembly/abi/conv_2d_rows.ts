// CONV_2D for vector units: the record of kernel `conv_2d_rows`, behind its window. Every field is one i32.
//
// A patch is summed in rows: runs of bytes that lie together in memory, filled up to blocks of 16 terms with weights of 0. Where patches are
// read in place a row is one of the filter's rows; where every patch has to be copied out it is the whole patch.
//
// Weights come in slices of whole tiles of four output channels, missing ones 0:
//   bias      int32 [channels], input offset folded in
//   rescale   16 bytes [channels], see inner/rescale_row.ts
//   weights   int8 [channels / 4][rows][blocks][4][16]
import { WINDOW_SIZE } from "./window";
export const CONV_2D_ROWS_INPUT = WINDOW_SIZE; // address, int8 [batches][in_h][in_w][in_c]
export const CONV_2D_ROWS_OUTPUT = WINDOW_SIZE + 4; // address, int8 [batches][out_h][out_w][out_stride]
export const CONV_2D_ROWS_SLICES = WINDOW_SIZE + 8; // where the slices lie (inner/stage.ts): those of one group, then the next group's
export const CONV_2D_ROWS_BUFFER = WINDOW_SIZE + 12; // address of a slice that is staged; unused on the desktop
export const CONV_2D_ROWS_PATCH = WINDOW_SIZE + 16; // address of scratch, int8 [rows][row_bytes] and 16 bytes: a patch that is copied out
export const CONV_2D_ROWS_SUMS = WINDOW_SIZE + 20; // address of scratch, int32 [slice_c rounded up to fours]
export const CONV_2D_ROWS_IN_C = WINDOW_SIZE + 24; // channels of a pixel, all groups
export const CONV_2D_ROWS_GROUPS = WINDOW_SIZE + 28;
export const CONV_2D_ROWS_GROUP_C = WINDOW_SIZE + 32; // input channels of one group
export const CONV_2D_ROWS_OUT_C = WINDOW_SIZE + 36; // output channels of one group
export const CONV_2D_ROWS_SLICE_C = WINDOW_SIZE + 40; // output channels of a slice, a multiple of 4; the last slice of a group has what is left
export const CONV_2D_ROWS_OUT_STRIDE = WINDOW_SIZE + 44; // bytes from one output pixel to the next
export const CONV_2D_ROWS_IN_PLACE = WINDOW_SIZE + 48; // 1: patches that touch no border are read where they lie
export const CONV_2D_ROWS_ROWS = WINDOW_SIZE + 52; // rows of a patch
export const CONV_2D_ROWS_BLOCKS = WINDOW_SIZE + 56; // blocks of 16 terms of a row
export const CONV_2D_ROWS_FILL = WINDOW_SIZE + 60; // what a padded tap reads: the input's zero point
export const CONV_2D_ROWS_FOLDED = WINDOW_SIZE + 64; // 1: entries of `rescale` are folded (inner/rescale_row.ts)
export const CONV_2D_ROWS_OUTPUT_OFFSET = WINDOW_SIZE + 68; // the output's zero point; not needed where entries are folded
export const CONV_2D_ROWS_MIN = WINDOW_SIZE + 72; // clamp, int8
export const CONV_2D_ROWS_MAX = WINDOW_SIZE + 76;
export const CONV_2D_ROWS_SIZE = WINDOW_SIZE + 80;
