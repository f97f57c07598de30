// Functions of one element: the record of the kernels that take nothing else. Every field is one i32.
export const UNARY_INPUT = 0; // address
export const UNARY_OUTPUT = 4; // address
export const UNARY_COUNT = 8; // elements
export const UNARY_SIZE = 12;
