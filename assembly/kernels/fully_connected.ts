// FULLY_CONNECTED, int8 x int8 -> int8, int32 bias. Record: FULLY_CONNECTED_* in abi/fully_connected.ts, which gives the shapes.
// Dialect: reference. Source: TFLM reference/integer_ops/fully_connected.h.
import {
  FULLY_CONNECTED_INPUT, FULLY_CONNECTED_WEIGHTS, FULLY_CONNECTED_BIAS, FULLY_CONNECTED_MULTIPLIERS, FULLY_CONNECTED_MULTIPLIER_STRIDE,
  FULLY_CONNECTED_OUTPUT, FULLY_CONNECTED_TILE, FULLY_CONNECTED_BATCHES, FULLY_CONNECTED_DEPTH, FULLY_CONNECTED_OUT_C,
  FULLY_CONNECTED_WEIGHTS_OFFSET, FULLY_CONNECTED_OUTPUT_OFFSET, FULLY_CONNECTED_MIN, FULLY_CONNECTED_MAX,
} from "../abi/fully_connected";
import { dot_1x4__i32 } from "../inner/dot_1x4";
import { dot_1x8 } from "../inner/dot_1x8";
import { store_tile } from "../inner/store_tile";

/** The sum of a row of activations. */
function row_sum(x: usize, depth: i32): i32 {
  let sum = 0;
  for (const end = x + depth; x != end; x++) sum += <i32>load<i8>(x);
  return sum;
}

export function fully_connected(record: usize): void {
  const depth = load<i32>(record, FULLY_CONNECTED_DEPTH), out_c = load<i32>(record, FULLY_CONNECTED_OUT_C);
  const weights_offset = load<i32>(record, FULLY_CONNECTED_WEIGHTS_OFFSET);
  const multiplier_stride = load<i32>(record, FULLY_CONNECTED_MULTIPLIER_STRIDE);
  const offset = load<i32>(record, FULLY_CONNECTED_OUTPUT_OFFSET);
  const low = load<i32>(record, FULLY_CONNECTED_MIN), high = load<i32>(record, FULLY_CONNECTED_MAX);
  const sums: usize = load<u32>(record, FULLY_CONNECTED_TILE);
  let x: usize = load<u32>(record, FULLY_CONNECTED_INPUT);
  let out: usize = load<u32>(record, FULLY_CONNECTED_OUTPUT);
  for (let batch = load<i32>(record, FULLY_CONNECTED_BATCHES); batch > 0; batch--) {
    let w: usize = load<u32>(record, FULLY_CONNECTED_WEIGHTS);
    let bias: usize = load<u32>(record, FULLY_CONNECTED_BIAS);
    let multipliers: usize = load<u32>(record, FULLY_CONNECTED_MULTIPLIERS);
    const start = row_sum(x, depth) * weights_offset;
    for (let left = out_c; left > 0; left -= 8) {
      for (let c = 0; c < 32; c += 4) store<i32>(sums + c, start);
      if (left > 4) dot_1x8(x, w, depth, sums);
      else dot_1x4__i32(x, w, depth, sums);
      store_tile(sums, 1, 1, min(left, 8), bias, multipliers, multiplier_stride, out, 1, offset, low, high);
      w += depth << 3;
      bias += 32;
      multipliers += multiplier_stride << 3;
      out += min(left, 8);
    }
    x += depth;
  }
}
