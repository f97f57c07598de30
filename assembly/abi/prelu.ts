// PRELU of codes: BINARY_* of abi/binary.ts, b being the slopes. Every field is one i32.
import { BINARY_SIZE } from "./binary";
export const PRELU_INPUT_OFFSET = BINARY_SIZE; // negated zero points
export const PRELU_ALPHA_OFFSET = PRELU_INPUT_OFFSET + 4;
export const PRELU_OUTPUT_OFFSET = PRELU_INPUT_OFFSET + 8; // zero point
export const PRELU_MULTIPLIER = PRELU_INPUT_OFFSET + 12; // of inputs that are not negative
export const PRELU_SHIFT = PRELU_INPUT_OFFSET + 16; // positive to the left
export const PRELU_ALPHA_MULTIPLIER = PRELU_INPUT_OFFSET + 20; // of negative inputs times their slope
export const PRELU_ALPHA_SHIFT = PRELU_INPUT_OFFSET + 24;
export const PRELU_SIZE = PRELU_INPUT_OFFSET + 28;
