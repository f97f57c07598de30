// UNIDIRECTIONAL_SEQUENCE_LSTM, int16 activations and cell, int8 weights. Record: LSTM_* in abi/lstm.ts, which gives the shapes.
// Sums have 64 bits, and a gate's rescaling a multiplier of 16 bits and one rounding.
// Dialect: reference. Source: TFLM micro/kernels/lstm_eval.h, and kernels/internal/common.cc, MultiplyByQuantizedMultiplier of int64.
import {
  LSTM_BATCHES, LSTM_BUFFER, LSTM_CELL, LSTM_GATES, LSTM_INPUT, LSTM_INPUT_BATCH, LSTM_INPUT_SIZE, LSTM_INPUT_STEP, LSTM_OUTPUT, LSTM_OUTPUT_BATCH,
  LSTM_OUTPUT_STEP, LSTM_SLICE_TILES, LSTM_STEPS, LSTM_TILES, LSTM_UNITS,
} from "../abi/lstm";
import { clamp_16, lstm_cell } from "../inner/lstm_cell";
import { hidden_before, keep_hidden } from "../inner/lstm_hidden";
import { stage } from "../inner/stage";

function dot_16x8(x: usize, weights: usize, depth: i32): i64 {
  let sum: i64 = 0;
  for (const end = weights + depth; weights != end; weights++, x += 2) sum += <i64>load<i16>(x) * <i64>load<i8>(weights);
  return sum;
}

/** `sum` in Q3.12. @param scale address of {int32 multiplier, int32 shift} */
// @ts-ignore: decorator
@inline
function rescaled(sum: i64, scale: usize): i32 {
  const multiplier = load<i32>(scale), right = <i64>(15 - load<i32>(scale, 4));
  const reduced = multiplier < 0x7fff0000 ? (multiplier + (1 << 15)) >> 16 : 0x7fff;
  return clamp_16(<i32>((sum * <i64>reduced + (<i64>1 << (right - 1))) >> right));
}

/** A gate's sum in Q3.12. `gate`: its number in the tile. */
function gate_of(record: usize, tile: usize, x: usize, h: usize, input_size: i32, units: i32, gate: i32): i32 {
  const weights = tile + 32 + gate * (input_size + units), scales = record + LSTM_GATES + (gate << 4);
  const input = rescaled(dot_16x8(x, weights, input_size) + load<i64>(tile + (gate << 3)), scales);
  return clamp_16(input + rescaled(dot_16x8(h, weights + input_size, units), scales + 8));
}

export function lstm_16x8(record: usize): void {
  const batches = load<i32>(record, LSTM_BATCHES), steps = load<i32>(record, LSTM_STEPS);
  const input_size = load<i32>(record, LSTM_INPUT_SIZE), units = load<i32>(record, LSTM_UNITS);
  const buffer: usize = load<u32>(record, LSTM_BUFFER), tile_bytes = (32 + ((input_size + units) << 2) + 7) & ~7, slice_tiles = load<i32>(record, LSTM_SLICE_TILES);
  for (let step = 0; step < steps; step++) {
    let source: usize = load<u32>(record, LSTM_TILES);
    for (let first = 0; first < units; first += slice_tiles) {
      const count = min(units - first, slice_tiles);
      const slice = stage(source, count * tile_bytes, buffer);
      source += count * tile_bytes;
      for (let batch = 0; batch < batches; batch++) {
        const x: usize = load<u32>(record, LSTM_INPUT) + step * load<i32>(record, LSTM_INPUT_STEP) + batch * load<i32>(record, LSTM_INPUT_BATCH);
        const h = hidden_before(record, step) + batch * (step == 0 ? units << 1 : load<i32>(record, LSTM_OUTPUT_BATCH));
        const out: usize = load<u32>(record, LSTM_OUTPUT) + step * load<i32>(record, LSTM_OUTPUT_STEP) + batch * load<i32>(record, LSTM_OUTPUT_BATCH);
        const cells: usize = load<u32>(record, LSTM_CELL) + ((batch * units) << 1);
        for (let unit = 0; unit < count; unit++) {
          const tile = slice + unit * tile_bytes, at = (first + unit) << 1;
          const hidden = lstm_cell(
            record, cells + at, gate_of(record, tile, x, h, input_size, units, 0), gate_of(record, tile, x, h, input_size, units, 1),
            gate_of(record, tile, x, h, input_size, units, 2), gate_of(record, tile, x, h, input_size, units, 3),
          );
          store<i16>(out + at, clamp_16(hidden));
        }
      }
    }
  }
  keep_hidden(record, units << 1);
}
