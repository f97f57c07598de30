// SELECT and SELECT_V2 with broadcasting, for elements of 1, 2, 4 and 8 bytes. Record: SELECT_* in abi/select.ts.
// Dialect: reference. Source: TFLM micro/kernels/select.cc, reference/select.h.
import {
  SELECT_CONDITION, SELECT_X, SELECT_Y, SELECT_OUTPUT, SELECT_DIMS, SELECT_CONDITION_STRIDES, SELECT_X_STRIDES, SELECT_Y_STRIDES, SELECT_SIZE,
} from "../abi/select";
import { OUTER } from "../abi/shape";
import { outer_count, outer_offset } from "../inner/strided";
import { within } from "../inner/within";

// @ts-ignore: decorator
@inline
function select_of<T>(record: usize): void {
  record = within(record, SELECT_SIZE);
  const dims = record + SELECT_DIMS, run = load<i32>(dims, OUTER << 2), rows = outer_count(dims);
  const c_strides = record + SELECT_CONDITION_STRIDES, x_strides = record + SELECT_X_STRIDES, y_strides = record + SELECT_Y_STRIDES;
  const c_step = load<i32>(c_strides, OUTER << 2), x_step = load<i32>(x_strides, OUTER << 2), y_step = load<i32>(y_strides, OUTER << 2);
  let out: usize = load<u32>(record, SELECT_OUTPUT);
  for (let row = 0; row < rows; row++) {
    let c: usize = load<u32>(record, SELECT_CONDITION) + outer_offset(dims, c_strides, row);
    let x: usize = load<u32>(record, SELECT_X) + outer_offset(dims, x_strides, row);
    let y: usize = load<u32>(record, SELECT_Y) + outer_offset(dims, y_strides, row);
    for (let n = run; n > 0; n--, c += c_step, x += x_step, y += y_step, out += sizeof<T>())
      store<T>(within(out, sizeof<T>()), load<T>(within(load<u8>(within(c, 1)) ? x : y, sizeof<T>())));
  }
}

export function select_8(record: usize): void {
  select_of<u8>(record);
}

export function select_16(record: usize): void {
  select_of<u16>(record);
}

export function select_32(record: usize): void {
  select_of<u32>(record);
}

export function select_64(record: usize): void {
  select_of<u64>(record);
}
