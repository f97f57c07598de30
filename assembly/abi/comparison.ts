// Comparisons of codes: BINARY_* of abi/binary.ts, then how either operand is rescaled. Every field is one i32.
import { BINARY_SIZE } from "./binary";
export const COMPARISON_A_OFFSET = BINARY_SIZE; // negated zero points
export const COMPARISON_B_OFFSET = COMPARISON_A_OFFSET + 4;
export const COMPARISON_A_MULTIPLIER = COMPARISON_A_OFFSET + 8;
export const COMPARISON_A_RIGHT = COMPARISON_A_OFFSET + 12;
export const COMPARISON_B_MULTIPLIER = COMPARISON_A_OFFSET + 16;
export const COMPARISON_B_RIGHT = COMPARISON_A_OFFSET + 20;
export const COMPARISON_SIZE = COMPARISON_A_OFFSET + 24;
