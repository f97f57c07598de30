// CONV_2D: the record of kernels `conv_2d_pairs` and `conv_2d_bytes`, behind its window. Addresses are byte offsets into linear memory; every field is one i32.
//
// A quad is four terms. Widened, it is two words of two unsigned 16-bit numbers: terms 0 and 2, terms 1 and 3. Weights come in slices of
// output channels, one slice after another (`conv_2d_bytes`: weights int8, missing terms 0):
//   weights   uint8 [channels / 2][quads][2][4], of an odd number of channels the last one as [quads][4]; 128 added, missing terms 128
//   rescale   16 bytes for every channel, by CONV_2D_PAIRS_RESCALE (inner/store_pixels.ts)
import { WINDOW_SIZE } from "./window";
export const CONV_2D_PAIRS_INPUT = WINDOW_SIZE; // address, int8 [batches][in_h][in_w][in_c]
export const CONV_2D_PAIRS_OUTPUT = WINDOW_SIZE + 4; // address, int8 [batches][out_h][out_w][out_stride]
export const CONV_2D_PAIRS_SLICES = WINDOW_SIZE + 8; // where the slices lie (inner/stage.ts), [groups][slices of a group]
export const CONV_2D_PAIRS_WIDE = WINDOW_SIZE + 12; // address of scratch: a slice, `conv_2d_pairs`: with its weights widened
export const CONV_2D_PAIRS_X = WINDOW_SIZE + 16; // address of scratch: activations, [quads][2 pixels][4] of 16 or 8 bits
export const CONV_2D_PAIRS_PATCH = WINDOW_SIZE + 20; // address of scratch, int8 [depth]: a patch that does not lie in the input as it is
export const CONV_2D_PAIRS_SUMS = WINDOW_SIZE + 24; // address of scratch, int32 [channels of a slice][2 pixels]
export const CONV_2D_PAIRS_IN_C = WINDOW_SIZE + 28; // channels of a pixel, all groups
export const CONV_2D_PAIRS_GROUPS = WINDOW_SIZE + 32;
export const CONV_2D_PAIRS_GROUP_C = WINDOW_SIZE + 36; // input channels of one group
export const CONV_2D_PAIRS_OUT_C = WINDOW_SIZE + 40; // output channels of one group
export const CONV_2D_PAIRS_SLICE_C = WINDOW_SIZE + 44; // output channels of a slice, even, at most CONV_2D_PAIRS_MOST_CHANNELS
export const CONV_2D_PAIRS_OUT_STRIDE = WINDOW_SIZE + 48; // bytes from one output pixel to the next
export const CONV_2D_PAIRS_DEPTH = WINDOW_SIZE + 52; // k_h * k_w * group_c
export const CONV_2D_PAIRS_FILL = WINDOW_SIZE + 56; // what a padded tap reads: the input's zero point
export const CONV_2D_PAIRS_RESCALE = WINDOW_SIZE + 60; // RESCALE_*
export const CONV_2D_PAIRS_OUTPUT_OFFSET = WINDOW_SIZE + 64; // the output's zero point
export const CONV_2D_PAIRS_MIN = WINDOW_SIZE + 68; // clamp, int8
export const CONV_2D_PAIRS_MAX = WINDOW_SIZE + 72;
export const CONV_2D_PAIRS_SIZE = WINDOW_SIZE + 76;

/** Channels of a slice: as many as `rescale` of them fit what a kernel reads behind one clamped address (abi/within.ts). */
export const CONV_2D_PAIRS_MOST_CHANNELS = 64;
