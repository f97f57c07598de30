// A tile of weights for layers whose sums take 64 bits (int16 activations): what four output channels need, in one piece. Missing channels are 0.
//   bias         int64 [4]
//   multipliers  {int32 multiplier, int32 shift} [4], positive shifts to the left
//   weights      int8 [depth][4], filled up to whole 8 bytes
/** Output channels of a tile. */
export const WIDE_TILE_C = 4;
export const WIDE_TILE_MULTIPLIERS = 8 * WIDE_TILE_C;
export const WIDE_TILE_WEIGHTS = WIDE_TILE_MULTIPLIERS + 8 * WIDE_TILE_C;
/** Bytes of the sums of a tile, int64 [4]. */
export const WIDE_SUMS_BYTES = 8 * WIDE_TILE_C;

// How sums become codes (inner/store_wide.ts).
/** The multiplier has 16 bits (as lowering writes it), and the product is rounded once: what TFLM does with 64-bit biases. */
export const ROUND_ONCE = 0;
/** Sums wrap at 32 bits, and are rounded twice: what it does with 32-bit biases, and for int8. */
export const ROUND_TWICE = 1;
