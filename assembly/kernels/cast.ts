// CAST between integers, from integers to float32, and from float32 to integers. Record: CAST_* in abi/cast.ts.
// Integers wrap. A float32 loses its fraction; where an int32 (for wider and unsigned types: an int64) does not hold it, the nearest one does.
// Dialect: reference. Source: TFLM micro/kernels/cast.cc, whose conversions of floats out of range are undefined: as Arm's VCVT does it.
import {
  CAST_INPUT, CAST_OUTPUT, CAST_COUNT, CAST_FROM, CAST_TO, CAST_SIZE, CAST_INT8, CAST_UINT8, CAST_INT16, CAST_UINT16, CAST_INT32, CAST_UINT32, CAST_INT64, CAST_BOOL,
} from "../abi/cast";
import { within } from "../inner/within";

/** Bytes of an element. */
// @ts-ignore: decorator
@inline
function size_of(type: i32): i32 {
  return type == CAST_BOOL ? 1 : 1 << (type >> 1);
}

function load_integer(at: usize, type: i32): i64 {
  switch (type) {
    case CAST_INT8: return load<i8>(at);
    case CAST_INT16: return load<i16>(at);
    case CAST_UINT16: return load<u16>(at);
    case CAST_INT32: return load<i32>(at);
    case CAST_UINT32: return load<u32>(at);
    case CAST_INT64: return load<i64>(at);
    default: return load<u8>(at);
  }
}

function store_integer(at: usize, type: i32, value: i64): void {
  if (type == CAST_INT64) store<i64>(at, value);
  else if (type >= CAST_INT32 && type <= CAST_UINT32) store<i32>(at, <i32>value);
  else if (type >= CAST_INT16 && type <= CAST_UINT16) store<i16>(at, <i16>value);
  else store<i8>(at, type == CAST_BOOL ? <i8>(value != 0) : <i8>value);
}

/** Without its fraction, as far as an int64 goes; 0 of NaN. */
// @ts-ignore: decorator
@inline
function truncated(x: f32): i64 {
  if (x != x) return 0;
  if (x >= <f32>9223372036854775808.0) return i64.MAX_VALUE;
  return x <= <f32>-9223372036854775808.0 ? i64.MIN_VALUE : <i64>x;
}

export function cast_integer(record: usize): void {
  record = within(record, CAST_SIZE);
  const from = load<i32>(record, CAST_FROM), to = load<i32>(record, CAST_TO), step = size_of(from), out_step = size_of(to);
  let x: usize = load<u32>(record, CAST_INPUT), out: usize = load<u32>(record, CAST_OUTPUT);
  for (let left = load<i32>(record, CAST_COUNT); left > 0; left--, x += step, out += out_step) store_integer(out, to, load_integer(x, from));
}

export function cast_to_float32(record: usize): void {
  record = within(record, CAST_SIZE);
  const from = load<i32>(record, CAST_FROM), step = size_of(from);
  let x: usize = load<u32>(record, CAST_INPUT), out: usize = load<u32>(record, CAST_OUTPUT);
  for (let left = load<i32>(record, CAST_COUNT); left > 0; left--, x += step, out += 4) store<f32>(out, <f32>load_integer(x, from));
}

export function cast_from_float32(record: usize): void {
  record = within(record, CAST_SIZE);
  const to = load<i32>(record, CAST_TO), out_step = size_of(to), narrow = to == CAST_INT8 || to == CAST_INT16 || to == CAST_INT32;
  let x: usize = load<u32>(record, CAST_INPUT), out: usize = load<u32>(record, CAST_OUTPUT);
  for (let left = load<i32>(record, CAST_COUNT); left > 0; left--, x += 4, out += out_step) {
    const value = load<f32>(x);
    if (to == CAST_BOOL) store<u8>(out, <u8>(value != 0));
    else store_integer(out, to, narrow ? min<i64>(max<i64>(truncated(value), i32.MIN_VALUE), i32.MAX_VALUE) : truncated(value));
  }
}
