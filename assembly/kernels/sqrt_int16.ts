// SQRT of int16: the root in float32, of which fractions of a code are cut; 0 below 0. Record: FUNCTION_INT16_*, SQRT_INT16_* in abi/function_int16.ts.
// Source: LiteRT kernels/elementwise.cc, SqrtEvalQuantized. TFLM has none.
import { FUNCTION_INT16_COUNT, FUNCTION_INT16_INPUT, FUNCTION_INT16_OUTPUT, FUNCTION_INT16_SIZE, SQRT_INT16_INPUT_SCALE, SQRT_INT16_OUTPUT_SCALE } from "../abi/function_int16";
import { CHUNK, chunk_of, within } from "../inner/within";

export function sqrt_int16(record: usize): void {
  record = within(record, FUNCTION_INT16_SIZE);
  const input_scale = load<f32>(record, SQRT_INT16_INPUT_SCALE), output_scale = load<f32>(record, SQRT_INT16_OUTPUT_SCALE);
  let x: usize = load<u32>(record, FUNCTION_INT16_INPUT), out: usize = load<u32>(record, FUNCTION_INT16_OUTPUT);
  for (let left = load<i32>(record, FUNCTION_INT16_COUNT); left > 0; left -= CHUNK) {
    x = within(x, CHUNK << 1);
    out = within(out, CHUNK << 1);
    const end = x + (chunk_of(left) << 1);
    do {
      const root = sqrt<f32>(<f32>max<i32>(load<i16>(x), 0) * input_scale) / output_scale;
      store<i16>(out, <i16>min<f32>(root, <f32>i16.MAX_VALUE));
      x += 2;
      out += 2;
    } while (x != end);
  }
}
