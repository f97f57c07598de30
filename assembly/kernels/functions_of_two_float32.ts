// POW, ATAN2, FLOOR_DIV, FLOOR_MOD and SQUARED_DIFFERENCE of float32 with broadcasting. Record: BINARY_* in abi/binary.ts. Exact but for POW and ATAN2:
// one unit in the last place (arithmetic/). Source: TFLM reference/floor_div.h, floor_mod.h, micro/kernels/squared_difference.cc, LiteRT kernels/pow.cc, atan2_custom.cc.
import { BINARY_SIZE } from "../abi/binary";
import { atan2_f32 } from "../arithmetic/arc_tangent";
import { pow_f32 } from "../arithmetic/power";
import { binary } from "../inner/binary";

// @ts-ignore: decorator
@unmanaged
class Pow {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return pow_f32(a, b);
  }
}

// @ts-ignore: decorator
@unmanaged
class Atan2 {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return atan2_f32(a, b);
  }
}

// @ts-ignore: decorator
@unmanaged
class FloorDiv {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return <f32>floor<f64>(<f64>a / <f64>b);
  }
}

// @ts-ignore: decorator
@unmanaged
class FloorMod {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    const rest = a % b;
    return rest != 0 && b < 0 != rest < 0 ? rest + b : rest;
  }
}

// @ts-ignore: decorator
@unmanaged
class SquaredDifference {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    const difference = a - b;
    return difference * difference;
  }
}

export function pow_float32(record: usize): void {
  binary<Pow, f32, f32, f32>(record, BINARY_SIZE);
}

export function atan2_float32(record: usize): void {
  binary<Atan2, f32, f32, f32>(record, BINARY_SIZE);
}

export function floor_div_float32(record: usize): void {
  binary<FloorDiv, f32, f32, f32>(record, BINARY_SIZE);
}

export function floor_mod_float32(record: usize): void {
  binary<FloorMod, f32, f32, f32>(record, BINARY_SIZE);
}

export function squared_difference_float32(record: usize): void {
  binary<SquaredDifference, f32, f32, f32>(record, BINARY_SIZE);
}
