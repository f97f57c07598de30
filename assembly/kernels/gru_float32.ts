// A GRU over a whole sequence, float32: what the converter writes as a WHILE (src/lowering/gru.ts). Record: GRU_* in abi/gru_float32.ts, which gives the shapes.
// Dialect: that of the operators of the loop's body, one after another, every bit: sums of conv_2d_float32, then ADD, SUB and MUL with their limits.
import {
  GRU_BATCHES, GRU_BUFFER, GRU_FROM_HIDDEN, GRU_FROM_INPUT, GRU_HIDDEN, GRU_INITIAL, GRU_INPUT, GRU_INPUT_SIZE, GRU_LIST, GRU_RESET_AFTER, GRU_SLICE_TILES,
  GRU_STEPS, GRU_SUMS, GRU_TILES, GRU_UNITS,
} from "../abi/gru_float32";
import { logistic_f32, tanh_f32 } from "../arithmetic/float_functions";
import { clamp_float32 } from "../inner/clamp_float32";
import { stage } from "../inner/stage";
import { clear_tile, dot_tile, store_tile_float32 } from "../inner/tile_float32";

/** The limits of every operator: an infinite result becomes finite. */
// @ts-ignore: decorator
@inline
function finite(x: f32): f32 {
  return clamp_float32(x, -f32.MAX_VALUE, f32.MAX_VALUE);
}

/**
 * Rows times the weights of some channels, slice by slice.
 * @param x rows of `depth` values, `x_row` bytes from one to the next
 * @param out rows of 3 units values, at the first channel's
 * @returns where the next projection's tiles begin
 */
function project(record: usize, x: usize, x_row: i32, depth: i32, source: usize, slice_tiles: i32, channels: i32, out: usize): usize {
  const batches = load<i32>(record, GRU_BATCHES), out_row = load<i32>(record, GRU_UNITS) * 12, tile_bytes = (1 + depth) << 4;
  const buffer: usize = load<u32>(record, GRU_BUFFER), sums: usize = load<u32>(record, GRU_SUMS);
  for (let left = channels; left > 0; left -= slice_tiles << 2, out += slice_tiles << 4) {
    const count = min(left, slice_tiles << 2), bytes = ((count + 3) >> 2) * tile_bytes;
    const slice = stage(source, bytes, buffer);
    source += bytes;
    for (let batch = 0; batch < batches; batch++) {
      let tile = slice, to = out + batch * out_row;
      for (let channel = count; channel > 0; channel -= 4, tile += tile_bytes, to += 16) {
        clear_tile(sums);
        dot_tile(x + batch * x_row, tile + 16, depth, sums);
        store_tile_float32(sums, tile, min(channel, 4), to, -f32.MAX_VALUE, f32.MAX_VALUE);
      }
    }
  }
  return source;
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

export function gru_float32(record: usize): void {
  const batches = load<i32>(record, GRU_BATCHES), depth = load<i32>(record, GRU_INPUT_SIZE), units = load<i32>(record, GRU_UNITS), row = units << 2;
  const after = load<i32>(record, GRU_RESET_AFTER) != 0;
  const from_input: usize = load<u32>(record, GRU_FROM_INPUT), from_hidden: usize = load<u32>(record, GRU_FROM_HIDDEN);
  const hidden: usize = load<u32>(record, GRU_HIDDEN);
  let x: usize = load<u32>(record, GRU_INPUT), list: usize = load<u32>(record, GRU_LIST);
  memory.copy(hidden, load<u32>(record, GRU_INITIAL), batches * row);
  for (let step = load<i32>(record, GRU_STEPS); step > 0; step--, x += (batches * depth) << 2) {
    let tiles: usize = load<u32>(record, GRU_TILES);
    tiles = project(record, x, depth << 2, depth, tiles, load<i32>(record, GRU_SLICE_TILES), 3 * units, from_input);
    tiles = project(record, hidden, row, units, tiles, load<i32>(record, GRU_SLICE_TILES + 4), (after ? 3 : 2) * units, from_hidden);
    reset(record, row, after);
    if (!after) project(record, from_hidden + row, 3 * row, units, tiles, load<i32>(record, GRU_SLICE_TILES + 8), units, from_hidden + (row << 1));
    update(record, row);
    if (list) {
      memory.copy(list, hidden, batches * row);
      list += batches * row;
    }
  }
}
