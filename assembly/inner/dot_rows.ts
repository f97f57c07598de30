// Four channels at once of a matrix product, in a plain loop over 16 terms that compilers turn into vector instructions: on a Cortex-M55
// one load of activations, four of weights and four VMLAVA for 64 products.
import { within } from "./within";

/** Blocks of 16 terms between two clamps of the addresses: 4 * 16 weights each. */
const RUN = 15;

/**
 * sums[c] = bias[c] + the dot product of channel c and a patch.
 * @param x int8 [rows][16 * blocks], `step` bytes from one row to the next; what is behind a row's own bytes meets weights of 0
 * @param w int8 [channels / 4][rows][blocks][4][16]
 * @param bias int32 [channels]
 * @param sums int32 [channels]
 * @param channels a multiple of 4
 */
export function dot_rows(x: usize, step: i32, rows: i32, blocks: i32, w: usize, bias: usize, sums: usize, channels: i32): void {
  for (const end = sums + (channels << 2); sums != end; sums += 16, bias += 16) {
    const b = within(bias, 16);
    let sum0 = load<i32>(b), sum1 = load<i32>(b + 4), sum2 = load<i32>(b + 8), sum3 = load<i32>(b + 12);
    let row = x;
    for (let left_rows = rows; left_rows > 0; left_rows--, row += step) {
      let from = row;
      for (let left = blocks; left > 0; left -= RUN) {
        const run = min<u32>(left, RUN);
        const xs = within(from, 16 * RUN + 16), ws = within(w, 64 * RUN + 64);
        let i: u32 = 0;
        do {
          const xi = xs + (i << 4), wi = ws + (i << 6);
          let j: u32 = 0;
          do {
            const v = <i32>load<i8>(xi + j);
            sum0 += v * <i32>load<i8>(wi + j);
            sum1 += v * <i32>load<i8>(wi + 16 + j);
            sum2 += v * <i32>load<i8>(wi + 32 + j);
            sum3 += v * <i32>load<i8>(wi + 48 + j);
          } while (++j < 16);
        } while (++i < run);
        from += run << 4;
        w += run << 6;
      }
    }
    const s = within(sums, 16);
    store<i32>(s, sum0);
    store<i32>(s + 4, sum1);
    store<i32>(s + 8, sum2);
    store<i32>(s + 12, sum3);
  }
}
