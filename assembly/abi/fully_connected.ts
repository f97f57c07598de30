// FULLY_CONNECTED: the record of kernel `fully_connected`. Every field is one i32.
//
// Weights come in tiles of eight output channels; missing channels are 0:
//   bias         int32 [8], input offset folded in
//   multipliers  {int32 multiplier, int32 shift} [8], positive shifts to the left; left out where one pair serves all channels
//   weights      uint8 [depth][8], 128 added; in pairs of terms for SIMD cores (packC8 in src/lowering/packing.ts)
export const FULLY_CONNECTED_INPUT = 0; // address, int8 [batches][depth]
export const FULLY_CONNECTED_OUTPUT = 4; // address, int8 [batches][out_c]
export const FULLY_CONNECTED_TILES = 8; // where the tiles lie (inner/stage.ts)
export const FULLY_CONNECTED_BUFFER = 12; // address of a slice of tiles that is staged; unused on the desktop
export const FULLY_CONNECTED_MULTIPLIER = 16; // address of {int32 multiplier, int32 shift} for all channels; 0: every tile has its own
export const FULLY_CONNECTED_SUMS = 20; // address of scratch, int32 [8], behind it int32 [batches]
export const FULLY_CONNECTED_BATCHES = 24;
export const FULLY_CONNECTED_DEPTH = 28;
export const FULLY_CONNECTED_OUT_C = 32;
export const FULLY_CONNECTED_SLICE_C = 36; // output channels of a slice, a multiple of 8; at least out_c where all tiles are one slice
export const FULLY_CONNECTED_WEIGHTS_OFFSET = 40; // negated zero point of the stored weights, nearly always -128
export const FULLY_CONNECTED_OUTPUT_OFFSET = 44;
export const FULLY_CONNECTED_MIN = 48;
export const FULLY_CONNECTED_MAX = 52;
export const FULLY_CONNECTED_MASK = 56; // int64, FULLY_CONNECTED_MASK_LOW and _HIGH: bytes 0, 3 and 6 (inner/dot_1x8.ts)
export const FULLY_CONNECTED_SIZE = 64;

export const FULLY_CONNECTED_SUMS_BYTES = 32;
export const FULLY_CONNECTED_MASK_LOW = -0xffff01; // 0xff0000ff
export const FULLY_CONNECTED_MASK_HIGH = 0xff0000;
