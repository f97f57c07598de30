// QUANTIZE float32 -> int8, int16 and DEQUANTIZE int8, int16 -> float32. Record: QUANTIZE_* in abi/quantize.ts.
// Dialect: reference. Source: TFLM reference/quantize.h and dequantize.h.
import { QUANTIZE_INPUT, QUANTIZE_OUTPUT, QUANTIZE_COUNT, QUANTIZE_SCALE, QUANTIZE_SIZE, QUANTIZE_ZERO_POINT } from "../abi/quantize";
import { clamp } from "../arithmetic/fixed_point";
import { CHUNK, chunk_of, within } from "../inner/within";

/** x rounded to the nearest integer, half away from zero; beyond int32 the nearest int32 in reach of the later sum. */
// @ts-ignore: decorator
@inline
function round_half_away(x: f32): i32 {
  const whole = trunc<f32>(x);
  const rounded = abs<f32>(x - whole) >= 0.5 ? whole + copysign<f32>(1, x) : whole;
  return <i32>min<f32>(max<f32>(rounded, -65536), 65536);
}

// @ts-ignore: decorator
@inline
function codes<T>(record: usize): void {
  record = within(record, QUANTIZE_SIZE);
  const scale = load<f32>(record, QUANTIZE_SCALE), zero_point = load<i32>(record, QUANTIZE_ZERO_POINT);
  let x: usize = load<u32>(record, QUANTIZE_INPUT);
  let out: usize = load<u32>(record, QUANTIZE_OUTPUT);
  for (let left = load<i32>(record, QUANTIZE_COUNT); left > 0; left -= CHUNK) {
    x = within(x, CHUNK << 2);
    out = within(out, CHUNK * sizeof<T>());
    const end = out + chunk_of(left) * sizeof<T>();
    do {
      const code = round_half_away(load<f32>(x) / scale) + zero_point;
      store<T>(out, sizeof<T>() == 1 ? <T>clamp(code, i8.MIN_VALUE, i8.MAX_VALUE) : <T>clamp(code, i16.MIN_VALUE, i16.MAX_VALUE));
      out += sizeof<T>();
      x += 4;
    } while (out != end);
  }
}

// @ts-ignore: decorator
@inline
function reals<T>(record: usize): void {
  record = within(record, QUANTIZE_SIZE);
  const scale = load<f32>(record, QUANTIZE_SCALE), zero_point = load<i32>(record, QUANTIZE_ZERO_POINT);
  let x: usize = load<u32>(record, QUANTIZE_INPUT);
  let out: usize = load<u32>(record, QUANTIZE_OUTPUT);
  // The product of a float32 and a 17-bit integer is exact in float64, so rounding it once is what the reference does in float64.
  for (let left = load<i32>(record, QUANTIZE_COUNT); left > 0; left -= CHUNK) {
    x = within(x, CHUNK * sizeof<T>());
    out = within(out, CHUNK << 2);
    const end = x + chunk_of(left) * sizeof<T>();
    do {
      store<f32>(out, scale * <f32>(<i32>load<T>(x) - zero_point));
      x += sizeof<T>();
      out += 4;
    } while (x != end);
  }
}

export function quantize(record: usize): void {
  codes<i8>(record);
}

export function quantize_int16(record: usize): void {
  codes<i16>(record);
}

export function dequantize(record: usize): void {
  reals<i8>(record);
}

export function dequantize_int16(record: usize): void {
  reals<i16>(record);
}
