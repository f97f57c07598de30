// Codes of uint8 to those of int8, and back: the record of kernel `rebase`. Every field is one i32.
export const REBASE_INPUT = 0; // address
export const REBASE_OUTPUT = 4; // address; may be the input's
export const REBASE_COUNT = 8; // bytes
export const REBASE_SIZE = 12;
