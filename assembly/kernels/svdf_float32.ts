// SVDF, float32. Record: SVDF_* in abi/svdf.ts, which gives the shapes.
// Dialect: reference, products added in the order of the features and of time. Source: TFLM micro/kernels/svdf_common.cc, EvalFloatSvdfReference.
import {
  SVDF_ACTIVATION, SVDF_BATCHES, SVDF_BUFFER, SVDF_INPUT, SVDF_INPUT_SIZE, SVDF_MAX, SVDF_MEMORY, SVDF_MIN, SVDF_NONE, SVDF_OUTPUT, SVDF_RANK, SVDF_SLICE_UNITS,
  SVDF_STATE, SVDF_TANH, SVDF_TILES, SVDF_UNITS,
} from "../abi/svdf";
import { tanh_f32 } from "../arithmetic/float_functions";
import { stage } from "../inner/stage";

/** One filter of one row: its newest value goes into the state, which moves on by one. Returns the state times the time weights. */
// @ts-ignore: decorator
@inline
function filter_of(x: usize, input_bytes: i32, filter: usize, state: usize, memory_bytes: i32): f32 {
  let value: f32 = 0, weights = filter + memory_bytes;
  for (const end = x + input_bytes; x != end; x += 4, weights += 4) value += load<f32>(weights) * load<f32>(x);
  const newest = state + memory_bytes - 4;
  let sum: f32 = 0;
  for (; state != newest; state += 4, filter += 4) {
    const old = load<f32>(state, 4);
    store<f32>(state, old);
    sum += load<f32>(filter) * old;
  }
  store<f32>(newest, value);
  return sum + load<f32>(filter) * value;
}

/** As the reference, NaN becomes the lower bound. */
// @ts-ignore: decorator
@inline
function activated(record: usize, x: f32): f32 {
  const activation = load<i32>(record, SVDF_ACTIVATION);
  if (activation == SVDF_NONE) return x;
  if (activation == SVDF_TANH) return tanh_f32(x);
  const low = load<f32>(record, SVDF_MIN), high = load<f32>(record, SVDF_MAX);
  const above = low < x ? x : low;
  return high < above ? high : above;
}

export function svdf_float32(record: usize): void {
  const batches = load<i32>(record, SVDF_BATCHES), input_bytes = load<i32>(record, SVDF_INPUT_SIZE) << 2, units = load<i32>(record, SVDF_UNITS);
  const rank = load<i32>(record, SVDF_RANK), memory_bytes = load<i32>(record, SVDF_MEMORY) << 2;
  const filter_bytes = memory_bytes + input_bytes, tile_bytes = 4 + rank * filter_bytes;
  const slice_units = load<i32>(record, SVDF_SLICE_UNITS), buffer: usize = load<u32>(record, SVDF_BUFFER);
  let source: usize = load<u32>(record, SVDF_TILES);
  for (let first = 0; first < units; first += slice_units) {
    const count = min(units - first, slice_units);
    const slice = stage(source, count * tile_bytes, buffer);
    source += count * tile_bytes;
    for (let batch = 0; batch < batches; batch++) {
      const x: usize = load<u32>(record, SVDF_INPUT) + batch * input_bytes, row = batch * units + first;
      const out: usize = load<u32>(record, SVDF_OUTPUT) + (row << 2);
      let state: usize = load<u32>(record, SVDF_STATE) + row * rank * memory_bytes, filter = slice;
      for (let unit = 0; unit < count; unit++) {
        let sum = load<f32>(filter);
        filter += 4;
        for (let r = 0; r < rank; r++, filter += filter_bytes, state += memory_bytes) sum += filter_of(x, input_bytes, filter, state, memory_bytes);
        store<f32>(out + (unit << 2), activated(record, sum));
      }
    }
  }
}
