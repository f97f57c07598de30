// Functions of one integer that is no code. Record: UNARY_* in abi/unary.ts. They wrap. Source: LiteRT kernels/neg.cc, elementwise.cc, sign.cc.
import { unary } from "../inner/unary";

// @ts-ignore: decorator
@unmanaged
class Abs<T> {
  // @ts-ignore: decorator
  @inline
  of(x: T): T {
    return <T>(x < 0 ? 0 - x : x);
  }
}

// @ts-ignore: decorator
@unmanaged
class Neg<T> {
  // @ts-ignore: decorator
  @inline
  of(x: T): T {
    return <T>(0 - x);
  }
}

// @ts-ignore: decorator
@unmanaged
class Sign<T> {
  // @ts-ignore: decorator
  @inline
  of(x: T): T {
    return <T>(<i32>(x > 0) - <i32>(x < 0));
  }
}

export function abs_int32(record: usize): void {
  unary<Abs<i32>, i32, i32>(record);
}

export function neg_int32(record: usize): void {
  unary<Neg<i32>, i32, i32>(record);
}

export function neg_int64(record: usize): void {
  unary<Neg<i64>, i64, i64>(record);
}

export function sign_int32(record: usize): void {
  unary<Sign<i32>, i32, i32>(record);
}
