// WHERE of one operand: the coordinates of all elements that hold. Record: WHERE_* in abi/where.ts. Source: TFLite reference_ops, SelectTrueCoords.
import { RANK } from "../abi/shape";
import { WHERE_COUNT, WHERE_DIMS, WHERE_EXTENT, WHERE_INPUT, WHERE_OUTPUT, WHERE_RANK, WHERE_SIZE } from "../abi/where";
import { within } from "../inner/within";

export function where(record: usize): void {
  record = within(record, WHERE_SIZE);
  const count = load<i32>(record, WHERE_COUNT), row_bytes = load<i32>(record, WHERE_RANK) << 3;
  const dims = record + WHERE_DIMS;
  let condition: usize = load<u32>(record, WHERE_INPUT), out: usize = load<u32>(record, WHERE_OUTPUT), found = 0;
  for (let i = 0; i < count; i++, condition++) {
    if (load<u8>(within(condition, 1)) == 0) continue;
    const row = within(out, RANK << 3);
    let rest = i;
    for (let at = row_bytes - 8; at >= 0; at -= 8) {
      const n = load<i32>(within(dims + (at >> 1), 4)), quotient = rest / n;
      store<i64>(within(row + at, 8), <i64>(rest - quotient * n));
      rest = quotient;
    }
    out += row_bytes;
    found++;
  }
  memory.fill(out, 0, <usize>((count - found) * row_bytes));
  store<i32>(within(load<u32>(record, WHERE_EXTENT), 4), found);
}
