// PAD, PADV2, CONCATENATION and TRANSPOSE, on elements of any type.
import { flat, indices } from "./indices";

export function pad<T>(values: readonly T[], shape: readonly number[], paddings: readonly (readonly [number, number])[], value: T): T[] {
  const wide = shape.map((n, d) => paddings[d]![0] + n + paddings[d]![1]);
  return [...indices(wide)].map((index) => {
    const inner = index.map((i, d) => i - paddings[d]![0]);
    return inner.every((i, d) => i >= 0 && i < shape[d]!) ? values[flat(inner, shape)]! : value;
  });
}

export function concatenate<T>(parts: readonly { readonly shape: readonly number[]; readonly values: readonly T[] }[], axis: number): T[] {
  const shape = parts[0]!.shape.map((n, d) => (d === axis ? parts.reduce((sum, part) => sum + part.shape[axis]!, 0) : n));
  return [...indices(shape)].map((index) => {
    let rest = index[axis]!;
    const part = parts.find(({ shape }) => rest < shape[axis]! || ((rest -= shape[axis]!), false))!;
    return part.values[flat(index.map((i, d) => (d === axis ? rest : i)), part.shape)]!;
  });
}

/** Dimension d of the result is dimension order[d] of the input. */
export function transpose<T>(values: readonly T[], shape: readonly number[], order: readonly number[]): T[] {
  return [...indices(order.map((d) => shape[d]!))].map((index) => {
    const from = new Array<number>(shape.length);
    order.forEach((d, i) => (from[d] = index[i]!));
    return values[flat(from, shape)]!;
  });
}
