// The record of kernels `scatter_nd_*`. Every field is one i32.
import { RANK_BYTES } from "./shape";
export const SCATTER_ND_INDICES = 0; // address, [COUNT, DEPTH]
export const SCATTER_ND_UPDATES = 4; // address, [COUNT, ELEMENTS]
export const SCATTER_ND_OUTPUT = 8; // address; what is there is added to
export const SCATTER_ND_INDEX_BYTES = 12; // 2, 4 or 8: int16, int32 or int64
export const SCATTER_ND_COUNT = 16; // slices
export const SCATTER_ND_ELEMENTS = 20; // of a slice
export const SCATTER_ND_DEPTH = 24; // indices that name a slice
export const SCATTER_ND_LAST = 28; // where the last slice begins, in bytes: whatever leads beyond traps
export const SCATTER_ND_STRIDES = 32; // int32 [RANK], bytes that each index of a slice counts
export const SCATTER_ND_SIZE = SCATTER_ND_STRIDES + RANK_BYTES;
