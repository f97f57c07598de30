// One row of float32 to int8 with a range of its own, as hybrid operators do while the model runs.
// Symmetric: the largest magnitude becomes 127, offset 0. Asymmetric: least and largest value, and 0, fit; the scale is found in float64.
// Source: LiteRT kernels/internal/optimized/neon_tensor_utils.cc, NeonSymmetricQuantizeFloats, NeonAsymmetricQuantizeFloats, which x86 runs too.

/** To the nearest integer, half away from zero, then the offset, between two bounds; a NaN gives the lower. */
// @ts-ignore: decorator
@inline
function code_of(x: f32, offset: f32, least: f32): i32 {
  const whole = trunc<f32>(x);
  const rounded = (abs<f32>(x - whole) >= 0.5 ? whole + copysign<f32>(1, x) : whole) + offset;
  return <i32>(rounded >= <f32>127 ? <f32>127 : rounded >= least ? rounded : least);
}

/** The offset that makes 0 a code, as gemmlowp nudges it: from the end of the range that rounds less. */
function nudged_offset(least: f64, most: f64, scale: f64): i32 {
  const from_least = -128 - least / scale, from_most = 127 - most / scale;
  const offset = 128 + abs<f64>(least / scale) < 127 + abs<f64>(most / scale) ? from_least : from_most;
  if (offset <= -128) return -128;
  if (offset >= 127) return 127;
  const whole = trunc<f64>(offset);
  return <i32>(abs<f64>(offset - whole) >= 0.5 ? whole + copysign<f64>(1, offset) : whole);
}

/**
 * @param x float32, `depth` of them `step` bytes apart, at least one
 * @param out int8 [depth]
 * @param range {float32 scale, int32 offset}
 */
export function quantize_row(x: usize, step: i32, depth: i32, out: usize, range: usize, asymmetric: bool): void {
  let least = load<f32>(x), most = least;
  for (let n = 1, from = x + step; n < depth; n++, from += step) {
    const value = load<f32>(from);
    if (value < least) least = value;
    if (most < value) most = value;
  }
  let scale: f32 = 1, inverse: f32 = 0, offset = 0;
  if (asymmetric) {
    if (!(least < 0)) least = 0;
    if (!(most > 0)) most = 0;
    if (least != most) {
      const exact = <f64>(most - least) / 255; // the difference is rounded to float32
      offset = nudged_offset(<f64>least, <f64>most, exact);
      scale = <f32>exact;
      inverse = 1 / scale;
    }
  } else {
    const size = max<f32>(abs<f32>(least), abs<f32>(most));
    if (size != 0) {
      scale = size / 127;
      inverse = 127 / size;
    }
  }
  store<f32>(range, scale);
  store<i32>(range, offset, 4);
  const lowest: f32 = asymmetric ? -128 : -127;
  for (const end = out + depth; out != end; out++, x += step) store<i8>(out, inverse == 0 ? 0 : code_of(load<f32>(x) * inverse, <f32>offset, lowest));
}
