// FULLY_CONNECTED, int8 x int8 -> int8, int32 bias; `fully_connected_int4` for weights of four bits, which stay packed. Record: FULLY_CONNECTED_* in abi/fully_connected.ts, which gives the shapes.
// Dialect: reference. Source: TFLM reference/integer_ops/fully_connected.h.
import {
  FULLY_CONNECTED_INPUT, FULLY_CONNECTED_OUTPUT, FULLY_CONNECTED_TILES, FULLY_CONNECTED_BUFFER, FULLY_CONNECTED_MULTIPLIER,
  FULLY_CONNECTED_SUMS, FULLY_CONNECTED_BATCHES, FULLY_CONNECTED_DEPTH, FULLY_CONNECTED_OUT_C, FULLY_CONNECTED_SLICE_C,
  FULLY_CONNECTED_WEIGHTS_OFFSET, FULLY_CONNECTED_OUTPUT_OFFSET, FULLY_CONNECTED_MIN, FULLY_CONNECTED_MAX, FULLY_CONNECTED_MASK,
  FULLY_CONNECTED_SUMS_BYTES, FULLY_CONNECTED_INT4_CHANNELS, FULLY_CONNECTED_INT4_SUMS_BYTES,
} from "../abi/fully_connected";
import { dot_1x8 } from "../inner/dot_1x8";
import { dot_1x15__i64 } from "../inner/dot_1x15";
import { row_sum } from "../inner/row_sum";
import { stage } from "../inner/stage";
import { store_row } from "../inner/store_row";

/** `int4` is known at compile time. */
// @ts-ignore: decorator
@inline
function multiply(record: usize, int4: bool): void {
  const depth = load<i32>(record, FULLY_CONNECTED_DEPTH), out_c = load<i32>(record, FULLY_CONNECTED_OUT_C);
  const slice_c = load<i32>(record, FULLY_CONNECTED_SLICE_C), buffer: usize = load<u32>(record, FULLY_CONNECTED_BUFFER);
  const weights_offset = load<i32>(record, FULLY_CONNECTED_WEIGHTS_OFFSET);
  const offset = load<i32>(record, FULLY_CONNECTED_OUTPUT_OFFSET);
  const low = load<i32>(record, FULLY_CONNECTED_MIN), high = load<i32>(record, FULLY_CONNECTED_MAX);
  const shared: usize = load<u32>(record, FULLY_CONNECTED_MULTIPLIER); // the multiplier of all channels, or 0
  const multiplier_stride = shared ? 0 : 8;
  const channels = int4 ? FULLY_CONNECTED_INT4_CHANNELS : 8, places = int4 ? 16 : 8; // of a tile
  const head = places * (shared ? 4 : 12), tile_bytes = head + (depth << 3); // biases and multipliers, then weights
  const mask = load<i64>(record, FULLY_CONNECTED_MASK);
  const sums: usize = load<u32>(record, FULLY_CONNECTED_SUMS), starts = sums + (int4 ? FULLY_CONNECTED_INT4_SUMS_BYTES : FULLY_CONNECTED_SUMS_BYTES);
  const batches = load<i32>(record, FULLY_CONNECTED_BATCHES);
  const input: usize = load<u32>(record, FULLY_CONNECTED_INPUT);
  const output: usize = load<u32>(record, FULLY_CONNECTED_OUTPUT);
  let tiles: usize = load<u32>(record, FULLY_CONNECTED_TILES);
  for (let batch = 0; batch < batches; batch++) store<i32>(starts + (batch << 2), row_sum(input + batch * depth, depth) * weights_offset);
  for (let first = 0; first < out_c; first += slice_c) {
    const count = min(out_c - first, slice_c);
    const bytes = (int4 ? (count + channels - 1) / channels : (count + 7) >> 3) * tile_bytes;
    const slice = stage(tiles, bytes, buffer);
    tiles += bytes;
    for (let batch = 0; batch < batches; batch++) {
      const x = input + batch * depth, start = load<i32>(starts + (batch << 2));
      let out = output + batch * out_c + first, tile = slice;
      for (let left = count; left > 0; left -= channels) {
        for (let c = 0; c < places << 2; c += 4) store<i32>(sums + c, start);
        if (int4) dot_1x15__i64(x, tile + head, depth, sums, mask);
        else dot_1x8(x, tile + head, depth, sums, mask);
        store_row(sums, min(left, channels), tile, shared ? shared : tile + (places << 2), multiplier_stride, out, offset, low, high);
        tile += tile_bytes;
        out += channels;
      }
    }
  }
}

export function fully_connected(record: usize): void {
  multiply(record, false);
}

export function fully_connected_int4(record: usize): void {
  multiply(record, true);
}
