// CIRCULAR_BUFFER: the record of kernel `circular_buffer`. Every field is one i32.
export const CIRCULAR_BUFFER_INPUT = 0; // address, int8 [batches][depth]
export const CIRCULAR_BUFFER_SLOTS = 4; // address, int8 [batches][slots][depth], oldest slot first; kept between inferences
export const CIRCULAR_BUFFER_COUNT = 8; // address, int32: inferences since the last one that went on; kept, 0 at first
export const CIRCULAR_BUFFER_GOES_ON = 12; // address, bool: whether this inference goes on
export const CIRCULAR_BUFFER_BATCHES = 16;
export const CIRCULAR_BUFFER_SLOT_BYTES = 20; // of all slots of one batch
export const CIRCULAR_BUFFER_DEPTH = 24;
export const CIRCULAR_BUFFER_CYCLES = 28; // every how many inferences one goes on, 1 or more
export const CIRCULAR_BUFFER_SIZE = 32;
