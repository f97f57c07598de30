// DEPTHWISE_CONV_2D for vector units: the record of kernels `depthwise_conv_2d_rows` and `depthwise_conv_2d_rows_3x3`, behind its window. Every field is one i32.
//
// Weights come in tiles of 16 channels, missing ones 0; taps are filled up to nines with weights of 0:
//   weights   int8 [taps][16]
//   bias      int32 [16], input offset folded in
//   entries   16 bytes [16], see inner/rescale_row.ts
import { WINDOW_SIZE } from "./window";
export const DEPTHWISE_CONV_2D_ROWS_INPUT = WINDOW_SIZE; // address, int8 [batches][in_h][in_w][channels]
export const DEPTHWISE_CONV_2D_ROWS_OUTPUT = WINDOW_SIZE + 4; // address, int8 [batches][out_h][out_w][channels]
export const DEPTHWISE_CONV_2D_ROWS_TILES = WINDOW_SIZE + 8; // where the tiles lie (inner/stage.ts): [ceil(channels / 16)]
export const DEPTHWISE_CONV_2D_ROWS_BUFFER = WINDOW_SIZE + 12; // address of a slice that is staged; unused on the desktop
export const DEPTHWISE_CONV_2D_ROWS_OFFSETS = WINDOW_SIZE + 16; // address of int32 [taps]: from the first tap to each one, where no border is in the way; _3x3 does without, as without the next two, TAPS (9), FOLDED, OUTPUT_OFFSET, MIN and MAX
export const DEPTHWISE_CONV_2D_ROWS_TAPS_AT = WINDOW_SIZE + 20; // address of scratch, int32 [taps]: addresses of the taps of a pixel at a border
export const DEPTHWISE_CONV_2D_ROWS_PADDING = WINDOW_SIZE + 24; // address of scratch, int8 [channels] and 16 bytes: what padded taps read
export const DEPTHWISE_CONV_2D_ROWS_SUMS = WINDOW_SIZE + 28; // address of scratch, int32 [20]: inner/depthwise_nine.ts
export const DEPTHWISE_CONV_2D_ROWS_CHANNELS = WINDOW_SIZE + 32;
export const DEPTHWISE_CONV_2D_ROWS_SLICE_C = WINDOW_SIZE + 36; // channels of a slice, a multiple of 16
export const DEPTHWISE_CONV_2D_ROWS_TAPS = WINDOW_SIZE + 40; // k_h * k_w rounded up to nines
export const DEPTHWISE_CONV_2D_ROWS_FILL = WINDOW_SIZE + 44; // what a padded tap reads: the input's zero point
export const DEPTHWISE_CONV_2D_ROWS_FOLDED = WINDOW_SIZE + 48; // 1: entries are folded (inner/rescale_row.ts)
export const DEPTHWISE_CONV_2D_ROWS_OUTPUT_OFFSET = WINDOW_SIZE + 52; // the output's zero point; not needed where entries are folded
export const DEPTHWISE_CONV_2D_ROWS_MIN = WINDOW_SIZE + 56; // clamp, int8
export const DEPTHWISE_CONV_2D_ROWS_MAX = WINDOW_SIZE + 60;
export const DEPTHWISE_CONV_2D_ROWS_PATCH = WINDOW_SIZE + 64; // address of scratch, int8 [3][3][channels] and 16 bytes: a patch at a border; of _3x3 alone
export const DEPTHWISE_CONV_2D_ROWS_SIZE = WINDOW_SIZE + 68;

/** Bytes between neighbouring taps of a row, of which three are walked behind one clamped address. */
export const MOST_TAP_STEP = 480;
