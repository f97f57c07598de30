// How inner/rescale_v128.ts rescales the sums of eight channels: a block of bytes for every eight. `kind` and `common` are the layer's.
/** int32 [8], what sums begin with: the bias, the input's offset folded in. */
export const RESCALE_V128_BIAS = 0;

/** Sums below 2^21 of a layer that begins at its zero point (RELU): {float64 scale [8], addend [8]}. */
export const RESCALE_V128_RELU = 0;
/**
 * Eight channels of such a layer whose sums, of weights and biases times a power of two of the channel, share one shift: {int32 multiplier [8], addend [8]}, where
 * RESCALE_V128_EVEN is not 0 but that shift.
 */
export const RESCALE_V128_EVEN_MULTIPLIER = 32; // mantissas
export const RESCALE_V128_EVEN_ADDEND = 64; // halves of both roundings, the zero point included
export const RESCALE_V128_EVEN = 160;
/** Sums below 2^21: {float64 scale [8], addend [8], half [8]}. */
export const RESCALE_V128_SMALL = 1;
export const RESCALE_V128_SCALE = 32; // multiplier / 2^31 * 2^shift
export const RESCALE_V128_ADDEND = 96;
export const RESCALE_V128_HALF = 160; // half a unit of the last shift

/** Any sums: {int32 multiplier [8], int32 addend [8], float32 shift [8]}. */
export const RESCALE_V128_WIDE = 2;
export const RESCALE_V128_WIDE_MULTIPLIER = 32; // mantissas
export const RESCALE_V128_WIDE_ADDEND = 64; // 2^(right - 2), half a unit of the last shift
export const RESCALE_V128_WIDE_SHIFT = 96; // 2^-(right - 1 - common)

export const RESCALE_V128_BYTES = 224;
