// CAST: numbers as another type. Integers wrap to narrower ones; reals are cut to integers, and to what 64 or 32 bits hold before that. Record: UNARY_* in abi/unary.ts.
// Integers of the same size are copied instead. Source: TFLM kernels/cast.cc, LiteRT kernels/cast.cc.
import { unary } from "../inner/unary";

// @ts-ignore: decorator
@unmanaged
class Cast<A, R> {
  // @ts-ignore: decorator
  @inline
  of(x: A): R {
    return <R>x;
  }
}

// @ts-ignore: decorator
@unmanaged
class Truth<A> {
  // @ts-ignore: decorator
  @inline
  of(x: A): u8 {
    return <u8>(x != 0);
  }
}

// @ts-ignore: decorator
@unmanaged
class Cut<R> {
  // @ts-ignore: decorator
  @inline
  of(x: f32): R {
    return <R>(<i32>x);
  }
}

export function cast_int8_int16(record: usize): void {
  unary<Cast<i8, i16>, i8, i16>(record);
}

export function cast_int8_int32(record: usize): void {
  unary<Cast<i8, i32>, i8, i32>(record);
}

export function cast_int8_int64(record: usize): void {
  unary<Cast<i8, i64>, i8, i64>(record);
}

export function cast_int8_float32(record: usize): void {
  unary<Cast<i8, f32>, i8, f32>(record);
}

export function cast_uint8_int16(record: usize): void {
  unary<Cast<u8, i16>, u8, i16>(record);
}

export function cast_uint8_int32(record: usize): void {
  unary<Cast<u8, i32>, u8, i32>(record);
}

export function cast_uint8_int64(record: usize): void {
  unary<Cast<u8, i64>, u8, i64>(record);
}

export function cast_uint8_float32(record: usize): void {
  unary<Cast<u8, f32>, u8, f32>(record);
}

export function cast_int16_int8(record: usize): void {
  unary<Cast<i16, i8>, i16, i8>(record);
}

export function cast_int16_int32(record: usize): void {
  unary<Cast<i16, i32>, i16, i32>(record);
}

export function cast_int16_int64(record: usize): void {
  unary<Cast<i16, i64>, i16, i64>(record);
}

export function cast_int16_float32(record: usize): void {
  unary<Cast<i16, f32>, i16, f32>(record);
}

export function cast_int32_int8(record: usize): void {
  unary<Cast<i32, i8>, i32, i8>(record);
}

export function cast_int32_int16(record: usize): void {
  unary<Cast<i32, i16>, i32, i16>(record);
}

export function cast_int32_int64(record: usize): void {
  unary<Cast<i32, i64>, i32, i64>(record);
}

export function cast_int32_float32(record: usize): void {
  unary<Cast<i32, f32>, i32, f32>(record);
}

export function cast_uint32_int64(record: usize): void {
  unary<Cast<u32, i64>, u32, i64>(record);
}

export function cast_uint32_float32(record: usize): void {
  unary<Cast<u32, f32>, u32, f32>(record);
}

export function cast_int64_int8(record: usize): void {
  unary<Cast<i64, i8>, i64, i8>(record);
}

export function cast_int64_int16(record: usize): void {
  unary<Cast<i64, i16>, i64, i16>(record);
}

export function cast_int64_int32(record: usize): void {
  unary<Cast<i64, i32>, i64, i32>(record);
}

export function cast_int64_float32(record: usize): void {
  unary<Cast<i64, f32>, i64, f32>(record);
}

export function cast_float32_int32(record: usize): void {
  unary<Cast<f32, i32>, f32, i32>(record);
}

export function cast_float32_uint32(record: usize): void {
  unary<Cast<f32, u32>, f32, u32>(record);
}

export function cast_float32_int64(record: usize): void {
  unary<Cast<f32, i64>, f32, i64>(record);
}

export function cast_float32_int8(record: usize): void {
  unary<Cut<i8>, f32, i8>(record);
}

export function cast_float32_int16(record: usize): void {
  unary<Cut<i16>, f32, i16>(record);
}

export function cast_int8_bool(record: usize): void {
  unary<Truth<i8>, i8, u8>(record);
}

export function cast_int16_bool(record: usize): void {
  unary<Truth<i16>, i16, u8>(record);
}

export function cast_int32_bool(record: usize): void {
  unary<Truth<i32>, i32, u8>(record);
}

export function cast_int64_bool(record: usize): void {
  unary<Truth<i64>, i64, u8>(record);
}

export function cast_float32_bool(record: usize): void {
  unary<Truth<f32>, f32, u8>(record);
}
