// MUL, int8 and int16 with broadcasting. Record: MUL_* in abi/mul.ts.
// Dialect: reference. Source: TFLM reference/integer_ops/mul.h.
import {
  MUL_A, MUL_B, MUL_OUTPUT, MUL_A_OFFSET, MUL_B_OFFSET, MUL_OUTPUT_OFFSET, MUL_MULTIPLIER, MUL_SHIFT, MUL_MIN, MUL_MAX, MUL_DIMS,
  MUL_A_STRIDES, MUL_B_STRIDES, MUL_SIZE,
} from "../abi/mul";
import { OUTER } from "../abi/shape";
import { rescale, rounding_of, sign_of, down_of, clamp } from "../arithmetic/fixed_point";
import { outer_count, outer_offset } from "../inner/strided";
import { CHUNK, chunk_of, within } from "../inner/within";

// @ts-ignore: decorator
@inline
function product<T>(record: usize): void {
  record = within(record, MUL_SIZE);
  const a_offset = load<i32>(record, MUL_A_OFFSET), b_offset = load<i32>(record, MUL_B_OFFSET), offset = load<i32>(record, MUL_OUTPUT_OFFSET);
  const multiplier = <i64>load<i32>(record, MUL_MULTIPLIER), shift = load<i32>(record, MUL_SHIFT);
  const left = max(shift, 0), right = <i64>max(-shift, 0);
  const rounding = rounding_of(right), sign = sign_of(right), down = down_of(right);
  const low = load<i32>(record, MUL_MIN), high = load<i32>(record, MUL_MAX);
  const dims = record + MUL_DIMS, a_strides = record + MUL_A_STRIDES, b_strides = record + MUL_B_STRIDES;
  const run = load<i32>(dims, OUTER << 2);
  const a_step = (load<i32>(a_strides, OUTER << 2) & 1) * sizeof<T>(), b_step = (load<i32>(b_strides, OUTER << 2) & 1) * sizeof<T>(); // 0: broadcast
  const rows = outer_count(dims);
  let out: usize = load<u32>(record, MUL_OUTPUT);
  for (let row = 0; row < rows; row++) {
    let a: usize = load<u32>(record, MUL_A) + outer_offset(dims, a_strides, row) * sizeof<T>();
    let b: usize = load<u32>(record, MUL_B) + outer_offset(dims, b_strides, row) * sizeof<T>();
    for (let rest = run; rest > 0; rest -= CHUNK) {
      a = within(a, CHUNK * sizeof<T>());
      b = within(b, CHUNK * sizeof<T>());
      out = within(out, CHUNK * sizeof<T>());
      const end = out + chunk_of(rest) * sizeof<T>();
      do {
        const x = (<i32>load<T>(a) + a_offset) * (<i32>load<T>(b) + b_offset);
        store<T>(out, <T>clamp(rescale(x << left, multiplier, rounding, sign, down) + offset, low, high));
        out += sizeof<T>();
        a += a_step;
        b += b_step;
      } while (out != end);
    }
  }
}

export function mul(record: usize): void {
  product<i8>(record);
}

export function mul_int16(record: usize): void {
  product<i16>(record);
}
