// UNIDIRECTIONAL_SEQUENCE_LSTM, int8 activations and weights, int16 cell. Record: LSTM_* in abi/lstm.ts, which gives the shapes.
// The new hidden state goes to the output alone, where the next step finds it, so that all units of a step see the old one.
// Dialect: reference. Source: TFLM micro/kernels/lstm_eval.h, and reference/integer_ops/fully_connected.h for its gates.
import {
  LSTM_BATCHES, LSTM_BUFFER, LSTM_CELL, LSTM_GATES, LSTM_INPUT, LSTM_INPUT_BATCH, LSTM_INPUT_SIZE, LSTM_INPUT_STEP, LSTM_MASK, LSTM_OUTPUT, LSTM_OUTPUT_BATCH,
  LSTM_OUTPUT_STEP, LSTM_SLICE_TILES, LSTM_STEPS, LSTM_SUMS, LSTM_TILES, LSTM_TILE_HEAD, LSTM_TILE_UNITS, LSTM_UNITS,
} from "../abi/lstm";
import { clamp, multiply_by_quantized_multiplier } from "../arithmetic/fixed_point";
import { dot_1x8 } from "../inner/dot_1x8";
import { clamp_16, lstm_cell } from "../inner/lstm_cell";
import { hidden_before, keep_hidden } from "../inner/lstm_hidden";
import { row_sum } from "../inner/row_sum";
import { stage } from "../inner/stage";

/** sums[c] = start + the dot product of a row with channel c. */
// @ts-ignore: decorator
@inline
function eight_sums(x: usize, weights: usize, depth: i32, start: i32, sums: usize, mask: i64): void {
  for (let c = 0; c < 32; c += 4) store<i32>(sums + c, start);
  dot_1x8(x, weights, depth, sums, mask);
}

/** A gate's sum in Q3.12: products with the input and with the hidden state, each rescaled. `channel`: 4 times its number in the tile; `gate`: 16 times the gate's. */
// @ts-ignore: decorator
@inline
function gate_of(record: usize, tile: usize, sums: usize, channel: i32, gate: i32): i32 {
  const scales = record + gate;
  const from_input = load<i32>(sums + channel) + load<i32>(tile + channel);
  const from_hidden = load<i32>(sums + channel, 32) + load<i32>(tile + channel, 32);
  const input = clamp_16(multiply_by_quantized_multiplier(from_input, load<i32>(scales, LSTM_GATES), load<i32>(scales, LSTM_GATES + 4)));
  const hidden = clamp_16(multiply_by_quantized_multiplier(from_hidden, load<i32>(scales, LSTM_GATES + 8), load<i32>(scales, LSTM_GATES + 12)));
  return clamp_16(input + hidden);
}

export function lstm(record: usize): void {
  const batches = load<i32>(record, LSTM_BATCHES), steps = load<i32>(record, LSTM_STEPS);
  const input_size = load<i32>(record, LSTM_INPUT_SIZE), units = load<i32>(record, LSTM_UNITS);
  const buffer: usize = load<u32>(record, LSTM_BUFFER), sums: usize = load<u32>(record, LSTM_SUMS), mask = load<i64>(record, LSTM_MASK);
  const tile_bytes = LSTM_TILE_HEAD + ((input_size + units) << 3), slice_tiles = load<i32>(record, LSTM_SLICE_TILES);
  const tiles = (units + LSTM_TILE_UNITS - 1) / LSTM_TILE_UNITS;
  for (let step = 0; step < steps; step++) {
    let source: usize = load<u32>(record, LSTM_TILES);
    for (let first = 0; first < tiles; first += slice_tiles) {
      const bytes = min(tiles - first, slice_tiles) * tile_bytes;
      const slice = stage(source, bytes, buffer);
      source += bytes;
      for (let batch = 0; batch < batches; batch++) {
        const x: usize = load<u32>(record, LSTM_INPUT) + step * load<i32>(record, LSTM_INPUT_STEP) + batch * load<i32>(record, LSTM_INPUT_BATCH);
        const h = hidden_before(record, step) + batch * (step == 0 ? units : load<i32>(record, LSTM_OUTPUT_BATCH));
        const out: usize = load<u32>(record, LSTM_OUTPUT) + step * load<i32>(record, LSTM_OUTPUT_STEP) + batch * load<i32>(record, LSTM_OUTPUT_BATCH);
        const cells: usize = load<u32>(record, LSTM_CELL) + ((batch * units) << 1);
        const x_start = row_sum(x, input_size) * -128, h_start = row_sum(h, units) * -128; // weights have 128 added
        let unit = first * LSTM_TILE_UNITS;
        for (let tile = slice; tile != slice + bytes; tile += tile_bytes) {
          const weights = tile + LSTM_TILE_HEAD;
          eight_sums(x, weights, input_size, x_start, sums, mask);
          eight_sums(h, weights + (input_size << 3), units, h_start, sums + 32, mask);
          for (let channel = 0; channel < 32 && unit < units; channel += 16, unit++) {
            const hidden = lstm_cell(
              record, cells + (unit << 1), gate_of(record, tile, sums, channel, 0), gate_of(record, tile, sums, channel + 4, 16),
              gate_of(record, tile, sums, channel + 8, 32), gate_of(record, tile, sums, channel + 12, 48),
            );
            store<i8>(out + unit, clamp(hidden, i8.MIN_VALUE, i8.MAX_VALUE));
          }
        }
      }
    }
  }
  keep_hidden(record, units);
}
