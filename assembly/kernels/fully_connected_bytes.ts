// FULLY_CONNECTED for compiled code on cores without 16-bit multiply-accumulates: bytes as they are, four channels a load of an activation.
// Record: FULLY_CONNECTED_PAIRS_* in abi/fully_connected_pairs.ts, which gives the shapes.
// Dialect: reference. Source: TFLM reference/integer_ops/fully_connected.h.
import {
  FULLY_CONNECTED_PAIRS_INPUT, FULLY_CONNECTED_PAIRS_OUTPUT, FULLY_CONNECTED_PAIRS_TILES, FULLY_CONNECTED_PAIRS_BUFFER, FULLY_CONNECTED_PAIRS_MULTIPLIER,
  FULLY_CONNECTED_PAIRS_BATCHES, FULLY_CONNECTED_PAIRS_DEPTH, FULLY_CONNECTED_PAIRS_OUT_C,
  FULLY_CONNECTED_PAIRS_SLICE_C, FULLY_CONNECTED_PAIRS_WEIGHTS_OFFSET, FULLY_CONNECTED_PAIRS_SIZE,
} from "../abi/fully_connected_pairs";
import { row_sum } from "../inner/row_sum";
import { stage } from "../inner/stage";
import { store_four } from "../inner/store_four";
import { within } from "../inner/within";

/** Terms behind one clamped address: as many bytes of activations, 1,024 of weights. */
const CHUNK: u32 = 256;

/**
 * Up to four channels of one row of activations.
 * @param start what every sum begins with
 * @param m address of the first channel's multiplier, `multiplier_stride` bytes before the next
 */
function tile_of_four(record: usize, x: usize, start: i32, tile: usize, w: usize, m: usize, multiplier_stride: i32, out: usize, channels: i32): void {
  record = within(record, FULLY_CONNECTED_PAIRS_SIZE);
  tile = within(tile, 16);
  let a0 = start + load<i32>(tile), a1 = start + load<i32>(tile + 4), a2 = start + load<i32>(tile + 8), a3 = start + load<i32>(tile + 12);
  for (let left = load<u32>(record + FULLY_CONNECTED_PAIRS_DEPTH); left > 0; ) {
    const p = within(x, 256), q = within(w, 1024), terms = min<u32>(left, CHUNK);
    let i: u32 = 0;
    do {
      const v = <i32>load<i8>(p + i), ws = q + (i << 2);
      a0 += v * <i32>load<i8>(ws);
      a1 += v * <i32>load<i8>(ws + 1);
      a2 += v * <i32>load<i8>(ws + 2);
      a3 += v * <i32>load<i8>(ws + 3);
    } while (++i < terms);
    left -= terms;
    x += 256;
    w += 1024;
  }
  store_four(record, a0, a1, a2, a3, m, multiplier_stride, out, channels);
}

export function fully_connected_bytes(record: usize): void {
  record = within(record, FULLY_CONNECTED_PAIRS_SIZE);
  const depth = load<i32>(record + FULLY_CONNECTED_PAIRS_DEPTH), weights_offset = load<i32>(record + FULLY_CONNECTED_PAIRS_WEIGHTS_OFFSET);
  const out_c = load<i32>(record + FULLY_CONNECTED_PAIRS_OUT_C), slice_c = load<i32>(record + FULLY_CONNECTED_PAIRS_SLICE_C);
  const buffer: usize = load<u32>(record + FULLY_CONNECTED_PAIRS_BUFFER);
  const shared: usize = load<u32>(record + FULLY_CONNECTED_PAIRS_MULTIPLIER); // the multiplier of all channels, or 0
  const multiplier_stride = shared ? 0 : 8;
  const head = shared ? 16 : 48, tile_bytes = head + (depth << 2);
  let x: usize = load<u32>(record + FULLY_CONNECTED_PAIRS_INPUT);
  let out: usize = load<u32>(record + FULLY_CONNECTED_PAIRS_OUTPUT);
  for (let batch = load<i32>(record + FULLY_CONNECTED_PAIRS_BATCHES); batch > 0; batch--) {
    let tiles: usize = load<u32>(record + FULLY_CONNECTED_PAIRS_TILES);
    const start = weights_offset == 0 ? 0 : row_sum(x, depth) * weights_offset;
    for (let first = 0; first < out_c; first += slice_c) {
      const count = min(out_c - first, slice_c);
      const bytes = ((count + 3) >> 2) * tile_bytes;
      let tile = stage(tiles, bytes, buffer);
      tiles += bytes;
      for (let c = 0; c < count; c += 4, tile += tile_bytes) tile_of_four(record, x, start, tile, tile + head, shared ? shared : tile + 16, multiplier_stride, out + c, count - c);
      out += count;
    }
    x += depth;
  }
}
