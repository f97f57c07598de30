// Slices picked by indices: the record of kernels `gather` and `gather_weights` (GATHER, GATHER_ND, EMBEDDING_LOOKUP). Every field is one i32.
import { RANK_BYTES } from "./shape";
export const GATHER_INPUT = 0; // address; of `gather_weights`: where the weights lie in flash
export const GATHER_INDICES = 4; // address, [BATCHES, COUNT, DEPTH]
export const GATHER_OUTPUT = 8; // address, [BATCHES, BLOCKS, COUNT, RUN]
export const GATHER_INDEX_BYTES = 12; // 2, 4 or 8: int16, int32 or int64
export const GATHER_BATCHES = 16;
export const GATHER_BLOCKS = 20; // blocks of the input for every batch, which all take its indices
export const GATHER_BLOCK_BYTES = 24; // of one block of the input
export const GATHER_COUNT = 28; // slices taken of a block
export const GATHER_RUN = 32; // bytes of a slice
export const GATHER_DEPTH = 36; // indices that name a slice
export const GATHER_LAST = 40; // where the last slice of a block begins, in bytes: whatever leads beyond traps
export const GATHER_STRIDES = 44; // int32 [RANK], bytes that each index of a slice counts
export const GATHER_SIZE = GATHER_STRIDES + RANK_BYTES;
