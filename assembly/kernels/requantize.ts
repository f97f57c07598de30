// QUANTIZE between integer types, and RELU and RELU6 of int16. int8 to int8 is a table (kernel `lookup`). Record: REQUANTIZE_* in abi/requantize.ts.
// Dialect: reference. Source: TFLM reference/requantize.h and kernels/activations.h.
import {
  REQUANTIZE_INPUT, REQUANTIZE_OUTPUT, REQUANTIZE_COUNT, REQUANTIZE_INPUT_OFFSET, REQUANTIZE_MULTIPLIER, REQUANTIZE_SHIFT, REQUANTIZE_OUTPUT_OFFSET,
  REQUANTIZE_MIN, REQUANTIZE_MAX, REQUANTIZE_SIZE,
} from "../abi/requantize";
import { rescale, rounding_of, sign_of, down_of, clamp } from "../arithmetic/fixed_point";
import { CHUNK, chunk_of, within } from "../inner/within";

// @ts-ignore: decorator
@inline
function requantize<From, To>(record: usize): void {
  record = within(record, REQUANTIZE_SIZE);
  const input_offset = load<i32>(record, REQUANTIZE_INPUT_OFFSET), output_offset = load<i32>(record, REQUANTIZE_OUTPUT_OFFSET);
  const multiplier = <i64>load<i32>(record, REQUANTIZE_MULTIPLIER), shift = load<i32>(record, REQUANTIZE_SHIFT);
  const left = max(shift, 0), right = <i64>max(-shift, 0);
  const rounding = rounding_of(right), sign = sign_of(right), down = down_of(right);
  const low = load<i32>(record, REQUANTIZE_MIN), high = load<i32>(record, REQUANTIZE_MAX);
  let x: usize = load<u32>(record, REQUANTIZE_INPUT);
  let out: usize = load<u32>(record, REQUANTIZE_OUTPUT);
  for (let rest = load<i32>(record, REQUANTIZE_COUNT); rest > 0; rest -= CHUNK) {
    x = within(x, CHUNK * sizeof<From>());
    out = within(out, CHUNK * sizeof<To>());
    const end = x + chunk_of(rest) * sizeof<From>();
    do {
      store<To>(out, <To>clamp(rescale((<i32>load<From>(x) + input_offset) << left, multiplier, rounding, sign, down) + output_offset, low, high));
      x += sizeof<From>();
      out += sizeof<To>();
    } while (x != end);
  }
}

export function requantize_int8_int16(record: usize): void {
  requantize<i8, i16>(record);
}

export function requantize_int8_int32(record: usize): void {
  requantize<i8, i32>(record);
}

export function requantize_int16_int8(record: usize): void {
  requantize<i16, i8>(record);
}

export function requantize_int16_int16(record: usize): void {
  requantize<i16, i16>(record);
}

export function requantize_int16_int32(record: usize): void {
  requantize<i16, i32>(record);
}

export function requantize_int32_int8(record: usize): void {
  requantize<i32, i8>(record);
}

export function requantize_int32_int16(record: usize): void {
  requantize<i32, i16>(record);
}
