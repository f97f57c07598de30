// Reductions over any set of axes, ARG_MAX, ARG_MIN and CUMSUM: the record of kernels `sum_*`, `mean_float32`, `reduce_*`, `arg_*` and
// `cumsum_*`. Every field is one i32. Strides are in bytes of the input.
import { RANK_BYTES } from "./shape";
export const REDUCE_INPUT = 0; // address
export const REDUCE_OUTPUT = 4; // address, dense over REDUCE_KEPT_DIMS; of CUMSUM, laid out as the input
export const REDUCE_COUNT = 8; // elements that become one
export const REDUCE_KEPT_DIMS = 12; // int32 [RANK]
export const REDUCE_KEPT_STRIDES = REDUCE_KEPT_DIMS + RANK_BYTES; // int32 [RANK]
export const REDUCE_REDUCED_DIMS = REDUCE_KEPT_STRIDES + RANK_BYTES; // int32 [RANK]; of ARG_MAX, ARG_MIN and CUMSUM only the last one is not 1
export const REDUCE_REDUCED_STRIDES = REDUCE_REDUCED_DIMS + RANK_BYTES;
export const REDUCE_SIZE = REDUCE_REDUCED_STRIDES + RANK_BYTES;

// REDUCE_PROD of int8 and int16.
export const REDUCE_PROD_INPUT_OFFSET = REDUCE_SIZE; // -(zero point)
export const REDUCE_PROD_MULTIPLIER = REDUCE_PROD_INPUT_OFFSET + 4; // of 16 bits, applied to every product
export const REDUCE_PROD_DOWN = REDUCE_PROD_MULTIPLIER + 4; // 8 to 46
export const REDUCE_PROD_OUTPUT_OFFSET = REDUCE_PROD_DOWN + 4; // zero point
export const REDUCE_PROD_SIZE = REDUCE_PROD_OUTPUT_OFFSET + 4;

// ARG_MAX and ARG_MIN.
export const ARG_INDEX_BYTES = REDUCE_SIZE; // 4 or 8: bytes of an index
export const ARG_SIZE = ARG_INDEX_BYTES + 4;

// CUMSUM.
export const CUMSUM_EXCLUSIVE = REDUCE_SIZE; // 1: an element is not in its own sum
export const CUMSUM_SIZE = CUMSUM_EXCLUSIVE + 4;

// CUMSUM of int8.
export const CUMSUM_INPUT_OFFSET = CUMSUM_SIZE; // -(zero point)
export const CUMSUM_MULTIPLIER = CUMSUM_INPUT_OFFSET + 4;
export const CUMSUM_SHIFT = CUMSUM_MULTIPLIER + 4; // at most 0
export const CUMSUM_OUTPUT_OFFSET = CUMSUM_SHIFT + 4; // zero point
export const CUMSUM_INT8_SIZE = CUMSUM_OUTPUT_OFFSET + 4;
