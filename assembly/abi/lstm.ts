// UNIDIRECTIONAL_SEQUENCE_LSTM, and one direction of BIDIRECTIONAL_SEQUENCE_LSTM: the record of kernels `lstm` (int8 activations, int16 cell),
// `lstm_16x8` (int16 activations, int16 cell), `lstm_float32` and `lstm_hybrid` (float32 with int8 weights). Every field is one i32.
//
// Weights come in tiles of LSTM_TILE_UNITS units (all but lstm: of one unit), gates in the order input, forget, cell, output;
// missing units are 0. A tile of `lstm`, channel c = gate c % 4 of unit c / 4:
//   input bias     int32 [8], the input's zero point folded in
//   hidden bias    int32 [8], the hidden state's zero point folded in
//   input weights  uint8 [input_size][8], 128 added; in pairs of terms for SIMD cores (packC8 in src/lowering/packing.ts)
//   hidden weights uint8 [units][8], likewise
// A tile of `lstm_16x8`, filled up to whole words of 8 bytes: bias int64 [4], weights int8 [4][input_size + units], a row's input part first.
// A tile of `lstm_float32`: bias float32 [4], input weights float32 [input_size][4], hidden weights float32 [units][4].
// A tile of `lstm_hybrid`: bias float32 [4], input weights int8 [input_size][4], hidden weights int8 [units][4].
export const LSTM_INPUT = 0; // address, [batches][steps][input_size] or [steps][batches][input_size], by the strides; `lstm_hybrid`: its codes, int8
export const LSTM_OUTPUT = 4; // address, the same of [units]
export const LSTM_HIDDEN = 8; // address of a variable, as the output [batches][units]
export const LSTM_CELL = 12; // address of a variable, int16 or float32 [batches][units]
export const LSTM_TILES = 16; // where the tiles lie (inner/stage.ts)
export const LSTM_BUFFER = 20; // address of a slice of tiles that is staged; unused on the desktop
export const LSTM_SUMS = 24; // address of scratch. `lstm`: int32 [8] for the input and [8] for the hidden state; `lstm_hybrid`: LSTM_HYBRID_*
export const LSTM_SIGMOID = 28; // address, uint16 [256]: src/lowering/sigmoid_table.ts; not of `lstm_float32`
export const LSTM_RANGES = 28; // `lstm_hybrid`: address, {float32 scale, int32 offset} of every row of the input
export const LSTM_BATCHES = 32;
export const LSTM_STEPS = 36;
export const LSTM_INPUT_SIZE = 40;
export const LSTM_UNITS = 44;
export const LSTM_INPUT_STEP = 48; // bytes from one step to the next, negative where the last one comes first
export const LSTM_INPUT_BATCH = 52; // bytes from one row of the batch to the next
export const LSTM_OUTPUT_STEP = 56;
export const LSTM_OUTPUT_BATCH = 60;
export const LSTM_SLICE_TILES = 64; // tiles of a slice
export const LSTM_CLIP = 68; // the cell's largest magnitude, float32 in `lstm_float32`; 0 there, negative elsewhere: unlimited
export const LSTM_GATES = 72; // {int32 multiplier, int32 shift} [4 gates][input, hidden], to Q3.12
export const LSTM_FORGET_TO_CELL = 136; // {int32 multiplier, int32 shift}, positive shifts to the left
export const LSTM_INPUT_TO_CELL = 144;
export const LSTM_TO_HIDDEN = 152;
export const LSTM_OUTPUT_OFFSET = 160; // zero point of the hidden state, which the output is a copy of
export const LSTM_CELL_MULTIPLIER = 164; // cell -> Q3.12 times 3: (cell * multiplier + half) >> shift
export const LSTM_CELL_SHIFT = 168;
export const LSTM_MASK = 172; // two i32: bytes 0, 3 and 6 (inner/dot_1x8.ts); `lstm` only
export const LSTM_SIZE = 180;

// Where `lstm_hybrid` has fields of its own.
export const LSTM_SCALES = 72; // float32 [4 gates][input, hidden], of the weights
export const LSTM_RANGE_STEP = 104; // bytes from the range of one step to that of the next
export const LSTM_RANGE_BATCH = 108; // likewise from one row of the batch to the next
export const LSTM_ASYMMETRIC = 112; // whether the hidden state becomes int8 asymmetrically, as the input did
// Its scratch: int32 [4] of sums, the range of the hidden state [batches], its codes int8 [batches][units]
export const LSTM_HYBRID_RANGES = 16;

export const LSTM_TILE_UNITS = 2;
export const LSTM_TILE_HEAD = 64; // bytes of a tile of `lstm` before its weights
