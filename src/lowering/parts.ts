// A device stages a constant operand in RAM while its step runs. One that is larger than a slice is divided, and with it the step: each
// part reads its own bytes of the constant, and stages no more than a slice.
import type { Tensor } from "../graph/tensor";

/** Part of a box: where it begins, in elements along every dimension, and its dimensions. */
export interface Part {
  readonly at: readonly number[];
  readonly dims: readonly number[];
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, n, d) => sum + n * b[d]!, 0);
/** Bytes from the first to the last one that a box of these steps reaches. */
const extent = (dims: readonly number[], steps: readonly number[], bytes: number): number => dims.reduce((sum, n, d) => sum + (n - 1) * steps[d]!, bytes);

/**
 * Divides a box along its outermost dimensions until the constant's bytes of every part fit.
 * @param steps of the constant through the box, in bytes
 * @param most bytes of the constant per part; Infinity divides nothing
 * @param bytes of an element
 */
export function partsOf(dims: readonly number[], steps: readonly number[], most: number, bytes = 1, at: readonly number[] = dims.map(() => 0)): Part[] {
  const whole = { at, dims }, outer = dims.findIndex((n) => n > 1), step = steps[outer];
  if (outer < 0 || extent(dims, steps, bytes) <= most) return [whole];
  const withOuter = (values: readonly number[], value: number) => values.map((n, d) => (d === outer ? value : n));
  const row = withOuter(dims, 1), rowBytes = extent(row, steps, bytes);
  if (rowBytes > step!) return [whole]; // broadcast or transposed: rows that share bytes would be staged again and again
  const rows = Math.floor((most - rowBytes) / step!) + 1;
  const parts: Part[] = [];
  for (let first = 0; first < dims[outer]!; first += Math.max(rows, 1)) {
    const from = withOuter(at, at[outer]! + first);
    if (rows < 1) parts.push(...partsOf(row, steps, most, bytes, from));
    else parts.push({ at: from, dims: withOuter(dims, Math.min(rows, dims[outer]! - first)) });
  }
  return parts;
}

/** The bytes of an activation where a part begins, or the part's own bytes of a constant. `steps`: in bytes; `bytes`: of an element. */
export function operandOf(tensor: Tensor, { at, dims }: Part, steps: readonly number[], bytes = 1): { tensor: Tensor; byteOffset: number } {
  const byteOffset = dot(at, steps);
  if (!tensor.data) return { tensor, byteOffset };
  const length = extent(dims, steps, bytes);
  return { tensor: length === tensor.data.length ? tensor : { ...tensor, data: tensor.data.subarray(byteOffset, byteOffset + length) }, byteOffset: 0 };
}
