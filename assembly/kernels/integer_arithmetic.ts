// ADD, SUB, MUL, DIV, FLOOR_DIV, FLOOR_MOD, POW and SQUARED_DIFFERENCE of integers that are no codes: of shapes, counters, indices. They wrap; a division
// by zero and a negative exponent trap. Record: BINARY_* in abi/binary.ts. Source: TFLM reference/add.h, sub.h, mul.h, div.h, floor_div.h, floor_mod.h,
// LiteRT kernels/pow.cc.
import { BINARY_SIZE } from "../abi/binary";
import { binary } from "../inner/binary";

// @ts-ignore: decorator
@unmanaged
class Add<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): T {
    return <T>(a + b);
  }
}

// @ts-ignore: decorator
@unmanaged
class Sub<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): T {
    return <T>(a - b);
  }
}

// @ts-ignore: decorator
@unmanaged
class Mul<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): T {
    return <T>(a * b);
  }
}

// @ts-ignore: decorator
@unmanaged
class Div<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): T {
    return b == -1 ? <T>(0 - a) : <T>(a / b); // the least number over -1 wraps instead of trapping
  }
}

// @ts-ignore: decorator
@unmanaged
class FloorDiv<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): T {
    if (b == -1) return <T>(0 - a);
    const quotient = <T>(a / b);
    return quotient * b != a && (a ^ b) < 0 ? <T>(quotient - 1) : quotient;
  }
}

// @ts-ignore: decorator
@unmanaged
class FloorMod<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): T {
    const rest = <T>(a % b);
    return rest != 0 && (rest ^ b) < 0 ? <T>(rest + b) : rest;
  }
}

// @ts-ignore: decorator
@unmanaged
class Pow<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): T {
    if (b < 0) unreachable();
    let result: T = 1;
    for (let factor = a, rest = b; rest != 0; rest >>= 1, factor *= factor) if (rest & 1) result *= factor;
    return result;
  }
}

// @ts-ignore: decorator
@unmanaged
class SquaredDifference<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): T {
    const difference = <T>(a - b);
    return <T>(difference * difference);
  }
}

export function add_int32(record: usize): void {
  binary<Add<i32>, i32, i32, i32>(record, BINARY_SIZE);
}

export function add_int64(record: usize): void {
  binary<Add<i64>, i64, i64, i64>(record, BINARY_SIZE);
}

export function sub_int32(record: usize): void {
  binary<Sub<i32>, i32, i32, i32>(record, BINARY_SIZE);
}

export function sub_int64(record: usize): void {
  binary<Sub<i64>, i64, i64, i64>(record, BINARY_SIZE);
}

export function mul_int32(record: usize): void {
  binary<Mul<i32>, i32, i32, i32>(record, BINARY_SIZE);
}

export function mul_int64(record: usize): void {
  binary<Mul<i64>, i64, i64, i64>(record, BINARY_SIZE);
}

export function div_int32(record: usize): void {
  binary<Div<i32>, i32, i32, i32>(record, BINARY_SIZE);
}

export function floor_div_int32(record: usize): void {
  binary<FloorDiv<i32>, i32, i32, i32>(record, BINARY_SIZE);
}

export function floor_mod_int32(record: usize): void {
  binary<FloorMod<i32>, i32, i32, i32>(record, BINARY_SIZE);
}

export function floor_mod_int64(record: usize): void {
  binary<FloorMod<i64>, i64, i64, i64>(record, BINARY_SIZE);
}

export function floor_div_int16(record: usize): void {
  binary<FloorDiv<i16>, i16, i16, i16>(record, BINARY_SIZE);
}

export function floor_mod_int16(record: usize): void {
  binary<FloorMod<i16>, i16, i16, i16>(record, BINARY_SIZE);
}

export function floor_div_int8(record: usize): void {
  binary<FloorDiv<i8>, i8, i8, i8>(record, BINARY_SIZE);
}

export function floor_mod_int8(record: usize): void {
  binary<FloorMod<i8>, i8, i8, i8>(record, BINARY_SIZE);
}

export function squared_difference_int32(record: usize): void {
  binary<SquaredDifference<i32>, i32, i32, i32>(record, BINARY_SIZE);
}

export function pow_int32(record: usize): void {
  binary<Pow<i32>, i32, i32, i32>(record, BINARY_SIZE);
}
