// MEAN on SIMD cores, int8 whose last dimension is kept: eight of its elements at a time. Record: MEAN_V128_* in abi/mean_v128.ts.
// Dialect: reference, as kernels/mean.ts has it.
import { MEAN_INPUT, MEAN_OUTPUT, MEAN_OUTPUT_OFFSET, MEAN_KEPT_DIMS, MEAN_KEPT_STRIDES, MEAN_REDUCED_DIMS, MEAN_REDUCED_STRIDES } from "../abi/mean";
import { MEAN_V128_COMMON, MEAN_V128_KIND, MEAN_V128_RESCALE } from "../abi/mean_v128";
import { RESCALE_V128_RELU, RESCALE_V128_SMALL, RESCALE_V128_WIDE } from "../abi/rescale_v128";
import { OUTER } from "../abi/shape";
import { codes_v128, magic_of, store_codes } from "../inner/rescale_v128";
import { outer_count, outer_offset } from "../inner/strided";
import { add_pixels, SUMMED_16 } from "../inner/sum_v128";

/** `kind` is known at compile time. */
// @ts-ignore: decorator
@inline
function mean(record: usize, kind: i32): void {
  const kept = record + MEAN_KEPT_DIMS, kept_strides = record + MEAN_KEPT_STRIDES, reduced = record + MEAN_REDUCED_DIMS, reduced_strides = record + MEAN_REDUCED_STRIDES;
  const run = load<i32>(kept, OUTER << 2), terms = load<i32>(reduced, OUTER << 2), term_step = load<i32>(reduced_strides, OUTER << 2);
  const rows = outer_count(kept), term_rows = outer_count(reduced), last = max(run - 8, 0), count = min(run, 8);
  const table: usize = load<u32>(record, MEAN_V128_RESCALE), common = load<i32>(record, MEAN_V128_COMMON), magic = magic_of(kind, load<i32>(record, MEAN_OUTPUT_OFFSET));
  const low = i8x16.splat(i8.MIN_VALUE), high = i8x16.splat(i8.MAX_VALUE);
  let out: usize = load<u32>(record, MEAN_OUTPUT);
  for (let row = 0; row < rows; row++, out += run) {
    const base = load<u32>(record, MEAN_INPUT) + outer_offset(kept, kept_strides, row);
    for (let begin = 0; begin < run; begin += 8) {
      const c = min(begin, last);
      let first = v128.load(table), second = v128.load(table, 16), sum = i32x4.splat(0), room = SUMMED_16;
      for (let t = 0; t < term_rows; t++) {
        let x = base + c + outer_offset(reduced, reduced_strides, t);
        for (let left = terms; left > 0; ) {
          const n = min(left, room);
          sum = add_pixels(sum, x, term_step, n);
          left -= n;
          room -= n;
          x += n * term_step;
          if (room == 0) {
            first = i32x4.add(first, i32x4.extend_low_i16x8_s(sum));
            second = i32x4.add(second, i32x4.extend_high_i16x8_s(sum));
            sum = i32x4.splat(0);
            room = SUMMED_16;
          }
        }
      }
      first = i32x4.add(first, i32x4.extend_low_i16x8_s(sum));
      second = i32x4.add(second, i32x4.extend_high_i16x8_s(sum));
      store_codes(out + c, codes_v128(first, second, table, kind, common, magic, low, high), count);
    }
  }
}

export function mean_v128(record: usize): void {
  const kind = load<i32>(record, MEAN_V128_KIND);
  if (kind == RESCALE_V128_RELU) mean(record, RESCALE_V128_RELU);
  else if (kind == RESCALE_V128_SMALL) mean(record, RESCALE_V128_SMALL);
  else mean(record, RESCALE_V128_WIDE);
}
