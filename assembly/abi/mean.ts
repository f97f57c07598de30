// MEAN: the record of kernels `mean` and `mean_int16`. Every field is one i32.
import { RANK_BYTES } from "./shape";
export const MEAN_INPUT = 0; // address, int8 or int16
export const MEAN_OUTPUT = 4; // address, as the input, dense over MEAN_KEPT_DIMS
export const MEAN_MULTIPLIER = 8; // input scale / output scale / count
export const MEAN_SHIFT = 12; // positive to the left
export const MEAN_BIAS = 16; // -(input zero point) * count
export const MEAN_OUTPUT_OFFSET = 20; // zero point
export const MEAN_KEPT_DIMS = 24; // int32 [RANK]
export const MEAN_KEPT_STRIDES = MEAN_KEPT_DIMS + RANK_BYTES; // int32 [RANK], input bytes
export const MEAN_REDUCED_DIMS = MEAN_KEPT_STRIDES + RANK_BYTES;
export const MEAN_REDUCED_STRIDES = MEAN_REDUCED_DIMS + RANK_BYTES;
export const MEAN_SIZE = MEAN_REDUCED_STRIDES + RANK_BYTES;
