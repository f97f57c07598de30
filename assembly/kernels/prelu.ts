// PRELU of int8 and int16 codes, slopes int8. Record: PRELU_* in abi/prelu.ts.
// Dialect: reference. Source: TFLM reference/prelu.h.
import { PRELU_ALPHA_MULTIPLIER, PRELU_ALPHA_OFFSET, PRELU_ALPHA_SHIFT, PRELU_INPUT_OFFSET, PRELU_MULTIPLIER, PRELU_OUTPUT_OFFSET, PRELU_SHIFT, PRELU_SIZE } from "../abi/prelu";
import { multiply_by_quantized_multiplier } from "../arithmetic/fixed_point";
import { binary, saturated } from "../inner/binary";

// @ts-ignore: decorator
@unmanaged
class Prelu<T> {
  // @ts-ignore: decorator
  @inline
  of(code: T, alpha: i8): T {
    const record = changetype<usize>(this), x = <i32>code + load<i32>(record, PRELU_INPUT_OFFSET);
    const y = x >= 0
      ? multiply_by_quantized_multiplier(x, load<i32>(record, PRELU_MULTIPLIER), load<i32>(record, PRELU_SHIFT))
      : multiply_by_quantized_multiplier(x * (<i32>alpha + load<i32>(record, PRELU_ALPHA_OFFSET)), load<i32>(record, PRELU_ALPHA_MULTIPLIER), load<i32>(record, PRELU_ALPHA_SHIFT));
    return saturated<T>(y + load<i32>(record, PRELU_OUTPUT_OFFSET));
  }
}

export function prelu_int8(record: usize): void {
  binary<Prelu<i8>, i8, i8, i8>(record, PRELU_SIZE);
}

export function prelu_int16(record: usize): void {
  binary<Prelu<i16>, i16, i8, i16>(record, PRELU_SIZE);
}
