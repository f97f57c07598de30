// EQUAL, NOT_EQUAL, LESS and LESS_EQUAL of int8 and int16 codes: both operands are shifted left by 8 and rescaled by their scales.
// Record: COMPARISON_* in abi/comparison.ts. Dialect: reference. Source: TFLM reference/comparisons.h, ComparisonWithScaling.
import {
  COMPARISON_A_MULTIPLIER, COMPARISON_A_OFFSET, COMPARISON_A_RIGHT, COMPARISON_B_MULTIPLIER, COMPARISON_B_OFFSET, COMPARISON_B_RIGHT, COMPARISON_SIZE,
} from "../abi/comparison";
import { requantize } from "../arithmetic/fixed_point";
import { binary } from "../inner/binary";

// @ts-ignore: decorator
@inline
function rescaled(record: usize, code: i32, offset: i32, multiplier: i32, right: i32): i32 {
  return requantize(code + load<i32>(record + offset), load<i32>(record + multiplier), 8, load<i32>(record + right));
}

// @ts-ignore: decorator
@inline
function rescaled_a(record: usize, code: i32): i32 {
  return rescaled(record, code, COMPARISON_A_OFFSET, COMPARISON_A_MULTIPLIER, COMPARISON_A_RIGHT);
}

// @ts-ignore: decorator
@inline
function rescaled_b(record: usize, code: i32): i32 {
  return rescaled(record, code, COMPARISON_B_OFFSET, COMPARISON_B_MULTIPLIER, COMPARISON_B_RIGHT);
}

// @ts-ignore: decorator
@unmanaged
class Equal<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): u8 {
    const record = changetype<usize>(this);
    return <u8>(rescaled_a(record, a) == rescaled_b(record, b));
  }
}

// @ts-ignore: decorator
@unmanaged
class NotEqual<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): u8 {
    const record = changetype<usize>(this);
    return <u8>(rescaled_a(record, a) != rescaled_b(record, b));
  }
}

// @ts-ignore: decorator
@unmanaged
class Less<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): u8 {
    const record = changetype<usize>(this);
    return <u8>(rescaled_a(record, a) < rescaled_b(record, b));
  }
}

// @ts-ignore: decorator
@unmanaged
class LessEqual<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): u8 {
    const record = changetype<usize>(this);
    return <u8>(rescaled_a(record, a) <= rescaled_b(record, b));
  }
}

export function equal_int8(record: usize): void {
  binary<Equal<i8>, i8, i8, u8>(record, COMPARISON_SIZE);
}

export function equal_int16(record: usize): void {
  binary<Equal<i16>, i16, i16, u8>(record, COMPARISON_SIZE);
}

export function not_equal_int8(record: usize): void {
  binary<NotEqual<i8>, i8, i8, u8>(record, COMPARISON_SIZE);
}

export function not_equal_int16(record: usize): void {
  binary<NotEqual<i16>, i16, i16, u8>(record, COMPARISON_SIZE);
}

export function less_int8(record: usize): void {
  binary<Less<i8>, i8, i8, u8>(record, COMPARISON_SIZE);
}

export function less_int16(record: usize): void {
  binary<Less<i16>, i16, i16, u8>(record, COMPARISON_SIZE);
}

export function less_equal_int8(record: usize): void {
  binary<LessEqual<i8>, i8, i8, u8>(record, COMPARISON_SIZE);
}

export function less_equal_int16(record: usize): void {
  binary<LessEqual<i16>, i16, i16, u8>(record, COMPARISON_SIZE);
}
