// AVERAGE_POOL_2D, MAX_POOL_2D and L2_POOL_2D, float32. Record: POOL_2D_FLOAT32_* in abi/pool_2d_float32.ts.
// Only elements inside the input take part, row by row. Dialect: reference. Source: TFLM reference/pooling.h.
import { POOL_2D_FLOAT32_INPUT, POOL_2D_FLOAT32_OUTPUT, POOL_2D_FLOAT32_CHANNELS, POOL_2D_FLOAT32_MIN, POOL_2D_FLOAT32_MAX, POOL_2D_FLOAT32_SIZE } from "../abi/pool_2d_float32";
import {
  WINDOW_BATCHES, WINDOW_IN_H, WINDOW_IN_W, WINDOW_OUT_H, WINDOW_OUT_W, WINDOW_K_H, WINDOW_K_W, WINDOW_STRIDE_H, WINDOW_STRIDE_W,
  WINDOW_PAD_TOP, WINDOW_PAD_LEFT,
} from "../abi/window";
import { clamp_float32 } from "../inner/clamp_float32";
import { within } from "../inner/within";

const AVERAGE: i32 = 0;
const MAX: i32 = 1;
const L2: i32 = 2;

// @ts-ignore: decorator
@inline
function pool(record: usize, kind: i32): void {
  record = within(record, POOL_2D_FLOAT32_SIZE);
  const in_h = load<i32>(record, WINDOW_IN_H), in_w = load<i32>(record, WINDOW_IN_W), channels = load<i32>(record, POOL_2D_FLOAT32_CHANNELS);
  const out_h = load<i32>(record, WINDOW_OUT_H), out_w = load<i32>(record, WINDOW_OUT_W);
  const k_h = load<i32>(record, WINDOW_K_H), k_w = load<i32>(record, WINDOW_K_W);
  const stride_h = load<i32>(record, WINDOW_STRIDE_H), stride_w = load<i32>(record, WINDOW_STRIDE_W);
  const pad_top = load<i32>(record, WINDOW_PAD_TOP), pad_left = load<i32>(record, WINDOW_PAD_LEFT);
  const low = load<f32>(record, POOL_2D_FLOAT32_MIN), high = load<f32>(record, POOL_2D_FLOAT32_MAX);
  const pixel_bytes = channels << 2, row_bytes = in_w * pixel_bytes;
  let input: usize = load<u32>(record, POOL_2D_FLOAT32_INPUT);
  let out: usize = load<u32>(record, POOL_2D_FLOAT32_OUTPUT);
  for (let batch = load<i32>(record, WINDOW_BATCHES); batch > 0; batch--, input += in_h * row_bytes) {
    for (let oy = 0; oy < out_h; oy++) {
      const y = oy * stride_h - pad_top, y0 = max(y, 0), y1 = min(y + k_h, in_h);
      for (let ox = 0; ox < out_w; ox++) {
        const x = ox * stride_w - pad_left, x0 = max(x, 0), x1 = min(x + k_w, in_w);
        const count = <f32>((y1 - y0) * (x1 - x0));
        let corner = input + y0 * row_bytes + x0 * pixel_bytes;
        for (const end = out + pixel_bytes; out != end; out += 4, corner += 4) {
          let result: f32 = kind == MAX ? -f32.MAX_VALUE : 0;
          let row = corner;
          for (let n = y1 - y0; n > 0; n--, row += row_bytes) {
            let from = row;
            for (let m = x1 - x0; m > 0; m--, from += pixel_bytes) {
              const value = load<f32>(within(from, 4));
              if (kind == MAX) result = result < value ? value : result;
              else result += kind == L2 ? value * value : value;
            }
          }
          if (kind == AVERAGE) result /= count;
          if (kind == L2) result = sqrt<f32>(result / count);
          store<f32>(within(out, 4), clamp_float32(result, low, high));
        }
      }
    }
  }
}

export function average_pool_2d_float32(record: usize): void {
  pool(record, AVERAGE);
}

export function max_pool_2d_float32(record: usize): void {
  pool(record, MAX);
}

export function l2_pool_2d_float32(record: usize): void {
  pool(record, L2);
}
