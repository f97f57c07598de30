// SVDF, int8 with a state of int16 or int8. Record: SVDF_* in abi/svdf.ts, which gives the shapes.
// Dialect: reference. Source: TFLM micro/kernels/svdf_common.cc, EvalIntegerSvdfReference.
import {
  SVDF_BATCHES, SVDF_BUFFER, SVDF_INPUT, SVDF_INPUT_SIZE, SVDF_MEMORY, SVDF_OUTPUT, SVDF_OUTPUT_OFFSET, SVDF_RANK, SVDF_SLICE_UNITS, SVDF_STATE, SVDF_STATE_OFFSET,
  SVDF_TILES, SVDF_TO_OUTPUT, SVDF_TO_STATE, SVDF_UNITS,
} from "../abi/svdf";
import { clamp, multiply_by_quantized_multiplier } from "../arithmetic/fixed_point";
import { stage } from "../inner/stage";

/** Bytes up to the next whole word. */
// @ts-ignore: decorator
@inline
function whole(bytes: i32): i32 {
  return (bytes + 3) & ~3;
}

/** One filter of one row: its newest value goes into the state, which moves on by one. Returns the state times the time weights. */
// @ts-ignore: decorator
@inline
function filter_of<T extends number>(record: usize, x: usize, filter: usize, state: usize): i32 {
  const input_size = load<i32>(record, SVDF_INPUT_SIZE), memory_bytes = load<i32>(record, SVDF_MEMORY) * sizeof<T>(), zero = load<i32>(record, SVDF_STATE_OFFSET);
  let value = load<i32>(filter), weights = filter + 4;
  const features = weights + whole(memory_bytes);
  for (let i = 0; i < input_size; i++) value += <i32>load<i8>(x + i) * <i32>load<i8>(features + i);
  value = multiply_by_quantized_multiplier(value, load<i32>(record, SVDF_TO_STATE), load<i32>(record, SVDF_TO_STATE + 4));
  const newest = state + memory_bytes - sizeof<T>();
  let sum = 0;
  for (; state != newest; state += sizeof<T>(), weights += sizeof<T>()) {
    const old = load<T>(state, sizeof<T>());
    store<T>(state, old);
    sum += <i32>load<T>(weights) * (<i32>old - zero);
  }
  // clamped before the zero point comes on, which then wraps in an int8 as in the reference
  store<T>(state, <T>(zero + clamp(value, <i32>(sizeof<T>() == 1 ? i8.MIN_VALUE : i16.MIN_VALUE), <i32>(sizeof<T>() == 1 ? i8.MAX_VALUE : i16.MAX_VALUE))));
  return sum + <i32>load<T>(weights) * (<i32>load<T>(state) - zero);
}

// @ts-ignore: decorator
@inline
function svdf_of<T extends number>(record: usize): void {
  const batches = load<i32>(record, SVDF_BATCHES), input_size = load<i32>(record, SVDF_INPUT_SIZE), units = load<i32>(record, SVDF_UNITS);
  const rank = load<i32>(record, SVDF_RANK), row_bytes = load<i32>(record, SVDF_MEMORY) * sizeof<T>();
  const filter_bytes = 4 + whole(row_bytes) + whole(input_size), tile_bytes = 4 + rank * filter_bytes;
  const slice_units = load<i32>(record, SVDF_SLICE_UNITS), buffer: usize = load<u32>(record, SVDF_BUFFER);
  let source: usize = load<u32>(record, SVDF_TILES);
  for (let first = 0; first < units; first += slice_units) {
    const count = min(units - first, slice_units);
    const slice = stage(source, count * tile_bytes, buffer);
    source += count * tile_bytes;
    for (let batch = 0; batch < batches; batch++) {
      const x: usize = load<u32>(record, SVDF_INPUT) + batch * input_size, row = batch * units + first;
      const out: usize = load<u32>(record, SVDF_OUTPUT) + row;
      let state: usize = load<u32>(record, SVDF_STATE) + row * rank * row_bytes, filter = slice;
      for (let unit = 0; unit < count; unit++) {
        let sum = load<i32>(filter);
        filter += 4;
        for (let r = 0; r < rank; r++, filter += filter_bytes, state += row_bytes) sum += filter_of<T>(record, x, filter, state);
        sum = multiply_by_quantized_multiplier(sum, load<i32>(record, SVDF_TO_OUTPUT), load<i32>(record, SVDF_TO_OUTPUT + 4));
        store<i8>(out + unit, clamp(sum + load<i32>(record, SVDF_OUTPUT_OFFSET), i8.MIN_VALUE, i8.MAX_VALUE));
      }
    }
  }
}

export function svdf(record: usize): void {
  svdf_of<i16>(record);
}

export function svdf_int8(record: usize): void {
  svdf_of<i8>(record);
}
