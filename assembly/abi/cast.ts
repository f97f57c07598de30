// CAST: the record of kernels `cast_*`. Every field is one i32.
export const CAST_INPUT = 0; // address, [count]
export const CAST_OUTPUT = 4; // address, [count]
export const CAST_COUNT = 8;
export const CAST_FROM = 12; // one of the types below, if the kernel does not say it
export const CAST_TO = 16;
export const CAST_SIZE = 20;

export const CAST_INT8 = 0;
export const CAST_UINT8 = 1; // bool as an input, too
export const CAST_INT16 = 2;
export const CAST_UINT16 = 3;
export const CAST_INT32 = 4;
export const CAST_UINT32 = 5;
export const CAST_INT64 = 6;
export const CAST_BOOL = 7;
