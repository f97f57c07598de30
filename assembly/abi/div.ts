// DIV of int8 codes: BINARY_* of abi/binary.ts, then the factor between scales. Every field is one i32.
import { BINARY_SIZE } from "./binary";
export const DIV_A_OFFSET = BINARY_SIZE; // negated zero points
export const DIV_B_OFFSET = DIV_A_OFFSET + 4;
export const DIV_OUTPUT_OFFSET = DIV_A_OFFSET + 8; // zero point
export const DIV_MULTIPLIER = DIV_A_OFFSET + 12;
export const DIV_SHIFT = DIV_A_OFFSET + 16; // positive to the left
export const DIV_MIN = DIV_A_OFFSET + 20;
export const DIV_MAX = DIV_A_OFFSET + 24;
export const DIV_SIZE = DIV_A_OFFSET + 28;
