// GELU of float32: x times the normal distribution up to x, by erfc or, approximated, by tanh. Record: UNARY_* in abi/unary.ts.
// Dialect: LiteRT's reference, but for the last bits of erfc and tanh. Source: LiteRT kernels/internal/reference/gelu.h.
import { erfc_f32 } from "../arithmetic/error_function";
import { exp_f64 } from "../arithmetic/exp_f64";
import { unary } from "../inner/unary";

// @ts-ignore: decorator
@unmanaged
class Gelu {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return <f32>0.5 * x * erfc_f32(x * <f32>-0.7071067811865476);
  }
}

/** tanh rounded from float64: 1 + tanh has few bits left for x < 0, so the last ones count. */
function tanh_f32(x: f32): f32 {
  if (x != x) return x;
  if (abs<f32>(x) > 10) return copysign<f32>(1, x);
  const e = exp_f64(<f64>x * 2);
  return <f32>((e - 1) / (e + 1));
}

// @ts-ignore: decorator
@unmanaged
class ApproximateGelu {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    const cube = <f32>0.044715 * x * x * x;
    return <f32>0.5 * x * (<f32>1 + tanh_f32(<f32>0.7978845608028654 * (x + cube)));
  }
}

export function gelu_float32(record: usize): void {
  unary<Gelu, f32, f32>(record);
}

export function gelu_approximate_float32(record: usize): void {
  unary<ApproximateGelu, f32, f32>(record);
}
