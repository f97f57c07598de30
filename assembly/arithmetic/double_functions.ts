// sin and cos of float32, computed in float64 and rounded once at the end: Taylor series behind a reduction to |r| <= pi / 4 that is exact enough for
// every float32, without tables. One unit in the last place, which about 3 in a million arguments need. Only + - * / occur, so every core gives the
// same bits. On a core without double precision the float64 arithmetic is done in software.

/** 64 bits of 2 / pi from the `at`th behind the binary point. 0 <= at < 192. */
function two_over_pi(at: i32): u64 {
  const word = at >> 6, shift = <u64>(at & 63);
  const high: u64 = word == 0 ? 0xa2f9836e4e441529 : word == 1 ? 0xfc2757d1f534ddc0 : 0xdb6295993c439041;
  const low: u64 = word == 0 ? 0xfc2757d1f534ddc0 : word == 1 ? 0xdb6295993c439041 : 0xfe5163abdebbc561;
  return shift == 0 ? high : (high << shift) | (low >> (64 - shift));
}

/** sin of r, |r| <= pi / 4: the Taylor series to r^11. */
function sin_of_rest(r: f64): f64 {
  const z = r * r;
  return r * (1 + z * (-1.0 / 6 + z * (1.0 / 120 + z * (-1.0 / 5040 + z * (1.0 / 362880 - z / 39916800)))));
}

/** cos of r, |r| <= pi / 4: the Taylor series to r^12. */
function cos_of_rest(r: f64): f64 {
  const z = r * r;
  return 1 + z * (-0.5 + z * (1.0 / 24 + z * (-1.0 / 720 + z * (1.0 / 40320 + z * (-1.0 / 3628800 + z / 479001600)))));
}

/** sin(x + quarters * pi / 2). x: any float32. */
function sin_in_quarters(x: f32, quarters: i32): f32 {
  const PI_OVER_2: f64 = 1.5707963267948966;
  if (!(abs<f32>(x) < Infinity)) return NaN;
  let r: f64;
  if (abs<f32>(x) < 33554432) {
    // pi / 2 in two parts, the first of 28 bits: its product with fewer than 2^25 quarters is exact
    const n = nearest<f64>(<f64>x * 0.6366197723675814);
    r = <f64>x - n * 1.570796325802803 - n * 9.920935796805404e-10;
    quarters += <i32>n;
  } else {
    // x = m * 2^e: only bits of 2 / pi matter whose products with m are below 4 quarters
    const bits = reinterpret<u32>(x), e = <i32>((bits >> 23) & 0xff) - 150;
    const m = <u64>((bits & 0x7fffff) | 0x800000);
    const high = two_over_pi(e - 2), low = two_over_pi(e + 62);
    const turns = m * high + ((m * (low >> 32)) >> 32); // in 2^-62 quarters, modulo 4
    const n = <i32>((turns + (1 << 61)) >> 62), sign = <i32>bits < 0 ? -1 : 1;
    r = <f64>sign * <f64><i64>(turns << 2) * 5.421010862427522e-20 * PI_OVER_2; // 2^-64
    quarters += sign * n;
  }
  const y = quarters & 1 ? cos_of_rest(r) : sin_of_rest(r);
  return <f32>(quarters & 2 ? -y : y);
}

export function sin_f32(x: f32): f32 {
  return x == 0 ? x : sin_in_quarters(x, 0);
}

export function cos_f32(x: f32): f32 {
  return sin_in_quarters(x, 1);
}
