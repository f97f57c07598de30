// FULLY_CONNECTED: the record of kernel `fully_connected`. Every field is one i32.
export const FULLY_CONNECTED_INPUT = 0; // address, int8 [batches][depth]
export const FULLY_CONNECTED_WEIGHTS = 4; // address, uint8 c8 (packC8 in src/lowering/packing.ts, in pairs for SIMD cores): weights + 128
export const FULLY_CONNECTED_BIAS = 8; // address, int32 [out_c], input offset folded in
export const FULLY_CONNECTED_MULTIPLIERS = 12; // address, {int32 multiplier, int32 shift} [out_c], or one pair
export const FULLY_CONNECTED_MULTIPLIER_STRIDE = 16; // 8, or 0 for one pair
export const FULLY_CONNECTED_OUTPUT = 20; // address, int8 [batches][out_c]
export const FULLY_CONNECTED_TILE = 24; // address of scratch, int32 [8]
export const FULLY_CONNECTED_BATCHES = 28;
export const FULLY_CONNECTED_DEPTH = 32;
export const FULLY_CONNECTED_OUT_C = 36;
export const FULLY_CONNECTED_WEIGHTS_OFFSET = 40; // negated zero point of the stored weights, nearly always -128
export const FULLY_CONNECTED_OUTPUT_OFFSET = 44;
export const FULLY_CONNECTED_MIN = 48;
export const FULLY_CONNECTED_MAX = 52;
export const FULLY_CONNECTED_SIZE = 56;

export const FULLY_CONNECTED_TILE_BYTES = 32;
