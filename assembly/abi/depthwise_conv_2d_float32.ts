// DEPTHWISE_CONV_2D whose results are float32: the record of kernels `depthwise_conv_2d_float32` and `depthwise_conv_2d_hybrid`, behind its window.
// Fields are i32 unless stated.
//
// Weights come in one tile per output channel: float32 bias, hybrid: float32 scale, then float32 [taps]; hybrid: int8, filled up to whole words.
// Hybrid inputs are int8, with {float32 scale, int32 offset} for every batch (kernels/quantize_rows.ts).
import { WINDOW_SIZE } from "./window";
export const DEPTHWISE_CONV_2D_FLOAT32_INPUT = WINDOW_SIZE; // address, float32 [batches][in_h][in_w][in_c]; hybrid: int8
export const DEPTHWISE_CONV_2D_FLOAT32_OUTPUT = WINDOW_SIZE + 4; // address, float32 [batches][out_h][out_w][out_c]
export const DEPTHWISE_CONV_2D_FLOAT32_TILES = WINDOW_SIZE + 8; // where the tiles lie (inner/stage.ts)
export const DEPTHWISE_CONV_2D_FLOAT32_BUFFER = WINDOW_SIZE + 12; // address of a slice of tiles that is staged; unused on the desktop
export const DEPTHWISE_CONV_2D_FLOAT32_IN_C = WINDOW_SIZE + 16;
export const DEPTHWISE_CONV_2D_FLOAT32_OUT_C = WINDOW_SIZE + 20;
export const DEPTHWISE_CONV_2D_FLOAT32_MULTIPLIER = WINDOW_SIZE + 24; // output channel o reads input channel o / multiplier
export const DEPTHWISE_CONV_2D_FLOAT32_SLICE_C = WINDOW_SIZE + 28; // output channels of a slice
export const DEPTHWISE_CONV_2D_FLOAT32_MIN = WINDOW_SIZE + 32; // clamp, float32
export const DEPTHWISE_CONV_2D_FLOAT32_MAX = WINDOW_SIZE + 36;
export const DEPTHWISE_CONV_2D_FLOAT32_RANGES = WINDOW_SIZE + 40; // hybrid: address of {float32 scale, int32 offset} [batches]
export const DEPTHWISE_CONV_2D_FLOAT32_SIZE = WINDOW_SIZE + 44;
