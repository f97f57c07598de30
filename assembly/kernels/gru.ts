// A GRU over a whole sequence, of float32 weights (`gru_float32`) or of int8 ones (`gru_hybrid`): what the converter writes as a WHILE (src/lowering/gru.ts).
// Record: GRU_* in abi/gru.ts, which gives the shapes.
// Dialect: that of the operators of the loop's body, one after another, every bit: sums of conv_2d_float32 or conv_2d_hybrid, then ADD, SUB and MUL with their
// limits.
import {
  GRU_BATCHES, GRU_BUFFER, GRU_CODES, GRU_FROM_HIDDEN, GRU_FROM_INPUT, GRU_HIDDEN, GRU_INITIAL, GRU_INPUT, GRU_INPUT_SIZE, GRU_LIST, GRU_RESET_AFTER,
  GRU_SLICE_TILES, GRU_STEPS, GRU_SUMS, GRU_TILES, GRU_UNITS, GRU_WEIGHTS, GRU_WEIGHTS_ASYMMETRIC, GRU_WEIGHTS_FLOAT32,
} from "../abi/gru";
import { logistic_f32, tanh_f32 } from "../arithmetic/float_functions";
import { clamp_float32 } from "../inner/clamp_float32";
import { quantize_row } from "../inner/quantize_row";
import { stage } from "../inner/stage";
import { clear_tile, dot_tile, dot_tile_int8, store_tile_float32, store_tile_hybrid } from "../inner/tile_float32";

/** The limits of every operator: an infinite result becomes finite. */
// @ts-ignore: decorator
@inline
function finite(x: f32): f32 {
  return clamp_float32(x, -f32.MAX_VALUE, f32.MAX_VALUE);
}

/**
 * Rows times the weights of some channels, slice by slice. T: the weights' type.
 * @param x rows of `depth` values, `x_row` bytes from one to the next
 * @param out rows of 3 units values, at the first channel's
 * @param asymmetric whether rows that meet int8 weights get an offset
 * @returns where the next projection's tiles begin
 */
function multiply<T>(record: usize, x: usize, x_row: i32, depth: i32, source: usize, slice_tiles: i32, channels: i32, out: usize, asymmetric: bool): usize {
  const batches = load<i32>(record, GRU_BATCHES), out_row = load<i32>(record, GRU_UNITS) * 12;
  const head = sizeof<T>() == 4 ? 16 : 32, tile_bytes = head + depth * 4 * sizeof<T>();
  const buffer: usize = load<u32>(record, GRU_BUFFER), sums: usize = load<u32>(record, GRU_SUMS);
  let ranges: usize = 0, codes: usize = 0;
  if (sizeof<T>() == 1) {
    ranges = load<u32>(record, GRU_CODES);
    codes = ranges + (batches << 3);
    for (let batch = 0; batch < batches; batch++) quantize_row(x + batch * x_row, 4, depth, codes + batch * depth, ranges + (batch << 3), asymmetric);
  }
  for (let left = channels; left > 0; left -= slice_tiles << 2, out += slice_tiles << 4) {
    const count = min(left, slice_tiles << 2), bytes = ((count + 3) >> 2) * tile_bytes;
    const slice = stage(source, bytes, buffer);
    source += bytes;
    for (let batch = 0; batch < batches; batch++) {
      let tile = slice, to = out + batch * out_row;
      for (let channel = count; channel > 0; channel -= 4, tile += tile_bytes, to += 16) {
        clear_tile(sums);
        if (sizeof<T>() == 4) {
          dot_tile(x + batch * x_row, tile + head, depth, sums);
          store_tile_float32(sums, tile, min(channel, 4), to, -f32.MAX_VALUE, f32.MAX_VALUE);
        } else {
          const range = ranges + (batch << 3);
          dot_tile_int8(codes + batch * depth, load<i32>(range, 4), tile + head, depth, sums);
          store_tile_hybrid(sums, tile, load<f32>(range), false, min(channel, 4), to, -Infinity, Infinity);
        }
      }
    }
  }
  return source;
}

/** One projection. T: the least type of weights that there is among all. @param n which one: 0 of the input, 1 of the hidden state, 2 of the reset state */
// @ts-ignore: decorator
@inline
function project<T>(record: usize, n: i32, x: usize, x_row: i32, depth: i32, source: usize, channels: i32, out: usize): usize {
  const slice_tiles = load<i32>(record + (n << 2), GRU_SLICE_TILES);
  if (sizeof<T>() == 1) {
    const weights = load<i32>(record + (n << 2), GRU_WEIGHTS);
    if (weights != GRU_WEIGHTS_FLOAT32) return multiply<i8>(record, x, x_row, depth, source, slice_tiles, channels, out, weights == GRU_WEIGHTS_ASYMMETRIC);
  }
  return multiply<f32>(record, x, x_row, depth, source, slice_tiles, channels, out, false);
}

/** The reset gate of every unit, times what it resets: the candidate's projection, or the hidden state, which then takes the gate's place. */
function reset(record: usize, row: i32, after: bool): void {
  let x: usize = load<u32>(record, GRU_FROM_INPUT) + row, h: usize = load<u32>(record, GRU_FROM_HIDDEN) + row, hidden: usize = load<u32>(record, GRU_HIDDEN);
  for (let batch = load<i32>(record, GRU_BATCHES); batch > 0; batch--, x += row << 1, h += row << 1) {
    for (const end = x + row; x != end; x += 4, h += 4, hidden += 4) {
      const gate = logistic_f32(finite(load<f32>(x) + load<f32>(h)));
      if (after) store<f32>(h + row, finite(gate * load<f32>(h + row)));
      else store<f32>(h, finite(gate * load<f32>(hidden)));
    }
  }
}

/** The new hidden state in the old one's place: every unit is read before it is written. */
function update(record: usize, row: i32): void {
  let x: usize = load<u32>(record, GRU_FROM_INPUT), h: usize = load<u32>(record, GRU_FROM_HIDDEN), hidden: usize = load<u32>(record, GRU_HIDDEN);
  const candidates = row << 1;
  for (let batch = load<i32>(record, GRU_BATCHES); batch > 0; batch--, x += candidates, h += candidates) {
    for (const end = x + row; x != end; x += 4, h += 4, hidden += 4) {
      const gate = logistic_f32(finite(load<f32>(x) + load<f32>(h))), kept = finite(gate * load<f32>(hidden));
      const candidate = tanh_f32(finite(load<f32>(x + candidates) + load<f32>(h + candidates)));
      store<f32>(hidden, finite(kept + finite(finite(1 - gate) * candidate)));
    }
  }
}

// @ts-ignore: decorator
@inline
function gru<T>(record: usize): void {
  const batches = load<i32>(record, GRU_BATCHES), depth = load<i32>(record, GRU_INPUT_SIZE), units = load<i32>(record, GRU_UNITS), row = units << 2;
  const after = load<i32>(record, GRU_RESET_AFTER) != 0;
  const from_input: usize = load<u32>(record, GRU_FROM_INPUT), from_hidden: usize = load<u32>(record, GRU_FROM_HIDDEN);
  const hidden: usize = load<u32>(record, GRU_HIDDEN);
  let x: usize = load<u32>(record, GRU_INPUT), list: usize = load<u32>(record, GRU_LIST);
  memory.copy(hidden, load<u32>(record, GRU_INITIAL), batches * row);
  for (let step = load<i32>(record, GRU_STEPS); step > 0; step--, x += (batches * depth) << 2) {
    let tiles: usize = load<u32>(record, GRU_TILES);
    tiles = project<T>(record, 0, x, depth << 2, depth, tiles, 3 * units, from_input);
    tiles = project<T>(record, 1, hidden, row, units, tiles, (after ? 3 : 2) * units, from_hidden);
    reset(record, row, after);
    if (!after) project<T>(record, 2, from_hidden + row, 3 * row, units, tiles, units, from_hidden + (row << 1));
    update(record, row);
    if (list) {
      memory.copy(list, hidden, batches * row);
      list += batches * row;
    }
  }
}

export function gru_float32(record: usize): void {
  gru<f32>(record);
}

export function gru_hybrid(record: usize): void {
  gru<i8>(record);
}
