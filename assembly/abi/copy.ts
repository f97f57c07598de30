// Moving bytes: the records of kernels `copy` (PAD, CONCATENATION, TRANSPOSE, ...) and `fill`. Every field is one i32.
import { RANK_BYTES } from "./shape";
export const COPY_INPUT = 0; // address
export const COPY_OUTPUT = 4; // address
export const COPY_RUN = 8; // bytes moved at once, contiguous on both sides
export const COPY_DIMS = 12; // int32 [RANK]: how many runs
export const COPY_INPUT_STRIDES = COPY_DIMS + RANK_BYTES; // int32 [RANK], bytes
export const COPY_OUTPUT_STRIDES = COPY_INPUT_STRIDES + RANK_BYTES; // int32 [RANK], bytes
export const COPY_SIZE = COPY_OUTPUT_STRIDES + RANK_BYTES;

export const FILL_OUTPUT = 0; // address
export const FILL_BYTES = 4; // bytes to write
export const FILL_VALUE = 8; // the byte
export const FILL_SIZE = 12;
