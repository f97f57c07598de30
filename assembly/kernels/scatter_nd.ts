// SCATTER_ND: slices are added to the output in the order of their indices; one place may be named again. Bools: once true, true.
// Record: SCATTER_ND_* in abi/scatter_nd.ts. Dialect: LiteRT, reference_ops ScatterNd; TFLM does not have it.
import {
  SCATTER_ND_INDICES, SCATTER_ND_UPDATES, SCATTER_ND_OUTPUT, SCATTER_ND_INDEX_BYTES, SCATTER_ND_COUNT, SCATTER_ND_ELEMENTS, SCATTER_ND_DEPTH, SCATTER_ND_LAST,
  SCATTER_ND_SIZE, SCATTER_ND_STRIDES,
} from "../abi/scatter_nd";
import { slice_offset } from "../inner/indexed";
import { within } from "../inner/within";

// @ts-ignore: decorator
@inline
function scatter<T>(record: usize): void {
  record = within(record, SCATTER_ND_SIZE);
  const index_bytes = load<i32>(record, SCATTER_ND_INDEX_BYTES), depth = load<i32>(record, SCATTER_ND_DEPTH), last = load<i32>(record, SCATTER_ND_LAST);
  let indices: usize = load<u32>(record, SCATTER_ND_INDICES), update: usize = load<u32>(record, SCATTER_ND_UPDATES);
  for (let slice = load<i32>(record, SCATTER_ND_COUNT); slice > 0; slice--, indices += depth * index_bytes) {
    let out: usize = load<u32>(record, SCATTER_ND_OUTPUT) + slice_offset(indices, index_bytes, depth, record + SCATTER_ND_STRIDES, last);
    for (let n = load<i32>(record, SCATTER_ND_ELEMENTS); n > 0; n--, out += sizeof<T>(), update += sizeof<T>()) {
      out = within(out, sizeof<T>());
      const x = load<T>(within(update, sizeof<T>()));
      store<T>(out, isBoolean<T>() ? <T>(load<T>(out) | x) : <T>(load<T>(out) + x));
    }
  }
}

export function scatter_nd_bool(record: usize): void {
  scatter<bool>(record);
}

export function scatter_nd_i8(record: usize): void {
  scatter<i8>(record);
}

export function scatter_nd_i32(record: usize): void {
  scatter<i32>(record);
}

export function scatter_nd_i64(record: usize): void {
  scatter<i64>(record);
}

export function scatter_nd_f32(record: usize): void {
  scatter<f32>(record);
}
