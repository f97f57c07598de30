// FULLY_CONNECTED: the record of kernel `fully_connected_words`. Every field is one i32.
//
// Weights come in tiles of sixteen output channels; missing channels and terms are 0. A word has three terms of a channel in fields of 21 bits,
// the first in the lowest. A tile is staged part by part, `part` words of every channel, and what its outputs need comes last:
//   weights      int64 [words][16]
//   bias         int32 [16], input offset folded in
//   multipliers  {int32 multiplier, int32 shift} [16], positive shifts to the left; left out where one pair serves all channels
export const FULLY_CONNECTED_WORDS_INPUT = 0; // address, int8 [batches][depth]
export const FULLY_CONNECTED_WORDS_OUTPUT = 4; // address, int8 [batches][out_c]
export const FULLY_CONNECTED_WORDS_TILES = 8; // where the tiles lie (inner/stage.ts)
export const FULLY_CONNECTED_WORDS_BUFFER = 12; // address of a part that is staged; unused on the desktop
export const FULLY_CONNECTED_WORDS_MULTIPLIER = 16; // address of {int32 multiplier, int32 shift} for all channels; 0: every tile has its own
export const FULLY_CONNECTED_WORDS_ROW = 20; // address of scratch, int64 [words]: a row of activations, three to a word, the first in the highest field
export const FULLY_CONNECTED_WORDS_SUMS = 24; // address of scratch, int32 [16]
export const FULLY_CONNECTED_WORDS_BATCHES = 28;
export const FULLY_CONNECTED_WORDS_DEPTH = 32;
export const FULLY_CONNECTED_WORDS_OUT_C = 36;
export const FULLY_CONNECTED_WORDS_PART = 40; // words whose products the fields of a sum can hold, and that are staged at once
export const FULLY_CONNECTED_WORDS_OUTPUT_OFFSET = 44;
export const FULLY_CONNECTED_WORDS_MIN = 48;
export const FULLY_CONNECTED_WORDS_MAX = 52;
export const FULLY_CONNECTED_WORDS_SIZE = 56;

export const FULLY_CONNECTED_WORDS_CHANNELS = 16; // of a tile
