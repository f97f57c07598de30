// MAXIMUM and MINIMUM with broadcasting, of stored numbers. Record: BINARY_* in abi/binary.ts.
// The result is b where nothing is greater: with a NaN on either side, as in the reference. Source: TFLM kernels/maximum_minimum.h.
import { BINARY_SIZE } from "../abi/binary";
import { binary } from "../inner/binary";

// @ts-ignore: decorator
@unmanaged
class Maximum<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): T {
    return a > b ? a : b;
  }
}

// @ts-ignore: decorator
@unmanaged
class Minimum<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): T {
    return a < b ? a : b;
  }
}

export function maximum_int8(record: usize): void {
  binary<Maximum<i8>, i8, i8, i8>(record, BINARY_SIZE);
}

export function maximum_int16(record: usize): void {
  binary<Maximum<i16>, i16, i16, i16>(record, BINARY_SIZE);
}

export function maximum_int32(record: usize): void {
  binary<Maximum<i32>, i32, i32, i32>(record, BINARY_SIZE);
}

export function maximum_int64(record: usize): void {
  binary<Maximum<i64>, i64, i64, i64>(record, BINARY_SIZE);
}

export function maximum_float32(record: usize): void {
  binary<Maximum<f32>, f32, f32, f32>(record, BINARY_SIZE);
}

export function minimum_int8(record: usize): void {
  binary<Minimum<i8>, i8, i8, i8>(record, BINARY_SIZE);
}

export function minimum_int16(record: usize): void {
  binary<Minimum<i16>, i16, i16, i16>(record, BINARY_SIZE);
}

export function minimum_int32(record: usize): void {
  binary<Minimum<i32>, i32, i32, i32>(record, BINARY_SIZE);
}

export function minimum_int64(record: usize): void {
  binary<Minimum<i64>, i64, i64, i64>(record, BINARY_SIZE);
}

export function minimum_float32(record: usize): void {
  binary<Minimum<f32>, f32, f32, f32>(record, BINARY_SIZE);
}
