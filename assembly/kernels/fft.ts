// SignalRfft and SignalIrfft: Fourier transforms of real samples. Record: FFT_* in abi/fft.ts. T is int16 (Q0.15), int32 (Q0.31) or float32.
// Fixed point: every butterfly divides by its radix, every product is rounded, ties towards +infinity, and sums wrap, so the forward transform
// is 1/(2n) of the sum. Float: nothing is divided forward, and everything by 2n backward.
// Dialect: reference. Source: TFLM signal/src/rfft_*.cc, irfft_*.cc, which are KISS FFT 130 (kiss_fft.c, kiss_fftr.c).
import {
  FFT_INPUT, FFT_OUTPUT, FFT_ROWS, FFT_SAMPLES, FFT_POINTS, FFT_STAGES, FFT_STAGE_COUNT, FFT_ORDER, FFT_TWIDDLES, FFT_REAL_TWIDDLES, FFT_SCRATCH, FFT_SIZE,
} from "../abi/fft";
import { within } from "../inner/within";

/** a b, rounded to T. */
// @ts-ignore: decorator
@inline
function times<T>(a: T, b: T): T {
  if (isFloat<T>()) return <T>(a * b);
  if (sizeof<T>() == 2) return <T>((<i32>a * <i32>b + (1 << 14)) >> 15);
  return <T>((<i64>a * <i64>b + (1 << 30)) >> 31);
}

/** The real part of (a + bi)(c + di), rounded once in fixed point. */
// @ts-ignore: decorator
@inline
function times_real<T>(a: T, b: T, c: T, d: T): T {
  if (isFloat<T>()) return <T>(a * c - b * d);
  if (sizeof<T>() == 2) return <T>((<i32>a * <i32>c - <i32>b * <i32>d + (1 << 14)) >> 15);
  return <T>((<i64>a * <i64>c - <i64>b * <i64>d + (1 << 30)) >> 31);
}

/** The imaginary part. */
// @ts-ignore: decorator
@inline
function times_imaginary<T>(a: T, b: T, c: T, d: T): T {
  if (isFloat<T>()) return <T>(a * d + b * c);
  if (sizeof<T>() == 2) return <T>((<i32>a * <i32>d + <i32>b * <i32>c + (1 << 14)) >> 15);
  return <T>((<i64>a * <i64>d + <i64>b * <i64>c + (1 << 30)) >> 31);
}

/** x / k in fixed point. */
// @ts-ignore: decorator
@inline
function divided<T>(x: T, k: i32): T {
  if (isFloat<T>()) return x;
  return times<T>(x, <T>((sizeof<T>() == 2 ? <i32>i16.MAX_VALUE : i32.MAX_VALUE) / k));
}

// @ts-ignore: decorator
@inline
function half<T>(x: T): T {
  if (isFloat<T>()) return <T>(x * <T>0.5);
  return <T>(x >> 1);
}

/** (a + b) / 2: int16 in 32 bits, int32 wraps. */
// @ts-ignore: decorator
@inline
function half_sum<T>(a: T, b: T): T {
  if (sizeof<T>() == 2) return <T>((<i32>a + <i32>b) >> 1);
  return half<T>(<T>(a + b));
}

/** (a - b) / 2, likewise. */
// @ts-ignore: decorator
@inline
function half_difference<T>(a: T, b: T): T {
  if (sizeof<T>() == 2) return <T>((<i32>a - <i32>b) >> 1);
  return half<T>(<T>(a - b));
}

/** Butterflies of `m` pairs. `at`: T [2][m][2]; `stride` of the twiddles in bytes. */
function butterfly_2<T>(at: usize, m: i32, twiddles: usize, stride: usize): void {
  const part: usize = m * 2 * sizeof<T>();
  let tw = twiddles;
  for (let end = at + part; at != end; at += 2 * sizeof<T>(), tw += stride) {
    const r0 = divided<T>(load<T>(at), 2), i0 = divided<T>(load<T>(at, sizeof<T>()), 2);
    const r = divided<T>(load<T>(at + part), 2), i = divided<T>(load<T>(at + part, sizeof<T>()), 2);
    const tr = times_real<T>(r, i, load<T>(tw), load<T>(tw, sizeof<T>())), ti = times_imaginary<T>(r, i, load<T>(tw), load<T>(tw, sizeof<T>()));
    store<T>(at + part, <T>(r0 - tr));
    store<T>(at + part, <T>(i0 - ti), sizeof<T>());
    store<T>(at, <T>(r0 + tr));
    store<T>(at, <T>(i0 + ti), sizeof<T>());
  }
}

/** `at`: T [3][m][2]. */
function butterfly_3<T>(at: usize, m: i32, twiddles: usize, stride: usize): void {
  const part: usize = m * 2 * sizeof<T>(), third = load<T>(twiddles + stride * m, sizeof<T>());
  let tw1 = twiddles, tw2 = twiddles;
  for (let end = at + part; at != end; at += 2 * sizeof<T>(), tw1 += stride, tw2 += 2 * stride) {
    const at1 = at + part, at2 = at1 + part;
    const r0 = divided<T>(load<T>(at), 3), i0 = divided<T>(load<T>(at, sizeof<T>()), 3);
    const xr = divided<T>(load<T>(at1), 3), xi = divided<T>(load<T>(at1, sizeof<T>()), 3);
    const yr = divided<T>(load<T>(at2), 3), yi = divided<T>(load<T>(at2, sizeof<T>()), 3);
    const r1 = times_real<T>(xr, xi, load<T>(tw1), load<T>(tw1, sizeof<T>())), i1 = times_imaginary<T>(xr, xi, load<T>(tw1), load<T>(tw1, sizeof<T>()));
    const r2 = times_real<T>(yr, yi, load<T>(tw2), load<T>(tw2, sizeof<T>())), i2 = times_imaginary<T>(yr, yi, load<T>(tw2), load<T>(tw2, sizeof<T>()));
    const sum_r = <T>(r1 + r2), sum_i = <T>(i1 + i2);
    const difference_r = times<T>(<T>(r1 - r2), third), difference_i = times<T>(<T>(i1 - i2), third);
    const middle_r = <T>(r0 - half<T>(sum_r)), middle_i = <T>(i0 - half<T>(sum_i));
    store<T>(at, <T>(r0 + sum_r));
    store<T>(at, <T>(i0 + sum_i), sizeof<T>());
    store<T>(at2, <T>(middle_r + difference_i));
    store<T>(at2, <T>(middle_i - difference_r), sizeof<T>());
    store<T>(at1, <T>(middle_r - difference_i));
    store<T>(at1, <T>(middle_i + difference_r), sizeof<T>());
  }
}

/** `at`: T [4][m][2]. */
function butterfly_4<T>(at: usize, m: i32, twiddles: usize, stride: usize, inverse: bool): void {
  const part: usize = m * 2 * sizeof<T>();
  let tw1 = twiddles, tw2 = twiddles, tw3 = twiddles;
  for (let end = at + part; at != end; at += 2 * sizeof<T>(), tw1 += stride, tw2 += 2 * stride, tw3 += 3 * stride) {
    const at1 = at + part, at2 = at1 + part, at3 = at2 + part;
    const r = divided<T>(load<T>(at), 4), i = divided<T>(load<T>(at, sizeof<T>()), 4);
    const xr = divided<T>(load<T>(at1), 4), xi = divided<T>(load<T>(at1, sizeof<T>()), 4);
    const yr = divided<T>(load<T>(at2), 4), yi = divided<T>(load<T>(at2, sizeof<T>()), 4);
    const zr = divided<T>(load<T>(at3), 4), zi = divided<T>(load<T>(at3, sizeof<T>()), 4);
    const r1 = times_real<T>(xr, xi, load<T>(tw1), load<T>(tw1, sizeof<T>())), i1 = times_imaginary<T>(xr, xi, load<T>(tw1), load<T>(tw1, sizeof<T>()));
    const r2 = times_real<T>(yr, yi, load<T>(tw2), load<T>(tw2, sizeof<T>())), i2 = times_imaginary<T>(yr, yi, load<T>(tw2), load<T>(tw2, sizeof<T>()));
    const r3 = times_real<T>(zr, zi, load<T>(tw3), load<T>(tw3, sizeof<T>())), i3 = times_imaginary<T>(zr, zi, load<T>(tw3), load<T>(tw3, sizeof<T>()));
    const even_r = <T>(r + r2), even_i = <T>(i + i2), odd_r = <T>(r1 + r3), odd_i = <T>(i1 + i3);
    const left_r = <T>(r - r2), left_i = <T>(i - i2), across_r = <T>(i1 - i3), across_i = <T>(r1 - r3);
    const next = inverse ? at3 : at1, previous = inverse ? at1 : at3;
    store<T>(at, <T>(even_r + odd_r));
    store<T>(at, <T>(even_i + odd_i), sizeof<T>());
    store<T>(next, <T>(left_r + across_r));
    store<T>(next, <T>(left_i - across_i), sizeof<T>());
    store<T>(at2, <T>(even_r - odd_r));
    store<T>(at2, <T>(even_i - odd_i), sizeof<T>());
    store<T>(previous, <T>(left_r - across_r));
    store<T>(previous, <T>(left_i + across_i), sizeof<T>());
  }
}

/** `at`: T [5][m][2]. */
function butterfly_5<T>(at: usize, m: i32, twiddles: usize, stride: usize): void {
  const part: usize = m * 2 * sizeof<T>();
  const a = twiddles + stride * m, b = a + stride * m;
  const ar = load<T>(a), ai = load<T>(a, sizeof<T>()), br = load<T>(b), bi = load<T>(b, sizeof<T>());
  let tw: usize = 0;
  for (let end = at + part; at != end; at += 2 * sizeof<T>(), tw += stride) {
    const at1 = at + part, at2 = at1 + part, at3 = at2 + part, at4 = at3 + part;
    const tw1 = twiddles + tw, tw2 = tw1 + tw, tw3 = tw2 + tw, tw4 = tw3 + tw;
    const r0 = divided<T>(load<T>(at), 5), i0 = divided<T>(load<T>(at, sizeof<T>()), 5);
    const wr = divided<T>(load<T>(at1), 5), wi = divided<T>(load<T>(at1, sizeof<T>()), 5);
    const xr = divided<T>(load<T>(at2), 5), xi = divided<T>(load<T>(at2, sizeof<T>()), 5);
    const yr = divided<T>(load<T>(at3), 5), yi = divided<T>(load<T>(at3, sizeof<T>()), 5);
    const zr = divided<T>(load<T>(at4), 5), zi = divided<T>(load<T>(at4, sizeof<T>()), 5);
    const r1 = times_real<T>(wr, wi, load<T>(tw1), load<T>(tw1, sizeof<T>())), i1 = times_imaginary<T>(wr, wi, load<T>(tw1), load<T>(tw1, sizeof<T>()));
    const r2 = times_real<T>(xr, xi, load<T>(tw2), load<T>(tw2, sizeof<T>())), i2 = times_imaginary<T>(xr, xi, load<T>(tw2), load<T>(tw2, sizeof<T>()));
    const r3 = times_real<T>(yr, yi, load<T>(tw3), load<T>(tw3, sizeof<T>())), i3 = times_imaginary<T>(yr, yi, load<T>(tw3), load<T>(tw3, sizeof<T>()));
    const r4 = times_real<T>(zr, zi, load<T>(tw4), load<T>(tw4, sizeof<T>())), i4 = times_imaginary<T>(zr, zi, load<T>(tw4), load<T>(tw4, sizeof<T>()));
    const outer_r = <T>(r1 + r4), outer_i = <T>(i1 + i4), apart_r = <T>(r1 - r4), apart_i = <T>(i1 - i4);
    const inner_r = <T>(r2 + r3), inner_i = <T>(i2 + i3), close_r = <T>(r2 - r3), close_i = <T>(i2 - i3);
    store<T>(at, <T>(r0 + <T>(outer_r + inner_r)));
    store<T>(at, <T>(i0 + <T>(outer_i + inner_i)), sizeof<T>());
    const near_r = <T>(r0 + times<T>(outer_r, ar) + times<T>(inner_r, br)), near_i = <T>(i0 + times<T>(outer_i, ar) + times<T>(inner_i, br));
    const near_turn_r = <T>(times<T>(apart_i, ai) + times<T>(close_i, bi)), near_turn_i = <T>(-times<T>(apart_r, ai) - times<T>(close_r, bi));
    store<T>(at1, <T>(near_r - near_turn_r));
    store<T>(at1, <T>(near_i - near_turn_i), sizeof<T>());
    store<T>(at4, <T>(near_r + near_turn_r));
    store<T>(at4, <T>(near_i + near_turn_i), sizeof<T>());
    const far_r = <T>(r0 + times<T>(outer_r, br) + times<T>(inner_r, ar)), far_i = <T>(i0 + times<T>(outer_i, br) + times<T>(inner_i, ar));
    const far_turn_r = <T>(-times<T>(apart_i, bi) + times<T>(close_i, ai)), far_turn_i = <T>(times<T>(apart_r, bi) - times<T>(close_r, ai));
    store<T>(at2, <T>(far_r + far_turn_r));
    store<T>(at2, <T>(far_i + far_turn_i), sizeof<T>());
    store<T>(at3, <T>(far_r - far_turn_r));
    store<T>(at3, <T>(far_i - far_turn_i), sizeof<T>());
  }
}

/** The complex transform of T [samples], two of which are a point; zeros follow. `out`: T [n][2], elsewhere. */
function transform<T>(record: usize, input: usize, samples: i32, out: usize, inverse: bool): void {
  const points = load<i32>(record, FFT_POINTS), order: usize = load<u32>(record, FFT_ORDER);
  for (let point = 0; point < points; point++) {
    const from = <i32>load<u16>(order + (point << 1)) << 1, to = out + point * 2 * sizeof<T>();
    store<T>(to, from < samples ? load<T>(input + from * sizeof<T>()) : <T>0);
    store<T>(to, from + 1 < samples ? load<T>(input + from * sizeof<T>(), sizeof<T>()) : <T>0, sizeof<T>());
  }
  const twiddles: usize = load<u32>(record, FFT_TWIDDLES), end = out + points * 2 * sizeof<T>();
  let stage: usize = load<u32>(record, FFT_STAGES);
  for (let left = load<i32>(record, FFT_STAGE_COUNT); left > 0; left--, stage += 12) {
    const radix = load<i32>(stage), m = load<i32>(stage, 4);
    const stride: usize = load<i32>(stage, 8) * 2 * sizeof<T>(), block: usize = radix * m * 2 * sizeof<T>();
    for (let at = out; at != end; at += block) {
      if (radix == 4) butterfly_4<T>(at, m, twiddles, stride, inverse);
      else if (radix == 2) butterfly_2<T>(at, m, twiddles, stride);
      else if (radix == 3) butterfly_3<T>(at, m, twiddles, stride);
      else if (radix == 5) butterfly_5<T>(at, m, twiddles, stride);
    }
  }
}

/** From the complex transform of pairs of samples to the spectrum. `z`: T [n][2], `out`: T [n + 1][2]. */
function untangle<T>(z: usize, out: usize, points: i32, twiddles: usize): void {
  const last = out + points * 2 * sizeof<T>();
  const even = divided<T>(load<T>(z), 2), odd = divided<T>(load<T>(z, sizeof<T>()), 2);
  store<T>(out, <T>(even + odd));
  store<T>(out, <T>0, sizeof<T>());
  store<T>(last, <T>(even - odd));
  store<T>(last, <T>0, sizeof<T>());
  for (let k = 1; k <= points >> 1; k++, twiddles += 2 * sizeof<T>()) {
    const low = z + k * 2 * sizeof<T>(), high = z + (points - k) * 2 * sizeof<T>();
    const ar = divided<T>(load<T>(low), 2), ai = divided<T>(load<T>(low, sizeof<T>()), 2);
    const br = divided<T>(load<T>(high), 2), bi = divided<T>(<T>-load<T>(high, sizeof<T>()), 2);
    const sum_r = <T>(ar + br), sum_i = <T>(ai + bi), r = <T>(ar - br), i = <T>(ai - bi);
    const tr = times_real<T>(r, i, load<T>(twiddles), load<T>(twiddles, sizeof<T>())), ti = times_imaginary<T>(r, i, load<T>(twiddles), load<T>(twiddles, sizeof<T>()));
    const to_low = out + k * 2 * sizeof<T>(), to_high = out + (points - k) * 2 * sizeof<T>();
    store<T>(to_low, half_sum<T>(sum_r, tr));
    store<T>(to_low, half_sum<T>(sum_i, ti), sizeof<T>());
    store<T>(to_high, half_difference<T>(sum_r, tr));
    store<T>(to_high, half_difference<T>(ti, sum_i), sizeof<T>());
  }
}

/** The inverse of `untangle`. `x`: T [n + 1][2], `z`: T [n][2]. */
function tangle<T>(x: usize, z: usize, points: i32, twiddles: usize): void {
  const first = load<T>(x), last = load<T>(x + points * 2 * sizeof<T>());
  store<T>(z, divided<T>(<T>(first + last), 2));
  store<T>(z, divided<T>(<T>(first - last), 2), sizeof<T>());
  for (let k = 1; k <= points >> 1; k++, twiddles += 2 * sizeof<T>()) {
    const low = x + k * 2 * sizeof<T>(), high = x + (points - k) * 2 * sizeof<T>();
    const ar = divided<T>(load<T>(low), 2), ai = divided<T>(load<T>(low, sizeof<T>()), 2);
    const br = divided<T>(load<T>(high), 2), bi = divided<T>(<T>-load<T>(high, sizeof<T>()), 2);
    const even_r = <T>(ar + br), even_i = <T>(ai + bi), r = <T>(ar - br), i = <T>(ai - bi);
    const tr = times_real<T>(r, i, load<T>(twiddles), load<T>(twiddles, sizeof<T>())), ti = times_imaginary<T>(r, i, load<T>(twiddles), load<T>(twiddles, sizeof<T>()));
    const to_low = z + k * 2 * sizeof<T>(), to_high = z + (points - k) * 2 * sizeof<T>();
    store<T>(to_low, <T>(even_r + tr));
    store<T>(to_low, <T>(even_i + ti), sizeof<T>());
    store<T>(to_high, <T>(even_r - tr));
    store<T>(to_high, <T>-<T>(even_i - ti), sizeof<T>());
  }
}

// @ts-ignore: decorator
@inline
function rfft<T>(record: usize): void {
  record = within(record, FFT_SIZE);
  const samples = load<i32>(record, FFT_SAMPLES), points = load<i32>(record, FFT_POINTS);
  const scratch: usize = load<u32>(record, FFT_SCRATCH), twiddles: usize = load<u32>(record, FFT_REAL_TWIDDLES);
  let x: usize = load<u32>(record, FFT_INPUT), out: usize = load<u32>(record, FFT_OUTPUT);
  for (let row = load<i32>(record, FFT_ROWS); row > 0; row--, x += samples * sizeof<T>(), out += (points + 1) * 2 * sizeof<T>()) {
    transform<T>(record, x, samples, scratch, false);
    untangle<T>(scratch, out, points, twiddles);
  }
}

// @ts-ignore: decorator
@inline
function irfft<T>(record: usize): void {
  record = within(record, FFT_SIZE);
  const points = load<i32>(record, FFT_POINTS), length = points << 1;
  const scratch: usize = load<u32>(record, FFT_SCRATCH), twiddles: usize = load<u32>(record, FFT_REAL_TWIDDLES);
  let x: usize = load<u32>(record, FFT_INPUT), out: usize = load<u32>(record, FFT_OUTPUT);
  for (let row = load<i32>(record, FFT_ROWS); row > 0; row--, x += (points + 1) * 2 * sizeof<T>()) {
    tangle<T>(x, scratch, points, twiddles);
    transform<T>(record, scratch, length, out, true);
    const end = out + length * sizeof<T>();
    if (!isFloat<T>()) out = end;
    else for (; out != end; out += sizeof<T>()) store<T>(out, <T>(load<T>(out) / <T>length));
  }
}

export function rfft_int16(record: usize): void {
  rfft<i16>(record);
}

export function rfft_int32(record: usize): void {
  rfft<i32>(record);
}

export function rfft_float32(record: usize): void {
  rfft<f32>(record);
}

export function irfft_int16(record: usize): void {
  irfft<i16>(record);
}

export function irfft_int32(record: usize): void {
  irfft<i32>(record);
}

export function irfft_float32(record: usize): void {
  irfft<f32>(record);
}
