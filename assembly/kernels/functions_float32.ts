// Functions of one float32. Record: UNARY_* in abi/unary.ts. Exact but for exp, log, sin and cos: one unit in the last place (arithmetic/).
// Source: TFLM kernels/elementwise.cc, reference/round.h, LiteRT kernels/sign.cc.
import { cos_f32, sin_f32 } from "../arithmetic/double_functions";
import { exp_f32, log_f32 } from "../arithmetic/float_functions";
import { unary } from "../inner/unary";

// @ts-ignore: decorator
@unmanaged
class Abs {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return abs<f32>(x);
  }
}

// @ts-ignore: decorator
@unmanaged
class Neg {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return -x;
  }
}

// @ts-ignore: decorator
@unmanaged
class Sqrt {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return sqrt<f32>(x);
  }
}

// @ts-ignore: decorator
@unmanaged
class Rsqrt {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return 1 / sqrt<f32>(x);
  }
}

// @ts-ignore: decorator
@unmanaged
class Square {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return x * x;
  }
}

// @ts-ignore: decorator
@unmanaged
class Ceil {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return ceil<f32>(x);
  }
}

// @ts-ignore: decorator
@unmanaged
class Floor {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return floor<f32>(x);
  }
}

// @ts-ignore: decorator
@unmanaged
class Round {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    // half to even, and 0 above -1/2, where `nearest` would give -0
    const below = floor<f32>(x), rest = x - below;
    return rest < 0.5 || (rest == 0.5 && (<i32>below & 1) == 0) ? below : below + 1;
  }
}

// @ts-ignore: decorator
@unmanaged
class Sign {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return x > 0 ? 1 : x < 0 ? -1 : 0;
  }
}

// @ts-ignore: decorator
@unmanaged
class Exp {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return exp_f32(x);
  }
}

// @ts-ignore: decorator
@unmanaged
class Log {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return log_f32(x);
  }
}

// @ts-ignore: decorator
@unmanaged
class Sin {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return sin_f32(x);
  }
}

// @ts-ignore: decorator
@unmanaged
class Cos {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return cos_f32(x);
  }
}

export function abs_float32(record: usize): void {
  unary<Abs, f32, f32>(record);
}

export function neg_float32(record: usize): void {
  unary<Neg, f32, f32>(record);
}

export function sqrt_float32(record: usize): void {
  unary<Sqrt, f32, f32>(record);
}

export function rsqrt_float32(record: usize): void {
  unary<Rsqrt, f32, f32>(record);
}

export function square_float32(record: usize): void {
  unary<Square, f32, f32>(record);
}

export function ceil_float32(record: usize): void {
  unary<Ceil, f32, f32>(record);
}

export function floor_float32(record: usize): void {
  unary<Floor, f32, f32>(record);
}

export function round_float32(record: usize): void {
  unary<Round, f32, f32>(record);
}

export function sign_float32(record: usize): void {
  unary<Sign, f32, f32>(record);
}

export function exp_float32(record: usize): void {
  unary<Exp, f32, f32>(record);
}

export function log_float32(record: usize): void {
  unary<Log, f32, f32>(record);
}

export function sin_float32(record: usize): void {
  unary<Sin, f32, f32>(record);
}

export function cos_float32(record: usize): void {
  unary<Cos, f32, f32>(record);
}
