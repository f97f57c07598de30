import { endsOf, gridOf } from "../../inspect/grid";
import type { Distribution } from "../../inspect/statistics";
import type { Interval } from "./calibrator";

/**
 * The mean squared error of quantizing a distribution: rounding within the range, clipping outside of it. Values are taken as evenly spread over
 * their piece, and the error is integrated over it, not sampled.
 * @param codes of the quantized type
 */
export function quantizationError({ count, pieces }: Distribution, range: Interval, codes: number): number {
  const grid = gridOf(range, codes), { scale } = grid;
  if (scale === 0) return pieces.reduce((sum, piece) => sum + piece.count * meanSquare(piece.low, piece.high), 0) / count;
  const { first, last } = endsOf(grid);
  let sum = 0;
  for (const { low: a, high: b, count: n } of pieces) {
    if (a === b) sum += n * (Math.min(Math.max(Math.round(a / scale) * scale, first), last) - a) ** 2;
    else {
      const below = a < first ? (Math.min(b, first) - a) * meanSquare(a - first, Math.min(b, first) - first) : 0;
      const above = b > last ? (b - Math.max(a, last)) * meanSquare(Math.max(a, last) - last, b - last) : 0;
      const from = Math.max(a, first), to = Math.min(b, last);
      const within = to > from ? scale ** 3 * (roundingIntegral(to / scale) - roundingIntegral(from / scale)) : 0;
      sum += (n * (below + within + above)) / (b - a);
    }
  }
  return sum / count;
}

/** The mean of x² from a to b. */
function meanSquare(a: number, b: number): number {
  return (a * a + a * b + b * b) / 3;
}

/** An antiderivative of (u - round(u))²: every whole step adds 1/12. */
function roundingIntegral(u: number): number {
  const nearest = Math.round(u), rest = u - nearest;
  return nearest / 12 + rest ** 3 / 3;
}
