// MEAN on SIMD cores: the record of kernel `mean_v128`, that of `mean` (abi/mean.ts) with how sums are rescaled behind it. Every field is one i32.
import { MEAN_SIZE } from "./mean";
export const MEAN_V128_RESCALE = MEAN_SIZE; // address, a block of RESCALE_V128_BYTES (abi/rescale_v128.ts), the same for every eight outputs
export const MEAN_V128_KIND = MEAN_SIZE + 4;
export const MEAN_V128_COMMON = MEAN_SIZE + 8;
export const MEAN_V128_SIZE = MEAN_SIZE + 12;
