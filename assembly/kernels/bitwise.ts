// LOGICAL_AND and LOGICAL_OR of bools; BITWISE_XOR and RIGHT_SHIFT of integers. Record: BINARY_* in abi/binary.ts.
// Shifts keep the sign, and are cut to what the type has. Source: LiteRT kernels/right_shift.cc.
import { BINARY_SIZE } from "../abi/binary";
import { binary } from "../inner/binary";

// @ts-ignore: decorator
@unmanaged
class And {
  // @ts-ignore: decorator
  @inline
  of(a: u8, b: u8): u8 {
    return <u8>((a != 0) & (b != 0));
  }
}

// @ts-ignore: decorator
@unmanaged
class Or {
  // @ts-ignore: decorator
  @inline
  of(a: u8, b: u8): u8 {
    return <u8>((a | b) != 0);
  }
}

// @ts-ignore: decorator
@unmanaged
class Xor<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): T {
    return <T>(a ^ b);
  }
}

// @ts-ignore: decorator
@unmanaged
class RightShift<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): T {
    return <T>(a >> <T>min<i32>(max<i32>(b, 0), sizeof<T>() * 8 - 1));
  }
}

export function logical_and_bool(record: usize): void {
  binary<And, u8, u8, u8>(record, BINARY_SIZE);
}

export function logical_or_bool(record: usize): void {
  binary<Or, u8, u8, u8>(record, BINARY_SIZE);
}

export function bitwise_xor_int8(record: usize): void {
  binary<Xor<i8>, i8, i8, i8>(record, BINARY_SIZE);
}

export function bitwise_xor_int16(record: usize): void {
  binary<Xor<i16>, i16, i16, i16>(record, BINARY_SIZE);
}

export function bitwise_xor_int32(record: usize): void {
  binary<Xor<i32>, i32, i32, i32>(record, BINARY_SIZE);
}

export function right_shift_int8(record: usize): void {
  binary<RightShift<i8>, i8, i8, i8>(record, BINARY_SIZE);
}

export function right_shift_int16(record: usize): void {
  binary<RightShift<i16>, i16, i16, i16>(record, BINARY_SIZE);
}

export function right_shift_int32(record: usize): void {
  binary<RightShift<i32>, i32, i32, i32>(record, BINARY_SIZE);
}
