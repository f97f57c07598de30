// ADD, SUB, MUL, DIV and PRELU, float32 with broadcasting. Record: BINARY_* in abi/binary.ts, and behind it BINARY_FLOAT32_*.
// Dialect: reference. Source: TFLM reference/add.h, sub.h, mul.h, div.h, micro/kernels/prelu_common.cc.
import { BINARY_SIZE } from "../abi/binary";
import { BINARY_FLOAT32_MAX, BINARY_FLOAT32_MIN, BINARY_FLOAT32_SIZE } from "../abi/binary_float32";
import { binary } from "../inner/binary";
import { clamp_float32 } from "../inner/clamp_float32";

/** A result between the bounds of its record. */
// @ts-ignore: decorator
@inline
function clamped(x: f32, record: usize): f32 {
  return clamp_float32(x, load<f32>(record, BINARY_FLOAT32_MIN), load<f32>(record, BINARY_FLOAT32_MAX));
}

// @ts-ignore: decorator
@unmanaged
class Add {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clamped(a + b, changetype<usize>(this));
  }
}

// @ts-ignore: decorator
@unmanaged
class Sub {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clamped(a - b, changetype<usize>(this));
  }
}

// @ts-ignore: decorator
@unmanaged
class Mul {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clamped(a * b, changetype<usize>(this));
  }
}

// @ts-ignore: decorator
@unmanaged
class Div {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clamped(a / b, changetype<usize>(this));
  }
}

// @ts-ignore: decorator
@unmanaged
class Prelu {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return a >= 0 ? a : a * b;
  }
}

export function add_float32(record: usize): void {
  binary<Add, f32, f32, f32>(record, BINARY_FLOAT32_SIZE);
}

export function sub_float32(record: usize): void {
  binary<Sub, f32, f32, f32>(record, BINARY_FLOAT32_SIZE);
}

export function mul_float32(record: usize): void {
  binary<Mul, f32, f32, f32>(record, BINARY_FLOAT32_SIZE);
}

export function div_float32(record: usize): void {
  binary<Div, f32, f32, f32>(record, BINARY_FLOAT32_SIZE);
}

export function prelu_float32(record: usize): void {
  binary<Prelu, f32, f32, f32>(record, BINARY_SIZE);
}
