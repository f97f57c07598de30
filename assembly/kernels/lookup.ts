// Any function of one int8 as a table of 256, which lowering computes exactly. Record: LOOKUP_* in abi/lookup.ts.
import { LOOKUP_INPUT, LOOKUP_OUTPUT, LOOKUP_TABLE, LOOKUP_COUNT, LOOKUP_SIZE } from "../abi/lookup";
import { CHUNK, chunk_of, within } from "../inner/within";

export function lookup(record: usize): void {
  record = within(record, LOOKUP_SIZE);
  const table: usize = within(load<u32>(record, LOOKUP_TABLE), 256) + 128;
  let x: usize = load<u32>(record, LOOKUP_INPUT);
  let out: usize = load<u32>(record, LOOKUP_OUTPUT);
  for (let left = load<i32>(record, LOOKUP_COUNT); left > 0; left -= CHUNK) {
    x = within(x, CHUNK);
    out = within(out, CHUNK);
    const end = x + chunk_of(left);
    do {
      store<u8>(out, load<u8>(table + load<i8>(x)));
      x++;
      out++;
    } while (x != end);
  }
}
