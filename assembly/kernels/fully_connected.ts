// FULLY_CONNECTED, int8 x int8 -> int8, int32 bias. Record: FULLY_CONNECTED_* in abi/fully_connected.ts, which gives the shapes.
// Dialect: reference. Source: TFLM reference/integer_ops/fully_connected.h.
import {
  FULLY_CONNECTED_INPUT, FULLY_CONNECTED_WEIGHTS, FULLY_CONNECTED_BIAS, FULLY_CONNECTED_MULTIPLIERS, FULLY_CONNECTED_MULTIPLIER_STRIDE,
  FULLY_CONNECTED_OUTPUT, FULLY_CONNECTED_TILE, FULLY_CONNECTED_BATCHES, FULLY_CONNECTED_DEPTH, FULLY_CONNECTED_OUT_C,
  FULLY_CONNECTED_WEIGHTS_OFFSET, FULLY_CONNECTED_OUTPUT_OFFSET, FULLY_CONNECTED_MIN, FULLY_CONNECTED_MAX,
} from "../abi/fully_connected";
import { dot_1x4__i32 } from "../inner/dot_1x4";
import { store_tile } from "../inner/store_tile";

/** Adds weights_offset * sum(x) to the four sums: what weights with a zero point add. */
function add_weights_offset(x: usize, depth: i32, weights_offset: i32, sums: usize): void {
  let sum = 0;
  for (const end = x + depth; x != end; x++) sum += <i32>load<i8>(x);
  sum *= weights_offset;
  for (const end = sums + 16; sums != end; sums += 4) store<i32>(sums, load<i32>(sums) + sum);
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
    for (let c = 0; c < out_c; c += 4) {
      dot_1x4__i32(x, w, depth, sums);
      if (weights_offset != 0) add_weights_offset(x, depth, weights_offset, sums);
      store_tile(sums, 1, 1, min(out_c - c, 4), bias, multipliers, multiplier_stride, out + c, 1, offset, low, high);
      w += depth << 2;
      bias += 16;
      multipliers += multiplier_stride << 2;
    }
    x += depth;
    out += out_c;
  }
}
