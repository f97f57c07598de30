// SUM, MEAN, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD, REDUCE_ANY and REDUCE_ALL over any set of axes. Record: REDUCE_* in abi/reduce.ts.
// SUM and MEAN of quantized numbers are kernels/mean.ts. Dialect: reference. Source: TFLM reference/reduce.h, kernels/reduce_common.cc.
import { REDUCE_COUNT, REDUCE_PROD_DOWN, REDUCE_PROD_INPUT_OFFSET, REDUCE_PROD_MULTIPLIER, REDUCE_PROD_OUTPUT_OFFSET, REDUCE_PROD_SIZE, REDUCE_SIZE } from "../abi/reduce";
import { clamp } from "../arithmetic/fixed_point";
import { reduce } from "../inner/reduce";

/** Where a maximum begins: not minus infinity, in the reference. */
// @ts-ignore: decorator
@inline
function least<T>(): T {
  if (isFloat<T>()) return <T>-f32.MAX_VALUE;
  return isSigned<T>() ? <T>(<i64>1 << <i64>(sizeof<T>() * 8 - 1)) : 0;
}

// @ts-ignore: decorator
@inline
function most<T>(): T {
  if (isFloat<T>()) return <T>f32.MAX_VALUE;
  return isSigned<T>() ? <T>((<i64>1 << <i64>(sizeof<T>() * 8 - 1)) - 1) : <T>-1;
}

// @ts-ignore: decorator
@unmanaged
class Sum<T> {
  // @ts-ignore: decorator
  @inline
  first(): T {
    return 0;
  }

  // @ts-ignore: decorator
  @inline
  next(sum: T, x: T): T {
    return sum + x;
  }

  // @ts-ignore: decorator
  @inline
  last(sum: T): T {
    return sum;
  }
}

// @ts-ignore: decorator
@unmanaged
class Mean<T, A> {
  // @ts-ignore: decorator
  @inline
  first(): A {
    return 0;
  }

  // @ts-ignore: decorator
  @inline
  next(sum: A, x: T): A {
    return sum + <A>x;
  }

  // @ts-ignore: decorator
  @inline
  last(sum: A): T {
    return <T>(sum / <A>load<i32>(changetype<usize>(this), REDUCE_COUNT));
  }
}

// @ts-ignore: decorator
@unmanaged
class Max<T> {
  // @ts-ignore: decorator
  @inline
  first(): T {
    return least<T>();
  }

  // @ts-ignore: decorator
  @inline
  next(sum: T, x: T): T {
    return x > sum ? x : sum;
  }

  // @ts-ignore: decorator
  @inline
  last(sum: T): T {
    return sum;
  }
}

// @ts-ignore: decorator
@unmanaged
class Min<T> {
  // @ts-ignore: decorator
  @inline
  first(): T {
    return most<T>();
  }

  // @ts-ignore: decorator
  @inline
  next(sum: T, x: T): T {
    return x < sum ? x : sum;
  }

  // @ts-ignore: decorator
  @inline
  last(sum: T): T {
    return sum;
  }
}

// @ts-ignore: decorator
@unmanaged
class Product<T> {
  // @ts-ignore: decorator
  @inline
  first(): T {
    return 1;
  }

  // @ts-ignore: decorator
  @inline
  next(product: T, x: T): T {
    return product * x;
  }

  // @ts-ignore: decorator
  @inline
  last(product: T): T {
    return product;
  }
}

/** Products that are rescaled one by one, so that they stay within 32 bits: one rounding, with a multiplier of 16 bits. Source: TFLM reference/reduce.h, QuantizedReduceProd. */
// @ts-ignore: decorator
@unmanaged
class QuantizedProduct<T> {
  // @ts-ignore: decorator
  @inline
  first(): i64 {
    return i64.MIN_VALUE; // no product: the first element is not rescaled
  }

  // @ts-ignore: decorator
  @inline
  next(product: i64, x: T): i64 {
    const factor = <i64>x + <i64>load<i32>(changetype<usize>(this), REDUCE_PROD_INPUT_OFFSET);
    return product == i64.MIN_VALUE ? factor : this.rescaled(product * factor);
  }

  // @ts-ignore: decorator
  @inline
  last(product: i64): T {
    const code = <i32>this.rescaled(product) + load<i32>(changetype<usize>(this), REDUCE_PROD_OUTPUT_OFFSET);
    return sizeof<T>() == 1 ? <T>clamp(code, i8.MIN_VALUE, i8.MAX_VALUE) : <T>clamp(code, i16.MIN_VALUE, i16.MAX_VALUE);
  }

  // @ts-ignore: decorator
  @inline
  rescaled(product: i64): i64 {
    const down = <i64>load<i32>(changetype<usize>(this), REDUCE_PROD_DOWN);
    return <i64><i32>((product * <i64>load<i32>(changetype<usize>(this), REDUCE_PROD_MULTIPLIER) + (<i64>1 << (down - 1))) >> down);
  }
}

export function sum_int32(record: usize): void {
  reduce<Sum<i32>, i32, i32>(record, REDUCE_SIZE);
}

export function sum_int64(record: usize): void {
  reduce<Sum<i64>, i64, i64>(record, REDUCE_SIZE);
}

export function sum_float32(record: usize): void {
  reduce<Sum<f32>, f32, f32>(record, REDUCE_SIZE);
}

export function mean_int32(record: usize): void {
  reduce<Mean<i32, i64>, i32, i64>(record, REDUCE_SIZE);
}

export function mean_int64(record: usize): void {
  reduce<Mean<i64, i64>, i64, i64>(record, REDUCE_SIZE);
}

export function mean_float32(record: usize): void {
  reduce<Mean<f32, f32>, f32, f32>(record, REDUCE_SIZE);
}

export function reduce_max_int8(record: usize): void {
  reduce<Max<i8>, i8, i8>(record, REDUCE_SIZE);
}

export function reduce_max_int16(record: usize): void {
  reduce<Max<i16>, i16, i16>(record, REDUCE_SIZE);
}

export function reduce_max_int32(record: usize): void {
  reduce<Max<i32>, i32, i32>(record, REDUCE_SIZE);
}

export function reduce_max_int64(record: usize): void {
  reduce<Max<i64>, i64, i64>(record, REDUCE_SIZE);
}

export function reduce_max_float32(record: usize): void {
  reduce<Max<f32>, f32, f32>(record, REDUCE_SIZE);
}

export function reduce_min_int8(record: usize): void {
  reduce<Min<i8>, i8, i8>(record, REDUCE_SIZE);
}

export function reduce_min_int16(record: usize): void {
  reduce<Min<i16>, i16, i16>(record, REDUCE_SIZE);
}

export function reduce_min_int32(record: usize): void {
  reduce<Min<i32>, i32, i32>(record, REDUCE_SIZE);
}

export function reduce_min_int64(record: usize): void {
  reduce<Min<i64>, i64, i64>(record, REDUCE_SIZE);
}

export function reduce_min_float32(record: usize): void {
  reduce<Min<f32>, f32, f32>(record, REDUCE_SIZE);
}

export function reduce_prod_int32(record: usize): void {
  reduce<Product<i32>, i32, i32>(record, REDUCE_SIZE);
}

export function reduce_prod_int64(record: usize): void {
  reduce<Product<i64>, i64, i64>(record, REDUCE_SIZE);
}

export function reduce_prod_float32(record: usize): void {
  reduce<Product<f32>, f32, f32>(record, REDUCE_SIZE);
}

export function reduce_prod_int8(record: usize): void {
  reduce<QuantizedProduct<i8>, i8, i64>(record, REDUCE_PROD_SIZE);
}

export function reduce_prod_int16(record: usize): void {
  reduce<QuantizedProduct<i16>, i16, i64>(record, REDUCE_PROD_SIZE);
}

/** Bytes of 0 and 1: true is the greater. */
export function reduce_any_bool(record: usize): void {
  reduce<Max<u8>, u8, u8>(record, REDUCE_SIZE);
}

export function reduce_all_bool(record: usize): void {
  reduce<Min<u8>, u8, u8>(record, REDUCE_SIZE);
}
