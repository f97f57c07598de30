// SVDF: the record of kernels `svdf` (int8 with an int16 state), `svdf_int8` (int8 state), `svdf_float32` and `svdf_hybrid` (float32 with int8
// weights). Every field is one i32.
//
// Weights come in tiles of one unit, everything in them filled up to whole words:
//   bias     int32, or float32
//   [rank] of filters:
//     bias of the filter  int32, the input's zero point folded in; left out in `svdf_float32` and `svdf_hybrid`
//     time weights        as the state [memory]
//     feature weights     int8 or float32 [input_size]
export const SVDF_INPUT = 0; // address, int8 or float32 [batches][input_size]; `svdf_hybrid`: its codes, int8
export const SVDF_OUTPUT = 4; // address, int8 or float32 [batches][units]
export const SVDF_STATE = 8; // address of a variable, int16, int8 or float32 [batches][units * rank][memory], the newest value last
export const SVDF_TILES = 12; // where the tiles lie (inner/stage.ts)
export const SVDF_BUFFER = 16; // address of a slice of tiles that is staged; unused on the desktop
export const SVDF_BATCHES = 20;
export const SVDF_INPUT_SIZE = 24;
export const SVDF_UNITS = 28;
export const SVDF_RANK = 32;
export const SVDF_MEMORY = 36;
export const SVDF_SLICE_UNITS = 40; // units of a slice
export const SVDF_TO_STATE = 44; // {int32 multiplier, int32 shift}, positive shifts to the left; quantized ones only
export const SVDF_TO_OUTPUT = 52; // likewise
export const SVDF_STATE_OFFSET = 60; // zero point of the state; quantized ones only
export const SVDF_OUTPUT_OFFSET = 64; // zero point of the output
export const SVDF_ACTIVATION = 44; // `svdf_float32`, `svdf_hybrid`: one of those below; its bounds are in the two fields behind
export const SVDF_MIN = 48; // float32
export const SVDF_MAX = 52;
export const SVDF_RANGES = 56; // `svdf_hybrid`: address, {float32 scale, int32 offset} of every row of the input
export const SVDF_SCALE = 60; // `svdf_hybrid`: float32, of the feature weights
export const SVDF_SIZE = 68;

export const SVDF_NONE = 0;
export const SVDF_CLAMP = 1;
export const SVDF_TANH = 2;
