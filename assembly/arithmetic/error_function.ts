// erfc of float32, computed in float64 and rounded once at the end, without tables. One unit in the last place.
import { exp_f64 } from "./exp_f64";

/**
 * erfc z = t e^(-z^2) P(t - 1/2) with t = 1 / (1 + z / 2), z >= 0; P interpolates at 13 Chebyshev points for z up to 10.2, behind which erfc is less than
 * every float32, and is off by 3e-10 of the value at most.
 */
export function erfc_f32(x: f32): f32 {
  if (x != x) return x;
  const z = <f64>abs<f32>(x);
  if (z > 10.2) return x < 0 ? 2 : 0;
  const t = 1 / (1 + z / 2), u = t - 0.5;
  let p: f64 = -0.004859577208681019;
  p = p * u - 0.02607848910700057;
  p = p * u + 0.060815902151123306;
  p = p * u - 0.007907561615634533;
  p = p * u - 0.08323674096733477;
  p = p * u + 0.0533455731624465;
  p = p * u + 0.09880422980798664;
  p = p * u - 0.10365106658289114;
  p = p * u - 0.17208270483301089;
  p = p * u + 0.14576854697616906;
  p = p * u + 0.5589441579665738;
  p = p * u + 0.6871606868188825;
  p = p * u + 0.5107913526708693;
  const y = t * exp_f64(-z * z) * p;
  return <f32>(x < 0 ? 2 - y : y);
}
