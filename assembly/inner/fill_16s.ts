import { within } from "./within";

/** Fills a run of bytes with one, 16 at a time: up to 15 bytes behind it too. `eight`: the byte, eight times. */
export function fill_16s(to: usize, eight: i64, count: i32): void {
  for (; count > 0; count -= 16, to += 16) {
    const t = within(to, 16);
    store<i64>(t, eight);
    store<i64>(t + 8, eight);
  }
}
