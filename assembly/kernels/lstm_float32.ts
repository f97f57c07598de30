// UNIDIRECTIONAL_SEQUENCE_LSTM, float32. Record: LSTM_* in abi/lstm.ts, which gives the shapes.
// Dialect: reference, products added in the order of the operands, but for the last bits of exp and tanh (arithmetic/float_functions.ts).
// Source: TFLM micro/kernels/lstm_eval.h.
import {
  LSTM_BATCHES, LSTM_BUFFER, LSTM_CELL, LSTM_CLIP, LSTM_INPUT, LSTM_INPUT_BATCH, LSTM_INPUT_SIZE, LSTM_INPUT_STEP, LSTM_OUTPUT, LSTM_OUTPUT_BATCH,
  LSTM_OUTPUT_STEP, LSTM_SLICE_TILES, LSTM_STEPS, LSTM_TILES, LSTM_UNITS,
} from "../abi/lstm";
import { logistic_f32, tanh_f32 } from "../arithmetic/float_functions";
import { clamp_float32 } from "../inner/clamp_float32";
import { clipped } from "../inner/lstm_clip";
import { hidden_before, keep_hidden } from "../inner/lstm_hidden";
import { stage } from "../inner/stage";

/** The limits of every sum of products: an infinite one becomes finite. */
// @ts-ignore: decorator
@inline
function finite(x: f32): f32 {
  return clamp_float32(x, -f32.MAX_VALUE, f32.MAX_VALUE);
}

/** One turn of one unit: the new cell is stored, the new hidden value returned. */
function turn(x: usize, input_size: i32, h: usize, units: i32, tile: usize, cell: usize, clip: f32): f32 {
  let input: f32 = 0, forget: f32 = 0, candidate: f32 = 0, output: f32 = 0, weights = tile + 16;
  for (const end = x + (input_size << 2); x != end; x += 4, weights += 16) {
    const value = load<f32>(x);
    input += value * load<f32>(weights);
    forget += value * load<f32>(weights, 4);
    candidate += value * load<f32>(weights, 8);
    output += value * load<f32>(weights, 12);
  }
  input = finite(input + load<f32>(tile));
  forget = finite(forget + load<f32>(tile, 4));
  candidate = finite(candidate + load<f32>(tile, 8));
  output = finite(output + load<f32>(tile, 12));
  let hidden_input: f32 = 0, hidden_forget: f32 = 0, hidden_candidate: f32 = 0, hidden_output: f32 = 0;
  for (const end = h + (units << 2); h != end; h += 4, weights += 16) {
    const value = load<f32>(h);
    hidden_input += value * load<f32>(weights);
    hidden_forget += value * load<f32>(weights, 4);
    hidden_candidate += value * load<f32>(weights, 8);
    hidden_output += value * load<f32>(weights, 12);
  }
  const kept = finite(logistic_f32(forget + finite(hidden_forget)) * load<f32>(cell));
  const state = clipped(kept + logistic_f32(input + finite(hidden_input)) * tanh_f32(candidate + finite(hidden_candidate)), clip);
  store<f32>(cell, state);
  return tanh_f32(state) * logistic_f32(output + finite(hidden_output));
}

export function lstm_float32(record: usize): void {
  const batches = load<i32>(record, LSTM_BATCHES), steps = load<i32>(record, LSTM_STEPS), clip = load<f32>(record, LSTM_CLIP);
  const input_size = load<i32>(record, LSTM_INPUT_SIZE), units = load<i32>(record, LSTM_UNITS);
  const buffer: usize = load<u32>(record, LSTM_BUFFER), tile_bytes = (1 + input_size + units) << 4, slice_tiles = load<i32>(record, LSTM_SLICE_TILES);
  for (let step = 0; step < steps; step++) {
    let source: usize = load<u32>(record, LSTM_TILES);
    for (let first = 0; first < units; first += slice_tiles) {
      const count = min(units - first, slice_tiles);
      const slice = stage(source, count * tile_bytes, buffer);
      source += count * tile_bytes;
      for (let batch = 0; batch < batches; batch++) {
        const x: usize = load<u32>(record, LSTM_INPUT) + step * load<i32>(record, LSTM_INPUT_STEP) + batch * load<i32>(record, LSTM_INPUT_BATCH);
        const h = hidden_before(record, step) + batch * (step == 0 ? units << 2 : load<i32>(record, LSTM_OUTPUT_BATCH));
        const out: usize = load<u32>(record, LSTM_OUTPUT) + step * load<i32>(record, LSTM_OUTPUT_STEP) + batch * load<i32>(record, LSTM_OUTPUT_BATCH);
        const cells: usize = load<u32>(record, LSTM_CELL) + ((batch * units) << 2);
        for (let unit = 0; unit < count; unit++) {
          const at = (first + unit) << 2;
          store<f32>(out + at, turn(x, input_size, h, units, slice + unit * tile_bytes, cells + at, clip));
        }
      }
    }
  }
  keep_hidden(record, units << 2);
}
