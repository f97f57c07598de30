// DIV of int8 and int16 codes. Record: DIV_* in abi/div.ts.
// The divisor's reciprocal in Q0.31, times the dividend shifted left as far as it goes; both shifts are taken off with the factor between scales.
// Where they come to more than 31 bits the quotient is less than half a code, and is 0. A divisor of 0 counts as 1, the least that there is.
// Dialect: reference. Source: TFLM reference/div.h.
import { DIV_A_OFFSET, DIV_B_OFFSET, DIV_MAX, DIV_MIN, DIV_MULTIPLIER, DIV_OUTPUT_OFFSET, DIV_SHIFT, DIV_SIZE } from "../abi/div";
import { reciprocal_mantissa } from "../arithmetic/exponential";
import { clamp, saturating_rounding_doubling_high_mul, rounding_divide_by_pot } from "../arithmetic/fixed_point";
import { binary } from "../inner/binary";

// @ts-ignore: decorator
@unmanaged
class Div<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): T {
    const record = changetype<usize>(this), y = <i32>b + load<i32>(record, DIV_B_OFFSET);
    const x = (<i32>a + load<i32>(record, DIV_A_OFFSET)) * (y < 0 ? -1 : 1), divisor = max(abs(y), 1);
    const headroom = clz(x ^ (x >> 31)) - 1; // copies of the sign bit
    const quotient = saturating_rounding_doubling_high_mul(x << headroom, reciprocal_mantissa(divisor));
    const right = 31 - clz(divisor) + headroom - load<i32>(record, DIV_SHIFT);
    const high = saturating_rounding_doubling_high_mul(quotient, load<i32>(record, DIV_MULTIPLIER));
    const code = right > 31 ? 0 : rounding_divide_by_pot(high, right);
    return <T>clamp(code + load<i32>(record, DIV_OUTPUT_OFFSET), load<i32>(record, DIV_MIN), load<i32>(record, DIV_MAX));
  }
}

export function div_int8(record: usize): void {
  binary<Div<i8>, i8, i8, i8>(record, DIV_SIZE);
}

export function div_int16(record: usize): void {
  binary<Div<i16>, i16, i16, i16>(record, DIV_SIZE);
}
