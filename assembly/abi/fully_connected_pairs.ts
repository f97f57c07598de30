// FULLY_CONNECTED: the record of kernels `fully_connected_pairs` and `fully_connected_bytes`, which needs no row and no mask. Every field is one i32.
//
// Weights come in tiles of four output channels; missing channels and terms are 0:
//   bias         int32 [4], input offset folded in
//   multipliers  {int32 multiplier, int32 shift} [4], positive shifts to the left; left out where one pair serves all channels
//   weights      uint8 [blocks][4 channels][4 terms: 0, 2, 1, 3], 128 added; for `fully_connected_bytes` int8 [depth][4 channels]
export const FULLY_CONNECTED_PAIRS_INPUT = 0; // address, int8 [batches][depth]
export const FULLY_CONNECTED_PAIRS_OUTPUT = 4; // address, int8 [batches][out_c]
export const FULLY_CONNECTED_PAIRS_TILES = 8; // where the tiles lie (inner/stage.ts)
export const FULLY_CONNECTED_PAIRS_BUFFER = 12; // address of a slice of tiles that is staged; unused on the desktop
export const FULLY_CONNECTED_PAIRS_MULTIPLIER = 16; // address of {int32 multiplier, int32 shift} for all channels; 0: every tile has its own
export const FULLY_CONNECTED_PAIRS_ROW = 20; // address of scratch, int16 [4 * blocks]: a row of activations, widened
export const FULLY_CONNECTED_PAIRS_BATCHES = 24;
export const FULLY_CONNECTED_PAIRS_DEPTH = 28;
export const FULLY_CONNECTED_PAIRS_BLOCKS = 32; // ceil(depth / 4)
export const FULLY_CONNECTED_PAIRS_OUT_C = 36;
export const FULLY_CONNECTED_PAIRS_SLICE_C = 40; // output channels of a slice, a multiple of 4; at least out_c where all tiles are one slice
export const FULLY_CONNECTED_PAIRS_WEIGHTS_OFFSET = 44; // negated zero point of the stored weights, nearly always -128
export const FULLY_CONNECTED_PAIRS_OUTPUT_OFFSET = 48;
export const FULLY_CONNECTED_PAIRS_MIN = 52;
export const FULLY_CONNECTED_PAIRS_MAX = 56;
export const FULLY_CONNECTED_PAIRS_MASK = 60; // 0x00ff00ff (arithmetic/halves.ts)
export const FULLY_CONNECTED_PAIRS_SIZE = 64;
