// SEGMENT_SUM: sums of the rows of each segment. Record: SEGMENT_SUM_* in abi/search.ts. A segment beyond the last possible one traps.
// Source: TFLite reference_ops, SegmentSum.
import {
  SEGMENT_SUM_EXTENT, SEGMENT_SUM_INPUT, SEGMENT_SUM_MOST, SEGMENT_SUM_OUTPUT, SEGMENT_SUM_ROWS, SEGMENT_SUM_SEGMENTS, SEGMENT_SUM_SIZE, SEGMENT_SUM_WIDTH,
} from "../abi/search";
import { within } from "../inner/within";

// @ts-ignore: decorator
@inline
function segment_sum<T>(record: usize): void {
  record = within(record, SEGMENT_SUM_SIZE);
  const row_bytes: usize = load<u32>(record, SEGMENT_SUM_WIDTH) * sizeof<T>(), most: usize = load<u32>(record, SEGMENT_SUM_MOST);
  const output: usize = load<u32>(record, SEGMENT_SUM_OUTPUT), extent: usize = load<u32>(record, SEGMENT_SUM_EXTENT);
  let x: usize = load<u32>(record, SEGMENT_SUM_INPUT), segments: usize = load<u32>(record, SEGMENT_SUM_SEGMENTS), found: usize = 0;
  memory.fill(output, 0, most * row_bytes);
  for (let n = load<i32>(record, SEGMENT_SUM_ROWS); n > 0; n--, segments += 4, x += row_bytes) {
    const segment: usize = load<u32>(within(segments, 4));
    if (segment >= most) unreachable();
    found = max<usize>(found, segment + 1);
    const sums = output + segment * row_bytes;
    for (let at: usize = 0; at < row_bytes; at += sizeof<T>()) {
      const sum = within(sums + at, sizeof<T>());
      store<T>(sum, load<T>(sum) + load<T>(within(x + at, sizeof<T>())));
    }
  }
  if (extent) store<u32>(within(extent, 4), <u32>found);
}

export function segment_sum_int32(record: usize): void {
  segment_sum<i32>(record);
}

export function segment_sum_float32(record: usize): void {
  segment_sum<f32>(record);
}
