// The record of kernel `lookup_int16`: a function of one int16 as a table of 513 values. Every field is one i32.
export const LOOKUP_INT16_INPUT = 0; // address, int16 [count]
export const LOOKUP_INT16_OUTPUT = 4; // address, int16 [count]; may be the input
export const LOOKUP_INT16_TABLE = 8; // address, int16 [513] (arithmetic/interpolate.ts)
export const LOOKUP_INT16_COUNT = 12;
export const LOOKUP_INT16_SIZE = 16;
