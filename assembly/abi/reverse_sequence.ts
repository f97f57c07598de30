// REVERSE_SEQUENCE: the record of kernel `reverse_sequence`. Every field is one i32; steps are bytes, the same for input and output.
export const REVERSE_SEQUENCE_INPUT = 0; // address
export const REVERSE_SEQUENCE_LENGTHS = 4; // address, [BATCHES]
export const REVERSE_SEQUENCE_OUTPUT = 8; // address
export const REVERSE_SEQUENCE_LENGTH_BYTES = 12; // 4 or 8: int32 or int64
export const REVERSE_SEQUENCE_BATCHES = 16; // sequences of one length each
export const REVERSE_SEQUENCE_BATCH_STEP = 20;
export const REVERSE_SEQUENCE_STEPS = 24; // elements of a sequence: no length may be more
export const REVERSE_SEQUENCE_STEP = 28;
export const REVERSE_SEQUENCE_OUTER = 32; // extent of the dimensions before both, and their step
export const REVERSE_SEQUENCE_OUTER_STEP = 36;
export const REVERSE_SEQUENCE_MIDDLE = 40; // extent of the dimensions between both, and their step
export const REVERSE_SEQUENCE_MIDDLE_STEP = 44;
export const REVERSE_SEQUENCE_RUN = 48; // bytes moved at once
export const REVERSE_SEQUENCE_SIZE = 52;
