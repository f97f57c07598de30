// Runs of bytes, 16 at a time: up to 15 bytes behind a run are read and written too, so what follows has to be written afterwards.
import { within } from "./within";

export function copy_16s(to: usize, from: usize, count: i32): void {
  for (let i = 0; i < count; i += 16) {
    const t = within(to + i, 16), f = within(from + i, 16);
    const low = load<i64>(f), high = load<i64>(f + 8);
    store<i64>(t, low);
    store<i64>(t + 8, high);
  }
}

/** @param byte what is written, 0 to 255 */
export function fill_16s(to: usize, byte: i32, count: i32): void {
  const eight = <i64>byte * 0x0101010101010101;
  for (let i = 0; i < count; i += 16) {
    const t = within(to + i, 16);
    store<i64>(t, eight);
    store<i64>(t + 8, eight);
  }
}
