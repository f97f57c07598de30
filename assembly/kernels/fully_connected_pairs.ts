// FULLY_CONNECTED for cores that multiply halves of words. Record: FULLY_CONNECTED_PAIRS_* in abi/fully_connected_pairs.ts, which gives the shapes.
//
// Every weight is used once, so bytes become 16-bit numbers by masks where they are used: a word is four weights of a channel, two masks leave
// two pairs, and each half meets its activation in one multiply-accumulate. A row of activations is used by every channel and widened once.
// Masks give unsigned bytes: weights are stored with 128 added, and weights_offset * sum(x) takes it off.
// Dialect: reference. Source: TFLM reference/integer_ops/fully_connected.h.
import {
  FULLY_CONNECTED_PAIRS_INPUT, FULLY_CONNECTED_PAIRS_OUTPUT, FULLY_CONNECTED_PAIRS_TILES, FULLY_CONNECTED_PAIRS_BUFFER, FULLY_CONNECTED_PAIRS_MULTIPLIER,
  FULLY_CONNECTED_PAIRS_ROW, FULLY_CONNECTED_PAIRS_BATCHES, FULLY_CONNECTED_PAIRS_DEPTH, FULLY_CONNECTED_PAIRS_BLOCKS, FULLY_CONNECTED_PAIRS_OUT_C,
  FULLY_CONNECTED_PAIRS_SLICE_C, FULLY_CONNECTED_PAIRS_WEIGHTS_OFFSET, FULLY_CONNECTED_PAIRS_MASK, FULLY_CONNECTED_PAIRS_SIZE,
} from "../abi/fully_connected_pairs";
import { even_bytes, high_half, low_half, odd_bytes } from "../arithmetic/halves";
import { stage } from "../inner/stage";
import { store_four } from "../inner/store_four";
import { within } from "../inner/within";

/** Blocks of four terms behind one clamped address: 512 bytes of activations, 1,024 of weights. */
const CHUNK: u32 = 64;

/** Widens a row to int16, zeros behind it up to whole blocks, and gives its sum. */
function widen_row(x: usize, depth: i32, blocks: i32, row: usize): i32 {
  let sum = 0;
  for (; depth > 3; depth -= 4, blocks--, x += 4, row += 8) {
    const four = load<i32>(x), first = (four << 24) >> 24, second = (four << 16) >> 24, third = (four << 8) >> 24, fourth = four >> 24;
    store<u64>(row, <u64><u32>((first & 0xffff) | (second << 16)) | (<u64><u32>((third & 0xffff) | (fourth << 16)) << 32));
    sum += first + second + third + fourth;
  }
  if (blocks > 0) store<u64>(row, 0);
  for (; depth > 0; depth--, x++, row += 2) {
    const v = <i32>load<i8>(x);
    store<i16>(row, <i16>v);
    sum += v;
  }
  return sum;
}

/**
 * Up to four channels of one row of activations.
 * @param start what every sum begins with
 * @param m address of the first channel's multiplier, `multiplier_stride` bytes before the next
 */
function tile_of_four(record: usize, start: i32, tile: usize, w: usize, m: usize, multiplier_stride: i32, out: usize, channels: i32): void {
  record = within(record, FULLY_CONNECTED_PAIRS_SIZE);
  const mask = load<i32>(record + FULLY_CONNECTED_PAIRS_MASK);
  let x: usize = load<u32>(record + FULLY_CONNECTED_PAIRS_ROW);
  tile = within(tile, 16);
  let a0 = start + load<i32>(tile), a1 = start + load<i32>(tile + 4), a2 = start + load<i32>(tile + 8), a3 = start + load<i32>(tile + 12);
  for (let left = load<u32>(record + FULLY_CONNECTED_PAIRS_BLOCKS); left > 0; ) {
    const p = within(x, 512), q = within(w, 1024);
    const blocks = min<u32>(left, CHUNK);
    let i: u32 = 0;
    do {
      const xs = p + (i << 3), ws = q + (i << 4);
      const x01 = load<i32>(xs), x23 = load<i32>(xs + 4);
      const w0 = load<i32>(ws), even0 = even_bytes(w0, mask), odd0 = odd_bytes(w0, mask);
      a0 += low_half(x01) * low_half(even0);
      a0 += high_half(x01) * high_half(even0);
      a0 += low_half(x23) * low_half(odd0);
      a0 += high_half(x23) * high_half(odd0);
      const w1 = load<i32>(ws + 4), even1 = even_bytes(w1, mask), odd1 = odd_bytes(w1, mask);
      a1 += low_half(x01) * low_half(even1);
      a1 += high_half(x01) * high_half(even1);
      a1 += low_half(x23) * low_half(odd1);
      a1 += high_half(x23) * high_half(odd1);
      const w2 = load<i32>(ws + 8), even2 = even_bytes(w2, mask), odd2 = odd_bytes(w2, mask);
      a2 += low_half(x01) * low_half(even2);
      a2 += high_half(x01) * high_half(even2);
      a2 += low_half(x23) * low_half(odd2);
      a2 += high_half(x23) * high_half(odd2);
      const w3 = load<i32>(ws + 12), even3 = even_bytes(w3, mask), odd3 = odd_bytes(w3, mask);
      a3 += low_half(x01) * low_half(even3);
      a3 += high_half(x01) * high_half(even3);
      a3 += low_half(x23) * low_half(odd3);
      a3 += high_half(x23) * high_half(odd3);
    } while (++i < blocks);
    left -= blocks;
    x += 512;
    w += 1024;
  }
  store_four(record, a0, a1, a2, a3, m, multiplier_stride, out, channels);
}

export function fully_connected_pairs(record: usize): void {
  const depth = load<i32>(record, FULLY_CONNECTED_PAIRS_DEPTH), blocks = load<i32>(record, FULLY_CONNECTED_PAIRS_BLOCKS);
  const out_c = load<i32>(record, FULLY_CONNECTED_PAIRS_OUT_C), slice_c = load<i32>(record, FULLY_CONNECTED_PAIRS_SLICE_C);
  const buffer: usize = load<u32>(record, FULLY_CONNECTED_PAIRS_BUFFER);
  const shared: usize = load<u32>(record, FULLY_CONNECTED_PAIRS_MULTIPLIER); // the multiplier of all channels, or 0
  const multiplier_stride = shared ? 0 : 8;
  const head = shared ? 16 : 48, tile_bytes = head + (blocks << 4);
  let x: usize = load<u32>(record, FULLY_CONNECTED_PAIRS_INPUT);
  let out: usize = load<u32>(record, FULLY_CONNECTED_PAIRS_OUTPUT);
  for (let batch = load<i32>(record, FULLY_CONNECTED_PAIRS_BATCHES); batch > 0; batch--) {
    let tiles: usize = load<u32>(record, FULLY_CONNECTED_PAIRS_TILES);
    const start = widen_row(x, depth, blocks, load<u32>(record, FULLY_CONNECTED_PAIRS_ROW)) * load<i32>(record, FULLY_CONNECTED_PAIRS_WEIGHTS_OFFSET);
    for (let first = 0; first < out_c; first += slice_c) {
      const count = min(out_c - first, slice_c);
      const bytes = ((count + 3) >> 2) * tile_bytes;
      let tile = stage(tiles, bytes, buffer);
      tiles += bytes;
      for (let c = 0; c < count; c += 4, tile += tile_bytes) tile_of_four(record, start, tile, tile + head, shared ? shared : tile + 16, multiplier_stride, out + c, count - c);
      out += count;
    }
    x += depth;
  }
}
