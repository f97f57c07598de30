// DEPTHWISE_CONV_2D: the record of kernels `depthwise_conv_2d_quads` and `depthwise_conv_2d_quads_s2`, where codes are clamped to all of int8 and
// none below the zero point is told apart, and of `depthwise_conv_2d_quads_signed` and `depthwise_conv_2d_quads_signed_s2`, the general way.
// Behind its window every field is one i32.
//
// Four channels are a quad; where their number is no multiple of four, the last quad begins four before the end. Weights come in
// tiles, one for each quad, of four channels:
//   addend       int64, multiplier int32, shift less 32 int32: the rescaling (arithmetic/folded.ts)
//   bias         int32, what the sums lack of TFLM's
//   weights      int16 [3][2][2], of each row {w0, w1} and {w1, w2}
import { WINDOW_SIZE } from "./window";
export const DEPTHWISE_QUADS_INPUT = WINDOW_SIZE; // address, int8 [batches][in_h][in_w][in_c]
export const DEPTHWISE_QUADS_OUTPUT = WINDOW_SIZE + 4; // address, int8 [batches][out_h][out_w][channels]
export const DEPTHWISE_QUADS_TILES = WINDOW_SIZE + 8; // where the tiles lie (inner/stage.ts)
export const DEPTHWISE_QUADS_BUFFER = WINDOW_SIZE + 12; // address of a slice of tiles that is staged; unused on the desktop
export const DEPTHWISE_QUADS_PLANE = WINDOW_SIZE + 16; // address of scratch, uint16 [pairs of columns][rows][4 channels][2 pixels]: a part of a quad, padded, 128 added
export const DEPTHWISE_QUADS_IN_C = WINDOW_SIZE + 20;
export const DEPTHWISE_QUADS_DEPTH_MULTIPLIER = WINDOW_SIZE + 24; // output channel o reads input channel o / depth_multiplier: 1, or a multiple of 4, so that a quad reads one channel
export const DEPTHWISE_QUADS_CHANNELS = WINDOW_SIZE + 28; // of the output, at least 4
export const DEPTHWISE_QUADS_SLICE = WINDOW_SIZE + 32; // tiles of a slice
export const DEPTHWISE_QUADS_PART_H = WINDOW_SIZE + 36; // outputs are computed in parts: their rows, so many that those of the plane, part_h * stride + 2, are DEPTHWISE_QUADS_MOST_ROWS at most
export const DEPTHWISE_QUADS_PART_W = WINDOW_SIZE + 40; // their columns, even with stride 1, unless there is one part: part_w + 1 pairs with stride 2, else ceil((part_w + 2) / 2)
export const DEPTHWISE_QUADS_FILL = WINDOW_SIZE + 44; // what a padded tap reads: the input's zero point with 128 added, in every byte of a word
export const DEPTHWISE_QUADS_MIN = WINDOW_SIZE + 48; // clamp, int8
export const DEPTHWISE_QUADS_MAX = WINDOW_SIZE + 52;
export const DEPTHWISE_QUADS_SUMS = WINDOW_SIZE + 56; // address of scratch, int32 [rows][2]
export const DEPTHWISE_QUADS_SIZE = WINDOW_SIZE + 60;

/** Rows of a plane that a kernel walks behind one clamped address (abi/within.ts). */
export const DEPTHWISE_QUADS_MOST_ROWS = 64;

// A channel of a tile.
export const CHANNEL_ADDEND = 0;
export const CHANNEL_MULTIPLIER = 8;
export const CHANNEL_DOWN_32 = 12;
export const CHANNEL_BIAS = 16;
export const CHANNEL_WEIGHTS = 20;
export const CHANNEL_BYTES = 44;
export const TILE_BYTES = 4 * CHANNEL_BYTES;
