// Any function of one int8 as a table of 256, which lowering computes exactly. Record: LOOKUP_* in abi/lookup.ts.
import { LOOKUP_INPUT, LOOKUP_OUTPUT, LOOKUP_TABLE, LOOKUP_COUNT } from "../abi/lookup";

export function lookup(record: usize): void {
  const table: usize = load<u32>(record, LOOKUP_TABLE) + 128;
  let x: usize = load<u32>(record, LOOKUP_INPUT);
  let out: usize = load<u32>(record, LOOKUP_OUTPUT);
  for (const end = x + load<i32>(record, LOOKUP_COUNT); x != end; x++, out++) store<u8>(out, load<u8>(table + load<i8>(x)));
}
