// MUL, DIV and PRELU of int8 and int16 that are no codes: products wrap, quotients are cut, a division by zero traps, as of int32. Record: BINARY_* in
// abi/binary.ts. Source: TFLM reference/mul.h, div.h, prelu.h without scales; LiteRT kernels/mul.cc, EvalMul of int16.
import { BINARY_SIZE } from "../abi/binary";
import { binary } from "../inner/binary";

// @ts-ignore: decorator
@unmanaged
class Product<T> {
  // @ts-ignore: decorator
  @inline
  of(a: T, b: T): T {
    return <T>(<i32>a * <i32>b);
  }
}

// @ts-ignore: decorator
@unmanaged
class Quotient {
  // @ts-ignore: decorator
  @inline
  of(a: i8, b: i8): i8 {
    return <i8>(<i32>a / <i32>b);
  }
}

// @ts-ignore: decorator
@unmanaged
class Slope<T> {
  // @ts-ignore: decorator
  @inline
  of(x: T, alpha: i8): T {
    return <i32>x >= 0 ? x : <T>(<i32>x * <i32>alpha);
  }
}

export function plain_mul_int8(record: usize): void {
  binary<Product<i8>, i8, i8, i8>(record, BINARY_SIZE);
}

export function plain_mul_int16(record: usize): void {
  binary<Product<i16>, i16, i16, i16>(record, BINARY_SIZE);
}

export function plain_div_int8(record: usize): void {
  binary<Quotient, i8, i8, i8>(record, BINARY_SIZE);
}

export function plain_prelu_int8(record: usize): void {
  binary<Slope<i8>, i8, i8, i8>(record, BINARY_SIZE);
}

export function plain_prelu_int16(record: usize): void {
  binary<Slope<i16>, i16, i8, i16>(record, BINARY_SIZE);
}
