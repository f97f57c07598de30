// 128 taken off uint8 codes, or added to int8 codes: in two's complement both turn the highest bit round. Record: REBASE_* in abi/rebase.ts.
import { REBASE_INPUT, REBASE_OUTPUT, REBASE_COUNT, REBASE_SIZE } from "../abi/rebase";
import { CHUNK, chunk_of, within } from "../inner/within";

export function rebase(record: usize): void {
  record = within(record, REBASE_SIZE);
  let x: usize = load<u32>(record, REBASE_INPUT);
  let out: usize = load<u32>(record, REBASE_OUTPUT);
  const count = load<i32>(record, REBASE_COUNT);
  for (let words = count >> 2; words > 0; words -= CHUNK) {
    x = within(x, CHUNK << 2);
    out = within(out, CHUNK << 2);
    const end = x + (chunk_of(words) << 2);
    do {
      store<u32>(out, load<u32>(x) ^ 0x80808080);
      x += 4;
      out += 4;
    } while (x != end);
  }
  x = within(x, 4);
  out = within(out, 4);
  for (const end = x + (count & 3); x != end; x++, out++) store<u8>(out, load<u8>(x) ^ 0x80);
}
