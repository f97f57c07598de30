// SVDF, float32 (`svdf_float32`) and of int8 feature weights and rows of the input that are int8 already (`svdf_hybrid`). Record: SVDF_* in abi/svdf.ts,
// which gives the shapes. Dialect: reference, products added in the order of the features and of time, to the bias; of
// `svdf_hybrid` the bias comes last.
// Sources: TFLM micro/kernels/svdf_common.cc, EvalFloatSvdfReference; LiteRT kernels/internal/reference/svdf.h, EvalHybridSVDF.
import {
  SVDF_ACTIVATION, SVDF_BATCHES, SVDF_BUFFER, SVDF_INPUT, SVDF_INPUT_SIZE, SVDF_MAX, SVDF_MEMORY, SVDF_MIN, SVDF_NONE, SVDF_OUTPUT, SVDF_RANGES, SVDF_RANK, SVDF_SCALE,
  SVDF_SLICE_UNITS, SVDF_STATE, SVDF_TANH, SVDF_TILES, SVDF_UNITS,
} from "../abi/svdf";
import { tanh_f32 } from "../arithmetic/float_functions";
import { stage } from "../inner/stage";

/** The product of a row with the feature weights of one filter. T: their type. @param depth at least 1 @param range of an int8 row */
// @ts-ignore: decorator
@inline
function feature_of<T>(x: usize, depth: i32, weights: usize, range: usize, scale: f32): f32 {
  if (sizeof<T>() == 4) {
    let value: f32 = 0;
    for (const end = x + (depth << 2); x != end; x += 4, weights += 4) value += load<f32>(weights) * load<f32>(x);
    return value;
  }
  const offset = load<i32>(range, 4);
  let sum = 0;
  for (const end = x + depth; x != end; x++, weights++) sum += (<i32>load<i8>(x) - offset) * <i32>load<i8>(weights);
  return <f32>sum * (load<f32>(range) * scale);
}

/** The state of one filter moves on by one, to `value`. Returns it times the time weights. */
// @ts-ignore: decorator
@inline
function filter_of(value: f32, filter: usize, state: usize, memory_bytes: i32): f32 {
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

// @ts-ignore: decorator
@inline
function svdf_of<T>(record: usize): void {
  const batches = load<i32>(record, SVDF_BATCHES), depth = load<i32>(record, SVDF_INPUT_SIZE), units = load<i32>(record, SVDF_UNITS);
  const rank = load<i32>(record, SVDF_RANK), memory_bytes = load<i32>(record, SVDF_MEMORY) << 2;
  const filter_bytes = memory_bytes + ((depth * sizeof<T>() + 3) & -4), tile_bytes = 4 + rank * filter_bytes;
  const slice_units = load<i32>(record, SVDF_SLICE_UNITS), buffer: usize = load<u32>(record, SVDF_BUFFER), scale = load<f32>(record, SVDF_SCALE);
  let source: usize = load<u32>(record, SVDF_TILES);
  for (let first = 0; first < units; first += slice_units) {
    const count = min(units - first, slice_units);
    const slice = stage(source, count * tile_bytes, buffer);
    source += count * tile_bytes;
    for (let batch = 0; batch < batches; batch++) {
      const x: usize = load<u32>(record, SVDF_INPUT) + batch * depth * sizeof<T>(), row = batch * units + first;
      const range: usize = load<u32>(record, SVDF_RANGES) + (batch << 3), out: usize = load<u32>(record, SVDF_OUTPUT) + (row << 2);
      let state: usize = load<u32>(record, SVDF_STATE) + row * rank * memory_bytes, filter = slice;
      for (let unit = 0; unit < count; unit++) {
        const bias = load<f32>(filter);
        let sum: f32 = sizeof<T>() == 4 ? bias : 0;
        filter += 4;
        for (let r = 0; r < rank; r++, filter += filter_bytes, state += memory_bytes)
          sum += filter_of(feature_of<T>(x, depth, filter + memory_bytes, range, scale), filter, state, memory_bytes);
        store<f32>(out + (unit << 2), activated(record, sizeof<T>() == 4 ? sum : sum + bias));
      }
    }
  }
}

export function svdf_float32(record: usize): void {
  svdf_of<f32>(record);
}

export function svdf_hybrid(record: usize): void {
  svdf_of<i8>(record);
}
