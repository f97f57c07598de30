// LOGISTIC and TANH, int16 -> int16. Record: SIGMOID_INT16_* in abi/sigmoid_int16.ts.
import {
  SIGMOID_INT16_INPUT, SIGMOID_INT16_OUTPUT, SIGMOID_INT16_COUNT, SIGMOID_INT16_MULTIPLIER, SIGMOID_INT16_RIGHT, SIGMOID_INT16_TABLE, SIGMOID_INT16_SIZE,
} from "../abi/sigmoid_int16";
import { sigmoid_16, tanh_16 } from "../arithmetic/sigmoid_16";
import { CHUNK, chunk_of, within } from "../inner/within";

// @ts-ignore: decorator
@inline
function curve(record: usize, hyperbolic: bool): void {
  record = within(record, SIGMOID_INT16_SIZE);
  const multiplier = load<i32>(record, SIGMOID_INT16_MULTIPLIER), right = load<i32>(record, SIGMOID_INT16_RIGHT), rounding = (1 << right) >>> 1;
  const table: usize = within(load<u32>(record, SIGMOID_INT16_TABLE), 512);
  let x: usize = load<u32>(record, SIGMOID_INT16_INPUT);
  let out: usize = load<u32>(record, SIGMOID_INT16_OUTPUT);
  for (let left = load<i32>(record, SIGMOID_INT16_COUNT); left > 0; left -= CHUNK) {
    x = within(x, CHUNK << 1);
    out = within(out, CHUNK << 1);
    const end = x + (chunk_of(left) << 1);
    do {
      const argument = (<i32>load<i16>(x) * multiplier + rounding) >> right;
      store<i16>(out, <i16>(hyperbolic ? tanh_16(argument, table) : sigmoid_16(argument, table)));
      x += 2;
      out += 2;
    } while (x != end);
  }
}

export function logistic_int16(record: usize): void {
  curve(record, false);
}

export function tanh_int16(record: usize): void {
  curve(record, true);
}
