// AVERAGE_POOL_2D and MAX_POOL_2D, int8 and int16. Record: POOL_2D_* in abi/pool_2d.ts.
// Only elements inside the input take part; the mean is rounded half away from zero, that of legacy uint8 codes (128 more than they are here) half up.
// Dialect: reference. Source: TFLM reference/integer_ops/pooling.h.
import { POOL_2D_INPUT, POOL_2D_OUTPUT, POOL_2D_CHANNELS, POOL_2D_MIN, POOL_2D_MAX, POOL_2D_SIZE } from "../abi/pool_2d";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W,
  WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { clamp } from "../arithmetic/fixed_point";
import { within } from "../inner/within";

// @ts-ignore: decorator
@inline
function pool<T>(record: usize, average: bool, legacy: bool): void {
  record = within(record, POOL_2D_SIZE);
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W), channels = load<i32>(record, POOL_2D_CHANNELS);
  const out_h = load<i32>(record, WINDOW_OUT_H), out_w = load<i32>(record, WINDOW_OUT_W);
  const k_h = load<i32>(record, WINDOW_K_H), k_w = load<i32>(record, WINDOW_K_W);
  const stride_h = load<i32>(record, WINDOW_STRIDE_H), stride_w = load<i32>(record, WINDOW_STRIDE_W);
  const pad_top = load<i32>(record, WINDOW_PAD_TOP), pad_left = load<i32>(record, WINDOW_PAD_LEFT);
  const low = load<i32>(record, POOL_2D_MIN), high = load<i32>(record, POOL_2D_MAX);
  const pixel_bytes = channels * sizeof<T>(), row_bytes = in_w * pixel_bytes;
  let input: usize = load<u32>(record, POOL_2D_INPUT);
  let out: usize = load<u32>(record, POOL_2D_OUTPUT);
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--, input += in_h * row_bytes) {
    for (let oy = 0; oy < out_h; oy++) {
      const y = oy * stride_h - pad_top, y0 = max(y, 0), y1 = min(y + k_h, in_h);
      for (let ox = 0; ox < out_w; ox++) {
        const x = ox * stride_w - pad_left, x0 = max(x, 0), x1 = min(x + k_w, in_w);
        const count = (y1 - y0) * (x1 - x0);
        let corner = input + y0 * row_bytes + x0 * pixel_bytes;
        for (const end = out + pixel_bytes; out != end; out += sizeof<T>(), corner += sizeof<T>()) {
          let result: i32 = average ? 0 : (sizeof<T>() == 1 ? i8.MIN_VALUE : i16.MIN_VALUE);
          let row = corner;
          for (let n = y1 - y0; n > 0; n--, row += row_bytes) {
            let from = row;
            for (let m = x1 - x0; m > 0; m--, from += pixel_bytes) {
              const value = <i32>load<T>(within(from, sizeof<T>()));
              result = average ? result + value : max(result, value);
            }
          }
          if (legacy) result = (result + (count << 7) + (count >> 1)) / count - 128;
          else if (average) result = result > 0 ? (result + (count >> 1)) / count : (result - (count >> 1)) / count;
          store<T>(within(out, sizeof<T>()), <T>clamp(result, low, high));
        }
      }
    }
  }
}

export function average_pool_2d(record: usize): void {
  pool<i8>(record, true, false);
}

export function average_pool_2d_legacy(record: usize): void {
  pool<i8>(record, true, true);
}

export function max_pool_2d(record: usize): void {
  pool<i8>(record, false, false);
}

export function average_pool_2d_int16(record: usize): void {
  pool<i16>(record, true, false);
}

export function max_pool_2d_int16(record: usize): void {
  pool<i16>(record, false, false);
}
