// CONV_2D for interpreters: the record of kernels `conv_2d_12` and `conv_2d_12_any`, behind its window. Addresses are byte offsets into
// linear memory; every field is one i32.
//
// Weights come in tiles of 8, 4, 3, 2 or 1 output channels (`channelsOfTile`), each a multiple of 4 bytes long:
//   folded   {int64 addend, int32 multiplier, int32 shift, int32 bias} [channels]: CONV_2D_12_FOLDED bytes each, see arithmetic/folded.ts
//   weights  int8 [even depth][channels]: an odd depth has one more term, of weights 0
import { WINDOW_SIZE } from "./window";
export const CONV_2D_12_INPUT = WINDOW_SIZE; // address, int8 [batches][in_h][in_w][in_c]
export const CONV_2D_12_OUTPUT = WINDOW_SIZE + 4; // address, int8 [batches][out_h][out_w][out_stride], at the first channel written
export const CONV_2D_12_TILES = WINDOW_SIZE + 8; // where the tiles lie (inner/stage.ts): [groups], each CONV_2D_12_GROUP_BYTES
export const CONV_2D_12_BUFFER = WINDOW_SIZE + 12; // address of a slice of tiles that is staged; unused on the desktop
export const CONV_2D_12_PACKS = WINDOW_SIZE + 16; // address of scratch, int64 [even depth][words]: three pixels to a word
export const CONV_2D_12_PATCHES = WINDOW_SIZE + 20; // address of scratch, int8 [3][depth]: patches that touch a border
export const CONV_2D_12_SCRATCH = WINDOW_SIZE + 24; // address of scratch, see below
export const CONV_2D_12_IN_C = WINDOW_SIZE + 28; // channels of a pixel, all groups
export const CONV_2D_12_GROUPS = WINDOW_SIZE + 32;
export const CONV_2D_12_GROUP_C = WINDOW_SIZE + 36; // input channels of one group
export const CONV_2D_12_OUT_C = WINDOW_SIZE + 40; // output channels of one group
export const CONV_2D_12_OUT_STRIDE = WINDOW_SIZE + 44; // bytes from one output pixel to the next
export const CONV_2D_12_DEPTH = WINDOW_SIZE + 48; // k_h * k_w * group_c
export const CONV_2D_12_FILL = WINDOW_SIZE + 52; // what a padded tap reads: the input's zero point
export const CONV_2D_12_MIN = WINDOW_SIZE + 56; // clamp, int8
export const CONV_2D_12_MAX = WINDOW_SIZE + 60;
export const CONV_2D_12_START = WINDOW_SIZE + 64; // what the folded addends expect a sum to begin with: FIELD_START for each chunk
export const CONV_2D_12_CHUNK = WINDOW_SIZE + 68; // terms that a field can sum, even; at least depth where sums are stored straight from their fields
export const CONV_2D_12_SIGNED = WINDOW_SIZE + 72; // 1 where outputs may lie below the output's zero point: rounding then depends on a sum's sign
export const CONV_2D_12_MOST_PIXELS = WINDOW_SIZE + 76; // of a block: 12, 6 or 3
export const CONV_2D_12_MOST_CHANNELS = WINDOW_SIZE + 80; // of a tile: 8 or 4
export const CONV_2D_12_SLICE_C = WINDOW_SIZE + 84; // output channels of a slice, a multiple of the most of a tile; at least out_c where a group is one slice
export const CONV_2D_12_SLICE_BYTES = WINDOW_SIZE + 88; // of a slice of slice_c channels
export const CONV_2D_12_GROUP_BYTES = WINDOW_SIZE + 92; // of a group's tiles
export const CONV_2D_12_FIELDS_START = WINDOW_SIZE + 96; // int64: three times FIELD_START
export const CONV_2D_12_SUMS = WINDOW_SIZE + 104; // address of scratch, int32 [most channels][most pixels]: of blocks of one pixel, and of sums that take several chunks
export const CONV_2D_12_SIZE = WINDOW_SIZE + 108;


/** What a tile holds of a channel besides its weights. */
export const CONV_2D_12_FOLDED = 20;
export const FOLDED_MULTIPLIER = 8;
export const FOLDED_DOWN = 12;
export const FOLDED_BIAS = 16; // less what sums begin with

/** A field begins with this, so that none is ever negative: sums lie in [-2^20, 2^20). */
export const FIELD_START = 1 << 20;

/** What CONV_2D_12_SCRATCH begins with: {address, row stride} of three patches. Behind it fields int64 [most channels][most pixels / 3]. */
export const CONV_2D_12_ROWS_BYTES = 3 * 8;

/** Channels of the tile that begins where `left` are left: no tile has one that is missing. */
export function channelsOfTile(left: i32, most: i32): i32 {
  return left >= 8 && most == 8 ? 8 : left >= 4 ? 4 : left;
}

/** Pixels of the block that begins where `left` are left. */
export function pixelsOfBlock(left: i32, most: i32): i32 {
  return left >= 8 && most == 12 ? 12 : left >= 4 && most >= 6 ? 6 : left >= 2 ? 3 : 1;
}
