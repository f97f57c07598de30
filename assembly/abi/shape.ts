/** Dimensions that strided records describe; lowering merges neighbours and fills up with 1 in front. */
export const RANK = 6;
/** Dimensions before the innermost one, which kernels loop over themselves. */
export const OUTER = RANK - 1;
/** Bytes of one int32 per dimension. */
export const RANK_BYTES = RANK * 4;
