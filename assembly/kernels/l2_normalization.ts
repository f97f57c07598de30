// L2_NORMALIZATION over the last dimension, int8. Record: L2_NORMALIZATION_* in abi/l2_normalization.ts.
// Dialect: reference. Source: TFLM reference/integer_ops/l2normalization.h.
import {
  L2_NORMALIZATION_INPUT, L2_NORMALIZATION_INPUT_OFFSET, L2_NORMALIZATION_OUTPUT, L2_NORMALIZATION_ROWS, L2_NORMALIZATION_SIZE, L2_NORMALIZATION_WIDTH,
} from "../abi/l2_normalization";
import { clamp, multiply_by_quantized_multiplier } from "../arithmetic/fixed_point";
import { headroom_pairs, inverse_sqrt } from "../arithmetic/inverse_sqrt";
import { within } from "../inner/within";

/** Outputs have 7 bits behind the point. */
const OUTPUT_BITS = 7;

export function l2_normalization(record: usize): void {
  record = within(record, L2_NORMALIZATION_SIZE);
  const width = load<i32>(record, L2_NORMALIZATION_WIDTH), offset = load<i32>(record, L2_NORMALIZATION_INPUT_OFFSET);
  let x: usize = load<u32>(record, L2_NORMALIZATION_INPUT), out: usize = load<u32>(record, L2_NORMALIZATION_OUTPUT);
  for (let row = load<i32>(record, L2_NORMALIZATION_ROWS); row > 0; row--) {
    let square = 0;
    for (let i = 0; i < width; i++) {
      const value = <i32>load<i8>(within(x + i, 1)) + offset;
      square += value * value;
    }
    let multiplier = i32.MAX_VALUE, right = 0; // of 0 and 1
    if (square > 1) {
      right = 11;
      for (; square >= 1 << 29; right++) square >>= 2;
      const pairs = headroom_pairs(square);
      multiplier = inverse_sqrt(square << (2 * pairs));
      right -= pairs;
      if (right < 0) {
        multiplier <<= -right;
        right = 0;
      }
    }
    for (const end = x + width; x != end; x++, out++) {
      const value = <i32>load<i8>(within(x, 1)) + offset;
      store<i8>(within(out, 1), clamp(multiply_by_quantized_multiplier(value, multiplier, OUTPUT_BITS - right), i8.MIN_VALUE, i8.MAX_VALUE));
    }
  }
}
