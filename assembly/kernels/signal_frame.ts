// SignalWindow, SignalFftAutoScale, SignalEnergy, SignalOverlapAdd. Records: WINDOW_*, AUTO_SCALE_*, ENERGY_*, OVERLAP_ADD_* in abi/signal_frame.ts.
// Dialect: reference. Source: TFLM signal/src/window.cc, fft_auto_scale.cc, max_abs.cc, energy.cc, overlap_add.cc.
import {
  WINDOW_INPUT, WINDOW_WEIGHTS, WINDOW_OUTPUT, WINDOW_ROWS, WINDOW_LENGTH, WINDOW_SHIFT, WINDOW_SIZE,
  AUTO_SCALE_INPUT, AUTO_SCALE_OUTPUT, AUTO_SCALE_BITS, AUTO_SCALE_LENGTH, AUTO_SCALE_SIZE,
  ENERGY_INPUT, ENERGY_OUTPUT, ENERGY_BINS, ENERGY_START, ENERGY_END, ENERGY_SIZE,
  OVERLAP_ADD_INPUT, OVERLAP_ADD_OUTPUT, OVERLAP_ADD_STATE, OVERLAP_ADD_ROWS, OVERLAP_ADD_FRAMES, OVERLAP_ADD_LENGTH, OVERLAP_ADD_STEP, OVERLAP_ADD_SIZE,
} from "../abi/signal_frame";
import { clamp } from "../arithmetic/fixed_point";
import { within } from "../inner/within";

export function signal_window(record: usize): void {
  record = within(record, WINDOW_SIZE);
  const weights: usize = load<u32>(record, WINDOW_WEIGHTS), shift = load<i32>(record, WINDOW_SHIFT);
  const bytes = load<i32>(record, WINDOW_LENGTH) << 1;
  let x: usize = load<u32>(record, WINDOW_INPUT), out: usize = load<u32>(record, WINDOW_OUTPUT);
  for (let row = load<i32>(record, WINDOW_ROWS); row > 0; row--) {
    for (let w = weights, end = weights + bytes; w != end; w += 2, x += 2, out += 2)
      store<i16>(out, clamp((<i32>load<i16>(x) * <i32>load<i16>(w)) >> shift, i16.MIN_VALUE, i16.MAX_VALUE));
  }
}

/** Samples as far to the left as the largest of them allows. */
export function signal_fft_auto_scale(record: usize): void {
  record = within(record, AUTO_SCALE_SIZE);
  const input: usize = load<u32>(record, AUTO_SCALE_INPUT), end = input + (load<i32>(record, AUTO_SCALE_LENGTH) << 1);
  let largest = 0;
  for (let x = input; x != end; x += 2) {
    const value = <i32>load<i16>(x);
    if (value > largest) largest = value;
    else if (-value > largest) largest = <i32><i16>-value; // as the reference's int16: 32768 becomes -32768, which any later sample exceeds
  }
  const bits = largest == 0 ? 0 : max(clz(largest) - 17, 0);
  let out: usize = load<u32>(record, AUTO_SCALE_OUTPUT);
  for (let x = input; x != end; x += 2, out += 2) store<i16>(out, <i32>load<i16>(x) << bits);
  store<i32>(load<u32>(record, AUTO_SCALE_BITS), bits);
}

export function signal_energy(record: usize): void {
  record = within(record, ENERGY_SIZE);
  const input: usize = load<u32>(record, ENERGY_INPUT), output: usize = load<u32>(record, ENERGY_OUTPUT);
  const start = load<i32>(record, ENERGY_START), end = load<i32>(record, ENERGY_END), bins = load<i32>(record, ENERGY_BINS);
  memory.fill(output, 0, start << 2);
  for (let bin = start; bin < end; bin++) {
    const real = <i32>load<i16>(input + (bin << 2)), imaginary = <i32>load<i16>(input + (bin << 2), 2);
    store<i32>(output + (bin << 2), real * real + imaginary * imaginary); // 2^31 at most: as uint32
  }
  memory.fill(output + (end << 2), 0, (bins - end) << 2);
}

// @ts-ignore: decorator
@inline
function sum_of<T>(a: T, b: T): T {
  if (isFloat<T>()) return a + b;
  return <T>clamp(<i32>a + <i32>b, i16.MIN_VALUE, i16.MAX_VALUE);
}

// @ts-ignore: decorator
@inline
function overlap_add<T>(record: usize): void {
  record = within(record, OVERLAP_ADD_SIZE);
  const length = load<i32>(record, OVERLAP_ADD_LENGTH) * sizeof<T>(), step = load<i32>(record, OVERLAP_ADD_STEP) * sizeof<T>();
  const frames = load<i32>(record, OVERLAP_ADD_FRAMES);
  let x: usize = load<u32>(record, OVERLAP_ADD_INPUT), out: usize = load<u32>(record, OVERLAP_ADD_OUTPUT), sums: usize = load<u32>(record, OVERLAP_ADD_STATE);
  for (let row = load<i32>(record, OVERLAP_ADD_ROWS); row > 0; row--, sums += length) {
    for (let frame = frames; frame > 0; frame--, out += step) {
      for (let sum = sums, end = sums + length; sum != end; sum += sizeof<T>(), x += sizeof<T>()) store<T>(sum, sum_of<T>(load<T>(sum), load<T>(x)));
      memory.copy(out, sums, step);
      memory.copy(sums, sums + step, length - step);
      memory.fill(sums + length - step, 0, step);
    }
  }
}

export function signal_overlap_add_int16(record: usize): void {
  overlap_add<i16>(record);
}

export function signal_overlap_add_float32(record: usize): void {
  overlap_add<f32>(record);
}
