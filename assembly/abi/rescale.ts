// How inner/store_pixels.ts rescales the sums of a layer: 16 bytes for every channel.
/** Outputs that begin at their zero point: {int64 addend, int32 multiplier, int32 down - 32} (arithmetic/folded.ts). */
export const RESCALE_FOLDED = 0;
/** Outputs of either sign: {int32 bias, int32 multiplier, int32 addend's upper half, int32 down - 32} (arithmetic/folded.ts). */
export const RESCALE_SIGNED = 1;
/** Any multiplier: {int32 bias, int32 multiplier, int32 left, int32 right} (arithmetic/fixed_point.ts). */
export const RESCALE_ANY = 2;
export const RESCALE_BYTES = 16;
