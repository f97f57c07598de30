// DEPTHWISE_CONV_2D: the record of kernels `depthwise_conv_2d_quads` and `depthwise_conv_2d_quads_s2`, behind its window. Every field is one i32.
//
// Four channels q to q + 3 are a quad; where their number is no multiple of four, the last quad begins four before the end. Weights come in
// tiles, one for each quad, of two halves: channels q and q + 2, q + 1 and q + 3. A half:
//   addend       int64 [2], multiplier int32 [2], shift less 32 int32 [2]: the rescaling (arithmetic/folded.ts)
//   bias         int32 [2], what the sums lack of TFLM's
//   weights      int16 [3][3][2]
import { WINDOW_SIZE } from "./window";
export const DEPTHWISE_QUADS_INPUT = WINDOW_SIZE; // address, int8 [batches][in_h][in_w][in_c]
export const DEPTHWISE_QUADS_OUTPUT = WINDOW_SIZE + 4; // address, int8 [batches][out_h][out_w][channels]
export const DEPTHWISE_QUADS_TILES = WINDOW_SIZE + 8; // where the tiles lie (inner/stage.ts)
export const DEPTHWISE_QUADS_BUFFER = WINDOW_SIZE + 12; // address of a slice of tiles that is staged; unused on the desktop
export const DEPTHWISE_QUADS_PLANE = WINDOW_SIZE + 16; // address of scratch, uint16 [plane_h][plane_w][4: channels 0, 2, 1, 3]: a strip of a quad, padded, 128 added
export const DEPTHWISE_QUADS_IN_C = WINDOW_SIZE + 20;
export const DEPTHWISE_QUADS_DEPTH_MULTIPLIER = WINDOW_SIZE + 24; // output channel o reads input channel o / depth_multiplier: 1, or a multiple of 4, so that a quad reads one channel
export const DEPTHWISE_QUADS_CHANNELS = WINDOW_SIZE + 28; // of the output, at least 4
export const DEPTHWISE_QUADS_SLICE = WINDOW_SIZE + 32; // tiles of a slice
export const DEPTHWISE_QUADS_STRIP = WINDOW_SIZE + 36; // output rows of a strip
export const DEPTHWISE_QUADS_PLANE_W = WINDOW_SIZE + 40; // (out_w - 1) * stride + 3
export const DEPTHWISE_QUADS_FILL = WINDOW_SIZE + 44; // what a padded tap reads: the input's zero point with 128 added, in both halves of a word
export const DEPTHWISE_QUADS_SIGNED = WINDOW_SIZE + 48; // 0: codes are clamped to all of int8, and none below the zero point is told apart; 1: the general way
export const DEPTHWISE_QUADS_MIN = WINDOW_SIZE + 52; // clamp, int8
export const DEPTHWISE_QUADS_MAX = WINDOW_SIZE + 56;
export const DEPTHWISE_QUADS_SIZE = WINDOW_SIZE + 60;

// A half of a tile.
export const HALF_ADDEND = 0;
export const HALF_MULTIPLIER = 16;
export const HALF_DOWN_32 = 24;
export const HALF_BIAS = 32;
export const HALF_WEIGHTS = 40;
export const HALF_BYTES = 76;
