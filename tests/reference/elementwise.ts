// ADD, SUB and MUL with broadcasting. Source of the meaning: TFLM reference/integer_ops/add.h, kernels/sub.cc, integer_ops/mul.h.
import { clamp, factorOf, scaled } from "./fixed_point";
import { flat, indices } from "./indices";
import { activationRange, type Activation, type Affine } from "./quantization";

export interface Operand extends Affine { readonly shape: readonly number[]; readonly codes: Int8Array }

export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const wide = (shape: readonly number[]) => [...new Array<number>(rank - shape.length).fill(1), ...shape];
  return wide(a).map((n, d) => (n === 1 ? wide(b)[d]! : n));
}

/** The operand's code that meets an index of the output: dimensions count from the right, those of 1 repeat. */
function codeAt({ shape, codes }: Operand, index: readonly number[]): number {
  const own = index.slice(index.length - shape.length).map((i, d) => (shape[d] === 1 ? 0 : i));
  return codes[flat(own, shape)]!;
}

function elementwise(a: Operand, b: Operand, y: Affine, activation: Activation, of: (a: number, b: number) => number): Int8Array {
  const range = activationRange(activation, y);
  return Int8Array.from([...indices(broadcastShape(a.shape, b.shape))].map((index) => clamp(of(codeAt(a, index) - a.zeroPoint, codeAt(b, index) - b.zeroPoint) + y.zeroPoint, range)));
}

function sum(a: Operand, b: Operand, y: Affine, activation: Activation, sign: 1 | -1): Int8Array {
  const twice = 2 * Math.max(a.scale, b.scale);
  const fa = factorOf(a.scale / twice), fb = factorOf(b.scale / twice), fy = factorOf(twice / (2 ** 20 * y.scale));
  return elementwise(a, b, y, activation, (p, q) => scaled(scaled(p * 2 ** 20, fa) + sign * scaled(q * 2 ** 20, fb), fy));
}

export const add = (a: Operand, b: Operand, y: Affine, activation: Activation): Int8Array => sum(a, b, y, activation, 1);
export const sub = (a: Operand, b: Operand, y: Affine, activation: Activation): Int8Array => sum(a, b, y, activation, -1);

export function mul(a: Operand, b: Operand, y: Affine, activation: Activation): Int8Array {
  const factor = factorOf((a.scale * b.scale) / y.scale);
  return elementwise(a, b, y, activation, (p, q) => scaled(p * q, factor));
}
