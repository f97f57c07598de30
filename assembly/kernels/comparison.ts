// EQUAL, NOT_EQUAL, LESS and LESS_EQUAL of numbers as they are; GREATER and GREATER_EQUAL are the last two with their operands exchanged. Gives bools.
// Record: BINARY_* in abi/binary.ts. Source: TFLM reference/comparisons.h.
import { BINARY_SIZE } from "../abi/binary";
import { binary } from "../inner/binary";

// @ts-ignore: decorator
@unmanaged
class Equal<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): u8 {
    return <u8>(a == b);
  }
}

// @ts-ignore: decorator
@unmanaged
class NotEqual<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): u8 {
    return <u8>(a != b);
  }
}

// @ts-ignore: decorator
@unmanaged
class Less<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): u8 {
    return <u8>(a < b);
  }
}

// @ts-ignore: decorator
@unmanaged
class LessEqual<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): u8 {
    return <u8>(a <= b);
  }
}

export function equal_bool(record: usize): void {
  binary<Equal<u8>, u8, u8, u8>(record, BINARY_SIZE);
}

export function equal_int32(record: usize): void {
  binary<Equal<i32>, i32, i32, u8>(record, BINARY_SIZE);
}

export function equal_int64(record: usize): void {
  binary<Equal<i64>, i64, i64, u8>(record, BINARY_SIZE);
}

export function equal_float32(record: usize): void {
  binary<Equal<f32>, f32, f32, u8>(record, BINARY_SIZE);
}

export function not_equal_bool(record: usize): void {
  binary<NotEqual<u8>, u8, u8, u8>(record, BINARY_SIZE);
}

export function not_equal_int32(record: usize): void {
  binary<NotEqual<i32>, i32, i32, u8>(record, BINARY_SIZE);
}

export function not_equal_int64(record: usize): void {
  binary<NotEqual<i64>, i64, i64, u8>(record, BINARY_SIZE);
}

export function not_equal_float32(record: usize): void {
  binary<NotEqual<f32>, f32, f32, u8>(record, BINARY_SIZE);
}

export function less_int32(record: usize): void {
  binary<Less<i32>, i32, i32, u8>(record, BINARY_SIZE);
}

export function less_int64(record: usize): void {
  binary<Less<i64>, i64, i64, u8>(record, BINARY_SIZE);
}

export function less_float32(record: usize): void {
  binary<Less<f32>, f32, f32, u8>(record, BINARY_SIZE);
}

export function less_equal_int32(record: usize): void {
  binary<LessEqual<i32>, i32, i32, u8>(record, BINARY_SIZE);
}

export function less_equal_int64(record: usize): void {
  binary<LessEqual<i64>, i64, i64, u8>(record, BINARY_SIZE);
}

export function less_equal_float32(record: usize): void {
  binary<LessEqual<f32>, f32, f32, u8>(record, BINARY_SIZE);
}
