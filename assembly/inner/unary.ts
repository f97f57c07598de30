import { UNARY_COUNT, UNARY_INPUT, UNARY_OUTPUT, UNARY_SIZE } from "../abi/unary";
import { WITHIN_MOST } from "../abi/within";
import { within } from "./within";

/**
 * A function of one element. Record: UNARY_* in abi/unary.ts.
 * A: the type of the argument, R: of the result, F: an unmanaged class whose inlined method `of(x: A): R` is the function; there are no objects of it.
 */
// @ts-ignore: decorator
@inline
export function unary<F, A, R>(record: usize): void {
  record = within(record, UNARY_SIZE);
  const chunk = WITHIN_MOST / 8; // elements of up to eight bytes behind one clamped address
  let from: usize = load<u32>(record, UNARY_INPUT);
  let out: usize = load<u32>(record, UNARY_OUTPUT);
  for (let rest = load<i32>(record, UNARY_COUNT); rest > 0; rest -= chunk) {
    from = within(from, chunk * sizeof<A>());
    out = within(out, chunk * sizeof<R>());
    const end = out + (min<u32>(rest - 1, chunk - 1) + 1) * sizeof<R>();
    do {
      store<R>(out, changetype<F>(record).of(load<A>(from)));
      out += sizeof<R>();
      from += sizeof<A>();
    } while (out != end);
  }
}
