// FULLY_CONNECTED in words of three terms (assembly/kernels/fully_connected_words.ts), in tiles of sixteen channels: `--weights widened`.
import * as abi from "../../assembly/abi/fully_connected_words";
import type { Form } from "./form";
import type { FullyConnected } from "./fully_connected";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { concatenate, packMultiplier, packTile } from "./packing";

const CHANNELS = abi.FULLY_CONNECTED_WORDS_CHANNELS;
const WORD_BYTES = 8 * CHANNELS; // of a word of every channel of a tile

/** Weights int8 [channels][depth] -> int64 [ceil(depth / 3)][CHANNELS]: w0 + w1 * 2^21 + w2 * 2^42; missing channels and terms are 0. */
export function packWords(weights: Int8Array, channels: number, depth: number): Uint8Array {
  const words = new BigInt64Array(Math.ceil(depth / 3) * CHANNELS);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < depth; i++) words[Math.floor(i / 3) * CHANNELS + c]! += BigInt(weights[c * depth + i]!) << BigInt(21 * (i % 3));
  return new Uint8Array(words.buffer);
}

/**
 * Words that can be summed, wherever they begin, before a field reaches 2^20, whatever the activations: 128 times the magnitudes of the
 * weights. At least 21, as 63 * 128 * 128 is less.
 */
export function wordsBeforeSpill(weights: Int8Array, depth: number): number {
  const most = 2 ** 20 / 128 - 1;
  let words = Math.ceil(depth / 3);
  for (let row = 0; row < weights.length; row += depth) {
    const sums = [0]; // of magnitudes before each word
    for (let i = 0; i < depth; i += 3) sums.push(weights.subarray(row + i, row + Math.min(i + 3, depth)).reduce((sum, w) => sum + Math.abs(w), sums.at(-1)!));
    for (let first = 0, end = 1; end < sums.length; end++) {
      while (sums[end]! - sums[first]! > most) first++;
      words = Math.min(words, first > 0 ? Math.max(end - first, 1) : words);
    }
  }
  return words;
}

function emitWords(op: Op, emit: Emitter, layer: FullyConnected): void {
  const { batches, outC, depth, weights, bias, multipliers } = layer;
  const shared = multipliers.length === 1, words = Math.ceil(depth / 3);
  const tiles: Uint8Array[] = [];
  for (let first = 0; first < outC; first += CHANNELS) {
    const end = Math.min(first + CHANNELS, outC);
    tiles.push(packWords(weights.subarray(first * depth, end * depth), end - first, depth));
    tiles.push(packTile(CHANNELS, bias.subarray(first, end), shared ? null : multipliers.slice(first, end), new Uint8Array(0)));
  }
  const part = Math.min(wordsBeforeSpill(weights, depth), Math.max(Math.floor(emit.target.sliceBytes / WORD_BYTES), 1));
  emit.step("fully_connected_words", abi.FULLY_CONNECTED_WORDS_SIZE, (r) => {
    r.input(abi.FULLY_CONNECTED_WORDS_INPUT, op.input(0));
    r.output(abi.FULLY_CONNECTED_WORDS_OUTPUT, op.output());
    r.slices(abi.FULLY_CONNECTED_WORDS_TILES, abi.FULLY_CONNECTED_WORDS_BUFFER, concatenate(tiles), Math.max(Math.min(part, words) * WORD_BYTES, tiles[1]!.length));
    if (shared) r.constant(abi.FULLY_CONNECTED_WORDS_MULTIPLIER, packMultiplier(multipliers[0]!));
    r.scratch(abi.FULLY_CONNECTED_WORDS_ROW, 8 * words);
    r.scratch(abi.FULLY_CONNECTED_WORDS_SUMS, 4 * CHANNELS);
    r.i32(abi.FULLY_CONNECTED_WORDS_BATCHES, batches);
    r.i32(abi.FULLY_CONNECTED_WORDS_DEPTH, depth);
    r.i32(abi.FULLY_CONNECTED_WORDS_OUT_C, outC);
    r.i32(abi.FULLY_CONNECTED_WORDS_PART, part);
    r.i32(abi.FULLY_CONNECTED_WORDS_OUTPUT_OFFSET, layer.outputZeroPoint);
    r.i32(abi.FULLY_CONNECTED_WORDS_MIN, layer.min);
    r.i32(abi.FULLY_CONNECTED_WORDS_MAX, layer.max);
  });
}

export const FULLY_CONNECTED_WORDS: Form<FullyConnected> = {
  name: "fully_connected_words",
  /** Layers, terms of rows, tiles, words of tiles, outputs. */
  terms({ batches, outC, depth, weightsOffset }, { target }) {
    const tiles = batches * Math.ceil(outC / CHANNELS);
    return target.widened && weightsOffset === 0 ? [1, batches * depth, tiles, tiles * Math.ceil(depth / 3), batches * outC] : null;
  },
  costs: { fast: [1070, 85.1, 4550, 1280, 702], classic: [3980, 171, 9710, 2550, 1650] }, // npm run bench:grid -- --fit
  emit: emitWords,
};
