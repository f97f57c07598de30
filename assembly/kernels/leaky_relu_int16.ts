// LEAKY_RELU, int16 -> int16. Record: LEAKY_RELU_INT16_* in abi/leaky_relu_int16.ts.
// Dialect: reference. Source: TFLM reference/leaky_relu.h.
import {
  LEAKY_RELU_INT16_INPUT, LEAKY_RELU_INT16_OUTPUT, LEAKY_RELU_INT16_COUNT, LEAKY_RELU_INT16_INPUT_OFFSET, LEAKY_RELU_INT16_OUTPUT_OFFSET,
  LEAKY_RELU_INT16_MULTIPLIER, LEAKY_RELU_INT16_SHIFT, LEAKY_RELU_INT16_ALPHA, LEAKY_RELU_INT16_ALPHA_SHIFT, LEAKY_RELU_INT16_ALPHA_SIGN, LEAKY_RELU_INT16_SIZE,
} from "../abi/leaky_relu_int16";
import { clamp, multiply_by_quantized_multiplier } from "../arithmetic/fixed_point";
import { CHUNK, chunk_of, within } from "../inner/within";

export function leaky_relu_int16(record: usize): void {
  record = within(record, LEAKY_RELU_INT16_SIZE);
  const input_offset = load<i32>(record, LEAKY_RELU_INT16_INPUT_OFFSET), output_offset = load<i32>(record, LEAKY_RELU_INT16_OUTPUT_OFFSET);
  const multiplier = load<i32>(record, LEAKY_RELU_INT16_MULTIPLIER), shift = load<i32>(record, LEAKY_RELU_INT16_SHIFT);
  const alpha = load<i32>(record, LEAKY_RELU_INT16_ALPHA), alpha_shift = load<i32>(record, LEAKY_RELU_INT16_ALPHA_SHIFT), sign = load<i32>(record, LEAKY_RELU_INT16_ALPHA_SIGN);
  let x: usize = load<u32>(record, LEAKY_RELU_INT16_INPUT);
  let out: usize = load<u32>(record, LEAKY_RELU_INT16_OUTPUT);
  for (let left = load<i32>(record, LEAKY_RELU_INT16_COUNT); left > 0; left -= CHUNK) {
    x = within(x, CHUNK << 1);
    out = within(out, CHUNK << 1);
    const end = x + (chunk_of(left) << 1);
    do {
      const value = <i32>load<i16>(x) + input_offset;
      const rescaled = value >= 0 ? multiply_by_quantized_multiplier(value, multiplier, shift) : sign * multiply_by_quantized_multiplier(value, alpha, alpha_shift);
      store<i16>(out, <i16>clamp(rescaled + output_offset, i16.MIN_VALUE, i16.MAX_VALUE));
      x += 2;
      out += 2;
    } while (x != end);
  }
}
