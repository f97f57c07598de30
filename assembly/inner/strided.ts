import { OUTER, RANK_BYTES } from "../abi/shape";
import { within } from "./within";

/** Elements of the outer dimensions: dims[0] * ... * dims[OUTER - 1]. `dims`: address, int32 [RANK]. */
export function outer_count(dims: usize): i32 {
  let count = 1;
  dims = within(dims, RANK_BYTES);
  for (const end = dims + (OUTER << 2); dims != end; dims += 4) count *= load<i32>(dims);
  return count;
}

/** Offset of the `index`th row, row-major over the outer dimensions. `dims`, `strides`: addresses, int32 [RANK]. */
export function outer_offset(dims: usize, strides: usize, index: i32): i32 {
  let offset = 0;
  dims = within(dims, RANK_BYTES);
  strides = within(strides, RANK_BYTES);
  for (let d = (OUTER - 1) << 2; index > 0 && d >= 0; d -= 4) {
    const n = load<i32>(dims + d);
    const rest = index / n;
    offset += (index - rest * n) * load<i32>(strides + d);
    index = rest;
  }
  return offset;
}
