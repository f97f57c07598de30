import { RANK_BYTES } from "../abi/shape";
import { within } from "./within";

/** One index of 2, 4 or 8 bytes. */
export function index_at(address: usize, bytes: i32): i64 {
  address = within(address, 8);
  return bytes == 8 ? load<i64>(address) : <i64>(bytes == 4 ? load<i32>(address) : <i32>load<i16>(address));
}

/**
 * Where the slice begins that `depth` indices name, in bytes. Traps where that is not between 0 and `last`: no index leads out of a tensor.
 * @param indices address of the first one, of `index_bytes` each
 * @param strides address, int32 [RANK]: bytes that each index counts
 */
export function slice_offset(indices: usize, index_bytes: i32, depth: i32, strides: usize, last: i32): i32 {
  let offset: i64 = 0;
  strides = within(strides, RANK_BYTES);
  for (let d = 0; d < depth; d++, indices += index_bytes) {
    const index = index_at(indices, index_bytes);
    if (index != <i64><i32>index) unreachable();
    offset += index * <i64>load<i32>(strides + (d << 2));
  }
  if (<u64>offset > <u64>last) unreachable();
  return <i32>offset;
}
