// SQUARED_DIFFERENCE of int8 and int16 codes: both rescaled to twice the larger scale, subtracted, squared, rescaled to the output.
// Record: SQUARED_DIFFERENCE_* in abi/squared_difference.ts. Dialect: reference. Source: TFLM kernels/squared_difference.cc.
import {
  SQUARED_DIFFERENCE_A_MULTIPLIER, SQUARED_DIFFERENCE_A_OFFSET, SQUARED_DIFFERENCE_A_RIGHT, SQUARED_DIFFERENCE_B_MULTIPLIER, SQUARED_DIFFERENCE_B_OFFSET,
  SQUARED_DIFFERENCE_B_RIGHT, SQUARED_DIFFERENCE_LEFT_SHIFT, SQUARED_DIFFERENCE_MULTIPLIER, SQUARED_DIFFERENCE_OUTPUT_OFFSET, SQUARED_DIFFERENCE_SHIFT,
  SQUARED_DIFFERENCE_SIZE,
} from "../abi/squared_difference";
import { multiply_by_quantized_multiplier, requantize } from "../arithmetic/fixed_point";
import { binary, saturated } from "../inner/binary";

// @ts-ignore: decorator
@unmanaged
class SquaredDifference<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): T {
    const record = changetype<usize>(this), left = load<i32>(record, SQUARED_DIFFERENCE_LEFT_SHIFT);
    const x = requantize(<i32>a + load<i32>(record, SQUARED_DIFFERENCE_A_OFFSET), load<i32>(record, SQUARED_DIFFERENCE_A_MULTIPLIER), left, load<i32>(record, SQUARED_DIFFERENCE_A_RIGHT));
    const y = requantize(<i32>b + load<i32>(record, SQUARED_DIFFERENCE_B_OFFSET), load<i32>(record, SQUARED_DIFFERENCE_B_MULTIPLIER), left, load<i32>(record, SQUARED_DIFFERENCE_B_RIGHT));
    const square = (x - y) * (x - y);
    const code = multiply_by_quantized_multiplier(square, load<i32>(record, SQUARED_DIFFERENCE_MULTIPLIER), load<i32>(record, SQUARED_DIFFERENCE_SHIFT));
    return saturated<T>(code + load<i32>(record, SQUARED_DIFFERENCE_OUTPUT_OFFSET));
  }
}

export function squared_difference_int8(record: usize): void {
  binary<SquaredDifference<i8>, i8, i8, i8>(record, SQUARED_DIFFERENCE_SIZE);
}

export function squared_difference_int16(record: usize): void {
  binary<SquaredDifference<i16>, i16, i16, i16>(record, SQUARED_DIFFERENCE_SIZE);
}
