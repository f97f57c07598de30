// How inner/rescale_v128.ts rescales the sums of eight channels at once: a block of bytes for every eight channels.
/** int32 [8], what sums begin with: the bias, the input's offset folded in. */
export const RESCALE_V128_BIAS = 0;
/** int32 [8]: mantissas. */
export const RESCALE_V128_MULTIPLIER = 32;
/** int32 [8]: 2^(right - 2), half a unit of the last shift. */
export const RESCALE_V128_ADDEND = 64;
/** float32 [8]: 2^-(right - 1 - common). */
export const RESCALE_V128_SCALE = 96;
export const RESCALE_V128_BYTES = 128;
