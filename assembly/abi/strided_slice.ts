// A part of a tensor whose place or size only the running model knows (STRIDED_SLICE, SLICE): the record of kernel `strided_slice`.
// Every field is one i32; arrays have one entry for every dimension of the input.
import { RANK_BYTES } from "./shape";

export const SLICED_INPUT = 0; // address
export const SLICED_OUTPUT = 4; // address
export const SLICED_BEGINS = 8; // address, int32 or int64 [entries]
export const SLICED_ENDS = 12; // address, of the same type
export const SLICED_ENTRY_BYTES = 16; // 4 or 8
export const SLICED_INPUT_EXTENT = 20; // address, int32: rows of the input; 0 where they are DIMS[0]
export const SLICED_EXTENT = 24; // address, int32: rows of the output; 0 where COUNTS has them
export const SLICED_OUTPUT_BYTES = 28; // planned ones: zeros behind the last row
export const SLICED_ELEMENT_BYTES = 32;
export const SLICED_RANK = 36; // 1 to 6
export const SLICED_PLACES = 40; // address of scratch, int32 [RANK][2]: begin and count
export const SLICED_DIMS = 44; // int32 [RANK]
export const SLICED_ENTRIES = SLICED_DIMS + RANK_BYTES; // int32 [RANK], which entry of begins and ends; -1 takes the whole dimension
export const SLICED_STEPS = SLICED_ENTRIES + RANK_BYTES; // int32 [RANK], not 0
export const SLICED_FLAGS = SLICED_STEPS + RANK_BYTES; // int32 [RANK], of those below
export const SLICED_COUNTS = SLICED_FLAGS + RANK_BYTES; // int32 [RANK], what has to come out; -1 where it is the output's rows
export const SLICED_SIZE = SLICED_COUNTS + RANK_BYTES;
export const SLICED_PLACES_BYTES = 2 * RANK_BYTES;

export const FROM_FRONT = 1; // the begin does not count
export const TO_BACK = 2; // the end does not count
export const ONE = 4; // the one element at the begin
export const FROM_BEGIN = 8; // the end counts from the begin
export const EXACT = 16; // SLICE: nothing is clamped, and a size of -1 is all that is left
