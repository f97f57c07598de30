// A GRU over a whole sequence, float32: the record of kernels `gru_float32` (float32 weights) and `gru_hybrid` (int8 weights, or some of them). Fields are i32
// unless stated.
//
// Weights come in tiles of four channels, missing ones 0. Float32: bias float32 [4], weights float32 [depth][4]. Hybrid: bias float32 [4], scales float32 [4],
// weights int8 [depth][4]. One projection's tiles behind another's, channels in the order update gate, reset gate, candidate:
//   of the input         3 units channels, depth input_size
//   of the hidden state  3 units channels where the candidate is reset after its projection, else 2 units; depth units
//   of the reset state   units channels, depth units; only where the candidate is reset before its projection
export const GRU_INPUT = 0; // address, float32 [steps][batches][input_size]
export const GRU_INITIAL = 4; // address, float32 [batches][units]: the hidden state before the first step
export const GRU_HIDDEN = 8; // address, likewise: the hidden state behind every step, and at last behind the last
export const GRU_LIST = 12; // address, float32 [steps][batches][units] of all hidden states; 0: only the last one is asked for
export const GRU_TILES = 16; // where the tiles lie (inner/stage.ts)
export const GRU_BUFFER = 20; // address of a slice of tiles that is staged; unused on the desktop
export const GRU_FROM_INPUT = 24; // address of scratch, float32 [batches][3][units]: the input's projection
export const GRU_FROM_HIDDEN = 28; // address of scratch, likewise: the hidden state's
export const GRU_SUMS = 32; // address of scratch, float32 or int32 [4]
export const GRU_STEPS = 36;
export const GRU_BATCHES = 40;
export const GRU_INPUT_SIZE = 44;
export const GRU_UNITS = 48;
export const GRU_RESET_AFTER = 52; // whether the candidate is reset after its projection
export const GRU_SLICE_TILES = 56; // tiles of a slice, of each projection: 3 values
export const GRU_SIZE = 68;
// `gru_hybrid` only:
export const GRU_CODES = 68; // address of scratch, {float32 scale, int32 offset} [batches], then int8 [batches][depth] of the widest projection with int8 weights
export const GRU_WEIGHTS = 72; // GRU_WEIGHTS_*, of each projection: 3 values
export const GRU_HYBRID_SIZE = 84;

export const GRU_SUMS_BYTES = 16;
export const GRU_WEIGHTS_FLOAT32 = 0;
export const GRU_WEIGHTS_SYMMETRIC = 1; // int8, rows that meet them become int8 with offset 0
export const GRU_WEIGHTS_ASYMMETRIC = 2; // int8, rows that meet them become int8 with an offset
