import { RANK } from "../../assembly/abi/shape";
import type { Op } from "./op";

/** A box of elements and how every operand steps through it. All arrays have the same length. */
export interface StridedBox {
  readonly dims: readonly number[];
  /** Per operand, the step along every dimension; 0 where it is broadcast. */
  readonly strides: readonly (readonly number[])[];
}

/** Row-major steps of a dense tensor. */
export function denseStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= shape[d]!;
  }
  return strides;
}

/**
 * Drops dimensions of 1, merges neighbours that every operand walks evenly, and fills up in front to RANK.
 * @returns null where more than RANK dimensions remain
 */
export function normalize({ dims, strides }: StridedBox): { dims: number[]; strides: number[][] } | null {
  const outDims: number[] = [];
  const out: number[][] = strides.map(() => []);
  for (let d = 0; d < dims.length; d++) {
    if (dims[d] === 1) continue;
    const last = outDims.length - 1;
    if (last >= 0 && strides.every((s, k) => out[k]![last] === s[d]! * dims[d]!)) {
      outDims[last]! *= dims[d]!;
      out.forEach((s, k) => (s[last] = strides[k]![d]!));
    } else {
      outDims.push(dims[d]!);
      out.forEach((s, k) => s.push(strides[k]![d]!));
    }
  }
  if (outDims.length > RANK) return null;
  const missing = RANK - outDims.length;
  return { dims: [...new Array<number>(missing).fill(1), ...outDims], strides: out.map((s) => [...new Array<number>(missing).fill(0), ...s]) };
}

/** The shape that two shapes broadcast to, and both operands' steps through it; refuses shapes that do not go together. */
export function broadcast(op: Op, a: readonly number[], b: readonly number[]): { shape: number[]; strides: [number[], number[]] } {
  const rank = Math.max(a.length, b.length);
  const widen = (shape: readonly number[]) => [...new Array<number>(rank - shape.length).fill(1), ...shape];
  const wideA = widen(a), wideB = widen(b);
  const shape = wideA.map((n, d) => {
    const m = wideB[d]!;
    if (n !== m && n !== 1 && m !== 1) op.invalid(`shapes [${a}] and [${b}] do not broadcast`);
    return n === 1 ? m : n;
  });
  const steps = (wide: number[]) => denseStrides(wide).map((step, d) => (wide[d] === 1 ? 0 : step));
  return { shape, strides: [steps(wideA), steps(wideB)] };
}

/** `normalize`, or a refusal that names the operator. */
export function normalizeFor(op: Op, box: StridedBox): { dims: number[]; strides: number[][] } {
  return normalize(box) ?? op.refuse(`${box.dims.length} dimensions that do not merge to ${RANK}`, "reshape the operands to fewer dimensions");
}
