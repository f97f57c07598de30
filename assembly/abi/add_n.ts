// ADD_N: the record of kernels `add_n_*`: as many addresses as there are operands follow its fields. Every field is one i32.
export const ADD_N_OUTPUT = 0; // address, [count]; may be an operand
export const ADD_N_COUNT = 4; // elements
export const ADD_N_OPERANDS = 8; // how many
export const ADD_N_OFFSET = 12; // int8: negated zero point of every operand
export const ADD_N_MULTIPLIER = 16; // int8: 2 * operands' scale / (2^20 * output scale)
export const ADD_N_RIGHT = 20; // int8: shift to the right
export const ADD_N_OUTPUT_OFFSET = 24; // int8: zero point
export const ADD_N_SIZE = 28; // addresses [operands] from here on, of [count]
