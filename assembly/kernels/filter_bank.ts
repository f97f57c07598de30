// SignalFilterBank, SignalFilterBankSquareRoot, SignalFilterBankSpectralSubtraction, SignalPCAN, SignalFilterBankLog: from a spectrum's energies to
// features. Records: FILTER_BANK_*, SQUARE_ROOT_*, SUBTRACTION_*, PCAN_*, LOG_* in abi/filter_bank.ts. Everything is unsigned, and wraps.
// Dialect: reference. Source: TFLM signal/src/filter_bank*.cc, square_root_*.cc, pcan_argc_fixed.cc, log.cc.
import {
  FILTER_BANK_INPUT, FILTER_BANK_WEIGHTS, FILTER_BANK_UNWEIGHTS, FILTER_BANK_FREQUENCY_STARTS, FILTER_BANK_WEIGHT_STARTS, FILTER_BANK_WIDTHS, FILTER_BANK_OUTPUT,
  FILTER_BANK_CHANNELS, FILTER_BANK_SIZE,
  SQUARE_ROOT_INPUT, SQUARE_ROOT_BITS, SQUARE_ROOT_OUTPUT, SQUARE_ROOT_CHANNELS, SQUARE_ROOT_SIZE,
  SUBTRACTION_INPUT, SUBTRACTION_OUTPUT, SUBTRACTION_NOISE, SUBTRACTION_STATE, SUBTRACTION_CHANNELS, SUBTRACTION_SMOOTHING, SUBTRACTION_ONE_MINUS_SMOOTHING,
  SUBTRACTION_ALTERNATE_SMOOTHING, SUBTRACTION_ALTERNATE_ONE_MINUS_SMOOTHING, SUBTRACTION_REMAINING, SUBTRACTION_SMOOTHING_BITS, SUBTRACTION_BITS, SUBTRACTION_CLAMPING,
  SUBTRACTION_SIZE,
  PCAN_INPUT, PCAN_NOISE, PCAN_GAINS, PCAN_OUTPUT, PCAN_CHANNELS, PCAN_SHIFT, PCAN_SIZE,
  LOG_INPUT, LOG_TABLE, LOG_OUTPUT, LOG_CHANNELS, LOG_CORRECTION_BITS, LOG_SCALE, LOG_SIZE,
} from "../abi/filter_bank";
import { within } from "../inner/within";

/** A bin belongs to two channels: its weight counts for one, its unweight for the next. Band 0 only begins channel 0. */
export function filter_bank(record: usize): void {
  record = within(record, FILTER_BANK_SIZE);
  const input: usize = load<u32>(record, FILTER_BANK_INPUT), weights: usize = load<u32>(record, FILTER_BANK_WEIGHTS), unweights: usize = load<u32>(record, FILTER_BANK_UNWEIGHTS);
  const frequency_starts: usize = load<u32>(record, FILTER_BANK_FREQUENCY_STARTS), weight_starts: usize = load<u32>(record, FILTER_BANK_WEIGHT_STARTS);
  const widths: usize = load<u32>(record, FILTER_BANK_WIDTHS), output: usize = load<u32>(record, FILTER_BANK_OUTPUT);
  const channels = load<i32>(record, FILTER_BANK_CHANNELS);
  let sum: i64 = 0;
  for (let band = 0; band <= channels; band++) {
    const weight_start: usize = <i32>load<i16>(weight_starts + (band << 1)) << 1;
    let x = input + (<i32>load<i16>(frequency_starts + (band << 1)) << 2), weight = weights + weight_start, unweight = unweights + weight_start, next: i64 = 0;
    for (let left = <i32>load<i16>(widths + (band << 1)); left > 0; left--, x += 4, weight += 2, unweight += 2) {
      const energy = <i64>load<u32>(x);
      sum += <i64>load<i16>(weight) * energy;
      next += <i64>load<i16>(unweight) * energy;
    }
    if (band > 0) store<i64>(output + ((band - 1) << 3), sum);
    sum = next;
  }
}

/** The square root to the nearest integer, bit by bit; rounding stops short of `most`. Assumes x > 0. T is u32 or u64. */
function square_root<T>(x: T, most: T): T {
  let root: T = 0;
  const top = (sizeof<T>() << 3) - 1 - (<i32>clz<T>(x) | 1);
  for (let bit: T = <T>1 << <T>top; bit != 0; bit >>= 2) {
    if (x >= root + bit) {
      x -= root + bit;
      root = (root >> 1) + bit;
    } else root >>= 1;
  }
  return x > root && root != most ? root + 1 : root;
}

export function filter_bank_square_root(record: usize): void {
  record = within(record, SQUARE_ROOT_SIZE);
  const bits = load<i32>(load<u32>(record, SQUARE_ROOT_BITS));
  let x: usize = load<u32>(record, SQUARE_ROOT_INPUT), out: usize = load<u32>(record, SQUARE_ROOT_OUTPUT);
  for (let left = load<i32>(record, SQUARE_ROOT_CHANNELS); left > 0; left--, x += 8, out += 4) {
    const value = load<u64>(x);
    let root: u32 = 0;
    if (value >> 32) root = <u32>square_root<u64>(value, 0xffffffff);
    else if (value) root = square_root<u32>(<u32>value, 0xffff);
    store<u32>(out, root >> bits);
  }
}

export function filter_bank_spectral_subtraction(record: usize): void {
  record = within(record, SUBTRACTION_SIZE);
  const smoothing_bits = load<u32>(record, SUBTRACTION_SMOOTHING_BITS), bits = <u64>load<u32>(record, SUBTRACTION_BITS);
  const remaining = <u64>load<u32>(record, SUBTRACTION_REMAINING), clamping = load<i32>(record, SUBTRACTION_CLAMPING);
  const channels = load<i32>(record, SUBTRACTION_CHANNELS);
  let x: usize = load<u32>(record, SUBTRACTION_INPUT), out: usize = load<u32>(record, SUBTRACTION_OUTPUT);
  let noise: usize = load<u32>(record, SUBTRACTION_NOISE), state: usize = load<u32>(record, SUBTRACTION_STATE);
  for (let channel = 0; channel < channels; channel++, x += 4, out += 4, noise += 4, state += 4) {
    const odd = channel & 1;
    const smoothing = <u64>(odd ? load<u32>(record, SUBTRACTION_ALTERNATE_SMOOTHING) : load<u32>(record, SUBTRACTION_SMOOTHING));
    const rest = <u64>(odd ? load<u32>(record, SUBTRACTION_ALTERNATE_ONE_MINUS_SMOOTHING) : load<u32>(record, SUBTRACTION_ONE_MINUS_SMOOTHING));
    const signal = load<u32>(x), scaled = signal << smoothing_bits;
    let estimate = <u32>((<u64>scaled * smoothing + <u64>load<u32>(state) * rest) >> bits);
    const taken = min(estimate, scaled);
    if (clamping) estimate = taken;
    store<u32>(state, estimate);
    store<u32>(noise, estimate);
    store<u32>(out, max((scaled - taken) >> smoothing_bits, <u32>((<u64>signal * remaining) >> bits)));
  }
}

/** The gain for a noise estimate: a parabola between powers of two. */
// @ts-ignore: decorator
@inline
function gain_of(noise: u32, gains: usize): i32 {
  if (noise <= 2) return <i32>load<i16>(gains + (noise << 1));
  const interval = 32 - <i32>clz(noise), lut = gains + ((4 * interval - 6) << 1);
  const fraction = <i32>((interval < 11 ? noise << (11 - interval) : noise >> (interval - 11)) & 0x3ff);
  let result = (<i32>load<i16>(lut, 4) * fraction) >> 5;
  result = (result + (<i32>load<i16>(lut, 2) << 5)) * fraction;
  return <i32><i16>(((result + (1 << 14)) >> 15) + <i32>load<i16>(lut));
}

/** Signal to noise with 12 fraction bits, below 2 as x^2 / 4, above as x - 1; 6 fraction bits come out. */
export function filter_bank_pcan(record: usize): void {
  record = within(record, PCAN_SIZE);
  const gains: usize = load<u32>(record, PCAN_GAINS), shift = <u64>load<u32>(record, PCAN_SHIFT);
  let x: usize = load<u32>(record, PCAN_INPUT), noise: usize = load<u32>(record, PCAN_NOISE), out: usize = load<u32>(record, PCAN_OUTPUT);
  for (let left = load<i32>(record, PCAN_CHANNELS); left > 0; left--, x += 4, noise += 4, out += 4) {
    const ratio = <u32>((<u64>load<u32>(x) * <u64><u32>gain_of(load<u32>(noise), gains)) >> shift);
    store<u32>(out, ratio < 2 << 12 ? (ratio * ratio) >> 20 : (ratio >> 6) - (1 << 6));
  }
}

/** 2^16 log2(x): the highest bit, and the bits behind it corrected by a table. Assumes x > 0. */
// @ts-ignore: decorator
@inline
function log2_of(x: u32, table: usize): u32 {
  const whole = 31 - <i32>clz(x), rest = x - (1 << whole);
  const fraction = <i32>(whole < 16 ? rest << (16 - whole) : rest >> (whole - 16));
  const segment = table + ((fraction >> 9) << 1), from = <i32>load<u16>(segment), to = <i32>load<u16>(segment, 2);
  return (<u32>whole << 16) + <u32>(fraction + from + (((to - from) * (fraction & 0x1ff)) >> 16));
}

export function filter_bank_log(record: usize): void {
  record = within(record, LOG_SIZE);
  const table: usize = load<u32>(record, LOG_TABLE), scale = load<u32>(record, LOG_SCALE), correction = load<u32>(record, LOG_CORRECTION_BITS);
  let x: usize = load<u32>(record, LOG_INPUT), out: usize = load<u32>(record, LOG_OUTPUT);
  for (let left = load<i32>(record, LOG_CHANNELS); left > 0; left--, x += 4, out += 2) {
    const scaled = load<u32>(x) << correction;
    let result: u32 = 0;
    if (scaled > 1) {
      const natural = <u32>((<u64>45426 * log2_of(scaled, table) + (1 << 15)) >> 16); // 45,426 = 2^16 ln 2
      result = min<u32>((scale * natural + (1 << 15)) >> 16, i16.MAX_VALUE);
    }
    store<i16>(out, result);
  }
}
