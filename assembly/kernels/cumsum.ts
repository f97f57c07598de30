// CUMSUM: sums along one axis, from either end. Record: REDUCE_* and CUMSUM_* in abi/reduce.ts. Integers wrap. Source: TFLM reference/cumsum.h.
import {
  CUMSUM_EXCLUSIVE, CUMSUM_INPUT_OFFSET, CUMSUM_INT8_SIZE, CUMSUM_MULTIPLIER, CUMSUM_OUTPUT_OFFSET, CUMSUM_SHIFT, CUMSUM_SIZE, REDUCE_INPUT,
  REDUCE_KEPT_DIMS, REDUCE_KEPT_STRIDES, REDUCE_OUTPUT, REDUCE_REDUCED_DIMS, REDUCE_REDUCED_STRIDES,
} from "../abi/reduce";
import { OUTER } from "../abi/shape";
import { clamp, multiply_by_quantized_multiplier } from "../arithmetic/fixed_point";
import { outer_count, outer_offset } from "../inner/strided";
import { within } from "../inner/within";

/** F: an unmanaged class with inlined methods `first(): A`, `term(x: T): A` and `code(sum: A): T`; `this` is the record. */
// @ts-ignore: decorator
@inline
function cumulate<F, T, A>(record: usize, size: i32): void {
  record = within(record, size);
  const kept = record + REDUCE_KEPT_DIMS, strides = record + REDUCE_KEPT_STRIDES;
  const run = load<i32>(kept, OUTER << 2), step = load<i32>(strides, OUTER << 2);
  const count = load<i32>(record, REDUCE_REDUCED_DIMS + (OUTER << 2)), term_step = load<i32>(record, REDUCE_REDUCED_STRIDES + (OUTER << 2));
  const exclusive = load<i32>(record, CUMSUM_EXCLUSIVE), output_behind = load<u32>(record, REDUCE_OUTPUT) - load<u32>(record, REDUCE_INPUT);
  const rows = outer_count(kept);
  for (let row = 0; row < rows; row++) {
    let base: usize = load<u32>(record, REDUCE_INPUT) + outer_offset(kept, strides, row);
    for (let k = run; k > 0; k--, base += step) {
      let sum: A = changetype<F>(record).first();
      for (let n = count, x = base; n > 0; n--, x += term_step) {
        const before = sum;
        sum += changetype<F>(record).term(load<T>(within(x, sizeof<T>())));
        store<T>(within(x + output_behind, sizeof<T>()), changetype<F>(record).code(exclusive ? before : sum));
      }
    }
  }
}

// @ts-ignore: decorator
@unmanaged
class Plain<T> {
  // @ts-ignore: decorator
  @inline
  first(): T {
    return 0;
  }

  // @ts-ignore: decorator
  @inline
  term(x: T): T {
    return x;
  }

  // @ts-ignore: decorator
  @inline
  code(sum: T): T {
    return sum;
  }
}

/** Real values with 19 bits behind the point, as half of 20: the reference halves by a multiplier. A sum begins at code 0, not at real 0. */
// @ts-ignore: decorator
@unmanaged
class Quantized {
  // @ts-ignore: decorator
  @inline
  first(): i32 {
    return load<i32>(changetype<usize>(this), CUMSUM_INPUT_OFFSET) << 19;
  }

  // @ts-ignore: decorator
  @inline
  term(x: i8): i32 {
    return (<i32>x + load<i32>(changetype<usize>(this), CUMSUM_INPUT_OFFSET)) << 19;
  }

  // @ts-ignore: decorator
  @inline
  code(sum: i32): i8 {
    const record = changetype<usize>(this);
    const scaled = multiply_by_quantized_multiplier(sum, load<i32>(record, CUMSUM_MULTIPLIER), load<i32>(record, CUMSUM_SHIFT));
    return <i8>clamp(scaled + load<i32>(record, CUMSUM_OUTPUT_OFFSET), i8.MIN_VALUE, i8.MAX_VALUE);
  }
}

export function cumsum_int8(record: usize): void {
  cumulate<Quantized, i8, i32>(record, CUMSUM_INT8_SIZE);
}

export function cumsum_int32(record: usize): void {
  cumulate<Plain<i32>, i32, i32>(record, CUMSUM_SIZE);
}

export function cumsum_int64(record: usize): void {
  cumulate<Plain<i64>, i64, i64>(record, CUMSUM_SIZE);
}

export function cumsum_float32(record: usize): void {
  cumulate<Plain<f32>, f32, f32>(record, CUMSUM_SIZE);
}
