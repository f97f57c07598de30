// Slices picked by indices that are only known while the model runs: GATHER, GATHER_ND, EMBEDDING_LOOKUP. Record: GATHER_* in abi/gather.ts.
// Dialect: reference. Source: TFLM micro/kernels/gather.cc, gather_nd.cc, embedding_lookup.cc.
import {
  GATHER_INPUT, GATHER_INDICES, GATHER_OUTPUT, GATHER_INDEX_BYTES, GATHER_BATCHES, GATHER_BLOCKS, GATHER_BLOCK_BYTES, GATHER_COUNT, GATHER_RUN, GATHER_DEPTH, GATHER_LAST,
  GATHER_SIZE, GATHER_STRIDES,
} from "../abi/gather";
import { slice_offset } from "../inner/indexed";
import { stage } from "../inner/stage";
import { within } from "../inner/within";

// @ts-ignore: decorator
@inline
function gather_from(record: usize, weights: bool): void {
  record = within(record, GATHER_SIZE);
  const index_bytes = load<i32>(record, GATHER_INDEX_BYTES), depth = load<i32>(record, GATHER_DEPTH), last = load<i32>(record, GATHER_LAST);
  const run = load<i32>(record, GATHER_RUN), step = depth * index_bytes, indices_bytes = load<i32>(record, GATHER_COUNT) * step;
  let input: usize = load<u32>(record, GATHER_INPUT), out: usize = load<u32>(record, GATHER_OUTPUT);
  let indices: usize = load<u32>(record, GATHER_INDICES);
  for (let batch = load<i32>(record, GATHER_BATCHES); batch > 0; batch--, indices += indices_bytes) {
    for (let block = load<i32>(record, GATHER_BLOCKS); block > 0; block--, input += load<i32>(record, GATHER_BLOCK_BYTES)) {
      for (let n = load<i32>(record, GATHER_COUNT), at = indices; n > 0; n--, at += step, out += run) {
        const slice = input + slice_offset(at, index_bytes, depth, record + GATHER_STRIDES, last);
        const from = weights ? stage(slice, run, out) : slice;
        if (from != out) memory.copy(out, from, run);
      }
    }
  }
}

export function gather(record: usize): void {
  gather_from(record, false);
}

/** Of a constant: a device fetches every slice from flash to where it belongs, and needs no RAM for the whole. */
export function gather_weights(record: usize): void {
  gather_from(record, true);
}
