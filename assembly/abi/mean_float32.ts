// MEAN, float32: the record of kernel `mean_float32`. Fields are i32 unless stated.
import { RANK_BYTES } from "./shape";
export const MEAN_FLOAT32_INPUT = 0; // address, float32
export const MEAN_FLOAT32_OUTPUT = 4; // address, float32, dense over MEAN_FLOAT32_KEPT_DIMS
export const MEAN_FLOAT32_COUNT = 8; // float32: terms of a mean
export const MEAN_FLOAT32_KEPT_DIMS = 12; // int32 [RANK]
export const MEAN_FLOAT32_KEPT_STRIDES = MEAN_FLOAT32_KEPT_DIMS + RANK_BYTES; // int32 [RANK], input elements
export const MEAN_FLOAT32_REDUCED_DIMS = MEAN_FLOAT32_KEPT_STRIDES + RANK_BYTES;
export const MEAN_FLOAT32_REDUCED_STRIDES = MEAN_FLOAT32_REDUCED_DIMS + RANK_BYTES;
export const MEAN_FLOAT32_SIZE = MEAN_FLOAT32_REDUCED_STRIDES + RANK_BYTES;
