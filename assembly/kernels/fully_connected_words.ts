// FULLY_CONNECTED in words of three terms (inner/dot_3x16.ts), for interpreters: 2.7 bytes of flash per weight for fewer instructions.
// Record: FULLY_CONNECTED_WORDS_* in abi/fully_connected_words.ts, which gives the shapes.
// Dialect: reference. Source: TFLM reference/integer_ops/fully_connected.h.
import {
  FULLY_CONNECTED_WORDS_INPUT, FULLY_CONNECTED_WORDS_OUTPUT, FULLY_CONNECTED_WORDS_TILES, FULLY_CONNECTED_WORDS_BUFFER, FULLY_CONNECTED_WORDS_MULTIPLIER,
  FULLY_CONNECTED_WORDS_ROW, FULLY_CONNECTED_WORDS_SUMS, FULLY_CONNECTED_WORDS_BATCHES, FULLY_CONNECTED_WORDS_DEPTH, FULLY_CONNECTED_WORDS_OUT_C,
  FULLY_CONNECTED_WORDS_PART, FULLY_CONNECTED_WORDS_OUTPUT_OFFSET, FULLY_CONNECTED_WORDS_MIN, FULLY_CONNECTED_WORDS_MAX, FULLY_CONNECTED_WORDS_CHANNELS,
} from "../abi/fully_connected_words";
import { dot_3x16__i64, pack_row_3__i64 } from "../inner/dot_3x16";
import { stage } from "../inner/stage";
import { store_row } from "../inner/store_row";

export function fully_connected_words(record: usize): void {
  const depth = load<i32>(record, FULLY_CONNECTED_WORDS_DEPTH), words = (depth + 2) / 3, part = load<i32>(record, FULLY_CONNECTED_WORDS_PART);
  const out_c = load<i32>(record, FULLY_CONNECTED_WORDS_OUT_C), buffer: usize = load<u32>(record, FULLY_CONNECTED_WORDS_BUFFER);
  const shared: usize = load<u32>(record, FULLY_CONNECTED_WORDS_MULTIPLIER); // the multiplier of all channels, or 0
  const tail = FULLY_CONNECTED_WORDS_CHANNELS * (shared ? 4 : 12); // bytes of biases and multipliers
  const row: usize = load<u32>(record, FULLY_CONNECTED_WORDS_ROW), sums: usize = load<u32>(record, FULLY_CONNECTED_WORDS_SUMS);
  let x: usize = load<u32>(record, FULLY_CONNECTED_WORDS_INPUT);
  let out: usize = load<u32>(record, FULLY_CONNECTED_WORDS_OUTPUT);
  for (let batch = load<i32>(record, FULLY_CONNECTED_WORDS_BATCHES); batch > 0; batch--, x += depth) {
    pack_row_3__i64(x, depth, row);
    let tiles: usize = load<u32>(record, FULLY_CONNECTED_WORDS_TILES);
    for (let left = out_c; left > 0; left -= FULLY_CONNECTED_WORDS_CHANNELS) {
      const count = min(left, FULLY_CONNECTED_WORDS_CHANNELS);
      memory.fill(sums, 0, FULLY_CONNECTED_WORDS_CHANNELS * 4);
      for (let first = 0; first < words; first += part) {
        const some = min(words - first, part), bytes = some * FULLY_CONNECTED_WORDS_CHANNELS * 8;
        dot_3x16__i64(row + (first << 3), stage(tiles, bytes, buffer), some, sums);
        tiles += bytes;
      }
      const bias = stage(tiles, tail, buffer);
      tiles += tail;
      store_row(
        sums, count, bias, shared ? shared : bias + FULLY_CONNECTED_WORDS_CHANNELS * 4, shared ? 0 : 8, out,
        load<i32>(record, FULLY_CONNECTED_WORDS_OUTPUT_OFFSET), load<i32>(record, FULLY_CONNECTED_WORDS_MIN), load<i32>(record, FULLY_CONNECTED_WORDS_MAX),
      );
      out += count;
    }
  }
}
