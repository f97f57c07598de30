// A function of one int16 as a table of 513 values that lowering fills, interpolated. Record: LOOKUP_INT16_* in abi/lookup_int16.ts.
// Dialect: LiteRT's reference, as TFLM has none of them. Source: LiteRT kernels/internal/common.h, LUTLookup.
import { LOOKUP_INT16_INPUT, LOOKUP_INT16_OUTPUT, LOOKUP_INT16_TABLE, LOOKUP_INT16_COUNT, LOOKUP_INT16_SIZE } from "../abi/lookup_int16";
import { interpolate } from "../arithmetic/interpolate";
import { CHUNK, chunk_of, within } from "../inner/within";

export function lookup_int16(record: usize): void {
  record = within(record, LOOKUP_INT16_SIZE);
  const table: usize = load<u32>(record, LOOKUP_INT16_TABLE);
  let x: usize = load<u32>(record, LOOKUP_INT16_INPUT);
  let out: usize = load<u32>(record, LOOKUP_INT16_OUTPUT);
  for (let left = load<i32>(record, LOOKUP_INT16_COUNT); left > 0; left -= CHUNK) {
    x = within(x, CHUNK << 1);
    out = within(out, CHUNK << 1);
    const end = x + (chunk_of(left) << 1);
    do {
      store<i16>(out, <i16>interpolate(load<i16>(x), table));
      x += 2;
      out += 2;
    } while (x != end);
  }
}
