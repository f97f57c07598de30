import { readFileSync } from "node:fs";

/** The functions of tests/arithmetic/exports.ts. */
export interface ArithmeticCore {
  high_mul(a: number, b: number): number;
  divide_by_pot(x: number, exponent: number): number;
  multiply(x: number, multiplier: number, shift: number): number;
  shift_left(x: number, exponent: number): number;
  exp(a: number): number;
  reciprocal(a: number): number;
  mantissa_of_reciprocal(x: number): number;
  folded(sum: number, multiplier: number, addend: bigint, down: number): number;
  folded_high(sum: number, multiplier: number, addend: bigint, down: number): number;
  exp_float32(x: number): number;
  expm1_float32(x: number): number;
  log_float32(x: number): number;
  tanh_float32(x: number): number;
  folded_signed(sum: number, bias: number, multiplier: number, addend: bigint, down: number): number;
}

export function arithmeticCore(): ArithmeticCore {
  const module = new WebAssembly.Module(readFileSync("build/core/arithmetic.wasm"));
  const memory = new WebAssembly.Memory({ initial: 1 });
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as ArithmeticCore;
}
