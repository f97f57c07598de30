// UNIDIRECTIONAL_SEQUENCE_LSTM of float32 activations and int8 weights: rows of the input are int8 already (kernels/quantize_rows.ts), those of the
// hidden state become so in every step. Record: LSTM_* in abi/lstm.ts, which gives the shapes.
// Dialect: reference, the bias first, but for the last bits of exp and tanh (arithmetic/float_functions.ts).
// Source: LiteRT kernels/lstm_eval.cc, CalculateLstmGateHybrid, UpdateLstmCellFloat, CalculateLstmOutputHybrid.
import {
  LSTM_ASYMMETRIC, LSTM_BATCHES, LSTM_BUFFER, LSTM_CELL, LSTM_CLIP, LSTM_HYBRID_RANGES, LSTM_INPUT, LSTM_INPUT_BATCH, LSTM_INPUT_SIZE, LSTM_INPUT_STEP, LSTM_OUTPUT,
  LSTM_OUTPUT_BATCH, LSTM_OUTPUT_STEP, LSTM_RANGES, LSTM_RANGE_BATCH, LSTM_RANGE_STEP, LSTM_SCALES, LSTM_SLICE_TILES, LSTM_STEPS, LSTM_SUMS, LSTM_TILES, LSTM_UNITS,
} from "../abi/lstm";
import { logistic_f32, tanh_f32 } from "../arithmetic/float_functions";
import { clipped } from "../inner/lstm_clip";
import { hidden_before, keep_hidden } from "../inner/lstm_hidden";
import { quantize_row } from "../inner/quantize_row";
import { stage } from "../inner/stage";
import { clear_tile, dot_tile_int8 } from "../inner/tile_float32";

/** A gate's sum: integer sums with the input and with the hidden state, each times both of its scales, behind the bias. */
// @ts-ignore: decorator
@inline
function gate_of(bias: f32, from_input: i32, input_scale: f32, from_hidden: i32, hidden_scale: f32, scales: usize): f32 {
  return bias + <f32>from_input * (input_scale * load<f32>(scales)) + <f32>from_hidden * (hidden_scale * load<f32>(scales, 4));
}

/** One turn of one unit: the new cell is stored, the new hidden value returned. @param range of the row's input @param h_range of its hidden state */
function turn(record: usize, x: usize, range: usize, h: usize, h_range: usize, tile: usize, cell: usize): f32 {
  const input_size = load<i32>(record, LSTM_INPUT_SIZE), units = load<i32>(record, LSTM_UNITS), sums: usize = load<u32>(record, LSTM_SUMS), scales = record + LSTM_SCALES;
  clear_tile(sums);
  dot_tile_int8(x, load<i32>(range, 4), tile + 16, input_size, sums);
  const x0 = load<i32>(sums), x1 = load<i32>(sums, 4), x2 = load<i32>(sums, 8), x3 = load<i32>(sums, 12);
  clear_tile(sums);
  dot_tile_int8(h, load<i32>(h_range, 4), tile + 16 + (input_size << 2), units, sums);
  const x_scale = load<f32>(range), h_scale = load<f32>(h_range);
  const input = gate_of(load<f32>(tile), x0, x_scale, load<i32>(sums), h_scale, scales);
  const forget = gate_of(load<f32>(tile, 4), x1, x_scale, load<i32>(sums, 4), h_scale, scales + 8);
  const candidate = gate_of(load<f32>(tile, 8), x2, x_scale, load<i32>(sums, 8), h_scale, scales + 16);
  const output = gate_of(load<f32>(tile, 12), x3, x_scale, load<i32>(sums, 12), h_scale, scales + 24);
  const state = clipped(logistic_f32(forget) * load<f32>(cell) + tanh_f32(candidate) * logistic_f32(input), load<f32>(record, LSTM_CLIP));
  store<f32>(cell, state);
  return logistic_f32(output) * tanh_f32(state);
}

export function lstm_hybrid(record: usize): void {
  const batches = load<i32>(record, LSTM_BATCHES), steps = load<i32>(record, LSTM_STEPS), asymmetric = load<i32>(record, LSTM_ASYMMETRIC) != 0;
  const input_size = load<i32>(record, LSTM_INPUT_SIZE), units = load<i32>(record, LSTM_UNITS);
  const buffer: usize = load<u32>(record, LSTM_BUFFER), tile_bytes = 16 + ((input_size + units) << 2), slice_tiles = load<i32>(record, LSTM_SLICE_TILES);
  const h_ranges: usize = load<u32>(record, LSTM_SUMS) + LSTM_HYBRID_RANGES, codes = h_ranges + (batches << 3);
  for (let step = 0; step < steps; step++) {
    for (let batch = 0; batch < batches; batch++) {
      const h = hidden_before(record, step) + batch * (step == 0 ? units << 2 : load<i32>(record, LSTM_OUTPUT_BATCH));
      quantize_row(h, 4, units, codes + batch * units, h_ranges + (batch << 3), asymmetric);
    }
    let source: usize = load<u32>(record, LSTM_TILES);
    for (let first = 0; first < units; first += slice_tiles) {
      const count = min(units - first, slice_tiles);
      const slice = stage(source, count * tile_bytes, buffer);
      source += count * tile_bytes;
      for (let batch = 0; batch < batches; batch++) {
        const x: usize = load<u32>(record, LSTM_INPUT) + step * load<i32>(record, LSTM_INPUT_STEP) + batch * load<i32>(record, LSTM_INPUT_BATCH);
        const range: usize = load<u32>(record, LSTM_RANGES) + step * load<i32>(record, LSTM_RANGE_STEP) + batch * load<i32>(record, LSTM_RANGE_BATCH);
        const out: usize = load<u32>(record, LSTM_OUTPUT) + step * load<i32>(record, LSTM_OUTPUT_STEP) + batch * load<i32>(record, LSTM_OUTPUT_BATCH);
        const cells: usize = load<u32>(record, LSTM_CELL) + ((batch * units) << 2);
        for (let unit = 0; unit < count; unit++) {
          const at = (first + unit) << 2;
          store<f32>(out + at, turn(record, x, range, codes + batch * units, h_ranges + (batch << 3), slice + unit * tile_bytes, cells + at));
        }
      }
    }
  }
  keep_hidden(record, units << 2);
}
