// FULLY_CONNECTED: the record of kernels `fully_connected` and `fully_connected_int4`. Every field is one i32.
//
// Weights come in tiles of eight output channels; missing channels are 0:
//   bias         int32 [8], input offset folded in
//   multipliers  {int32 multiplier, int32 shift} [8], positive shifts to the left; left out where one pair serves all channels
//   weights      uint8 [depth][8], 128 added; in pairs of terms for SIMD cores (packC8 in src/lowering/packing.ts)
//
// Tiles of `fully_connected_int4` are of fifteen output channels and have places for sixteen biases and multipliers:
//   weights      uint64 [depth], 8 added: channel c is the nibble at bit 20 * (c % 3) + 4 * floor(c / 3)
export const FULLY_CONNECTED_INPUT = 0; // address, int8 [batches][depth]
export const FULLY_CONNECTED_OUTPUT = 4; // address, int8 [batches][out_c]
export const FULLY_CONNECTED_TILES = 8; // where the tiles lie (inner/stage.ts)
export const FULLY_CONNECTED_BUFFER = 12; // address of a slice of tiles that is staged; unused on the desktop
export const FULLY_CONNECTED_MULTIPLIER = 16; // address of {int32 multiplier, int32 shift} for all channels; 0: every tile has its own
export const FULLY_CONNECTED_SUMS = 20; // address of scratch, int32 [8] or [16], behind it int32 [batches]
export const FULLY_CONNECTED_BATCHES = 24;
export const FULLY_CONNECTED_DEPTH = 28;
export const FULLY_CONNECTED_OUT_C = 32;
export const FULLY_CONNECTED_SLICE_C = 36; // output channels of a slice, a multiple of 8 or 15; at least out_c where all tiles are one slice
export const FULLY_CONNECTED_WEIGHTS_OFFSET = 40; // negated zero point of the stored weights, nearly always -128; of int4 -8
export const FULLY_CONNECTED_OUTPUT_OFFSET = 44;
export const FULLY_CONNECTED_MIN = 48;
export const FULLY_CONNECTED_MAX = 52;
export const FULLY_CONNECTED_MASK = 56; // int64, FULLY_CONNECTED_MASK_LOW and _HIGH: bytes 0, 3 and 6 (inner/dot_1x8.ts); of int4 FULLY_CONNECTED_NIBBLES_LOW and _HIGH (inner/dot_1x15.ts)
export const FULLY_CONNECTED_SIZE = 64;

export const FULLY_CONNECTED_SUMS_BYTES = 32;
export const FULLY_CONNECTED_MASK_LOW = -0xffff01; // 0xff0000ff
export const FULLY_CONNECTED_MASK_HIGH = 0xff0000;

export const FULLY_CONNECTED_INT4_CHANNELS = 15;
export const FULLY_CONNECTED_INT4_SUMS_BYTES = 64;
export const FULLY_CONNECTED_NIBBLES_LOW = 0xf0000f; // nibbles at bits 0, 20 and 40
export const FULLY_CONNECTED_NIBBLES_HIGH = 0xf00;
