// RESIZE_BILINEAR. Record: RESIZE_* in abi/resize.ts. Source: TFLM reference/resize_bilinear.h.
import {
  RESIZE_BATCH_BYTES, RESIZE_BATCHES, RESIZE_CHANNELS, RESIZE_COLUMN_TABLE, RESIZE_COLUMNS, RESIZE_ENTRY, RESIZE_INPUT, RESIZE_ONE_BITS, RESIZE_OUTPUT,
  RESIZE_ROW_TABLE, RESIZE_ROWS, RESIZE_SIZE,
} from "../abi/resize";
import { within } from "../inner/within";

/** T: of elements, u8 of legacy uint8 codes that have 128 taken off; F: of fractions (int32, or float32); A: of sums. */
// @ts-ignore: decorator
@inline
function resize<T, F, A>(record: usize): void {
  record = within(record, RESIZE_SIZE);
  const rows: usize = load<u32>(record, RESIZE_ROW_TABLE), columns: usize = load<u32>(record, RESIZE_COLUMN_TABLE);
  const rows_end = rows + load<u32>(record, RESIZE_ROWS) * RESIZE_ENTRY, columns_end = columns + load<u32>(record, RESIZE_COLUMNS) * RESIZE_ENTRY;
  const channels = load<u32>(record, RESIZE_CHANNELS) * sizeof<T>(), batch_bytes = load<u32>(record, RESIZE_BATCH_BYTES);
  const one: F = isFloat<F>() ? 1 : 1 << RESIZE_ONE_BITS;
  let image: usize = load<u32>(record, RESIZE_INPUT), out: usize = load<u32>(record, RESIZE_OUTPUT);
  for (let n = load<i32>(record, RESIZE_BATCHES); n > 0; n--, image += batch_bytes) {
    for (let row = rows; row != rows_end; row += RESIZE_ENTRY) {
      const y = within(row, RESIZE_ENTRY);
      const upper = image + load<u32>(y), lower = image + load<u32>(y, 4), down = load<F>(y, 8);
      for (let column = columns; column != columns_end; column += RESIZE_ENTRY) {
        const x = within(column, RESIZE_ENTRY);
        const left = load<u32>(x), right = load<u32>(x, 4), across = load<F>(x, 8);
        for (let c: usize = 0; c < channels; c += sizeof<T>(), out += sizeof<T>()) {
          const upper_left = element<T, A>(upper + left + c), lower_left = element<T, A>(lower + left + c);
          const upper_right = element<T, A>(upper + right + c), lower_right = element<T, A>(lower + right + c);
          const sum = upper_left * <A>(one - down) * <A>(one - across) + lower_left * <A>down * <A>(one - across) +
            upper_right * <A>(one - down) * <A>across + lower_right * <A>down * <A>across;
          store<T>(within(out, sizeof<T>()), rounded<T, A>(sum));
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function isLegacy<T>(): bool {
  return isInteger<T>() && !isSigned<T>();
}

// @ts-ignore: decorator
@inline
function element<T, A>(at: usize): A {
  const value = load<T>(within(at, sizeof<T>()));
  return isLegacy<T>() ? <A>(<u32>value ^ 0x80) : <A>value;
}

/** A sum with twice the fractions' bits behind the point: to the nearest integer, half away from zero. Of floats as the reference does: a minus zero becomes zero. */
// @ts-ignore: decorator
@inline
function rounded<T, A>(sum: A): T {
  if (isLegacy<T>()) return <T>(<i32>(sum + <A>0.5) ^ 0x80);
  if (isFloat<A>()) return <T>(sum + 0);
  const half: A = 1 << (2 * RESIZE_ONE_BITS - 1);
  return <T>((sum + (sum > 0 ? half : -half)) / (half << 1));
}

export function resize_bilinear_int8(record: usize): void {
  resize<i8, i32, i32>(record); // below 2^7 * 2^20
}

export function resize_bilinear_int16(record: usize): void {
  resize<i16, i32, i64>(record);
}

export function resize_bilinear_float32(record: usize): void {
  resize<f32, f32, f32>(record);
}

/** Interpolated in float32, as TFLite does where int8 has integers. */
export function resize_bilinear_legacy(record: usize): void {
  resize<u8, f32, f32>(record);
}
