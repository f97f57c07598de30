// Arithmetic of integers that are no codes: shapes, counters, indices. Where both operands are constants it is done here, as converters leave
// arithmetic on shapes in the graph.
import { elementCount, type Tensor } from "../graph/tensor";
import { RANGES, checkActivation } from "./activation";
import { checkBinary, emitFunctionOfTwo } from "./binary";
import type { Lowering } from "./lowering";
import { describe, type Op } from "./op";
import { broadcast } from "./strides";

type Integers = (a: bigint, b: bigint) => bigint;

/** A function of two constants of int32 or int64, or null where one is not. Results wrap to the output's type. */
export function foldIntegers(op: Op, of: Integers): Uint8Array[] | null {
  const a = constantIntegers(op.input(0)), b = constantIntegers(op.input(1)), output = op.output();
  if (!a || !b) return null;
  const { shape, strides } = broadcast(op, op.input(0).shape, op.input(1).shape);
  const bytes = { int32: 4, int64: 8, bool: 1 }[output.type as string]!;
  const out = new DataView(new ArrayBuffer(elementCount(shape) * bytes));
  for (let i = 0; i < elementCount(shape); i++) {
    const [atA, atB] = strides.map((steps) => offsetOf(i, shape, steps)) as [number, number];
    const value = of(a[atA]!, b[atB]!);
    if (bytes === 8) out.setBigInt64(8 * i, value, true);
    else if (bytes === 4) out.setInt32(4 * i, Number(BigInt.asIntN(32, value)), true);
    else out.setUint8(i, Number(value));
  }
  return [new Uint8Array(out.buffer)];
}

function constantIntegers({ type, shape, data }: Tensor): bigint[] | null {
  if (!data || (type !== "int32" && type !== "int64")) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: elementCount(shape) }, (_, i) => (type === "int64" ? view.getBigInt64(8 * i, true) : BigInt(view.getInt32(4 * i, true))));
}

/** Where the `index`th element of a box lies in an operand. */
function offsetOf(index: number, shape: readonly number[], steps: readonly number[]): number {
  let offset = 0;
  for (let d = shape.length - 1; d >= 0; d--) {
    offset += (index % shape[d]!) * steps[d]!;
    index = Math.floor(index / shape[d]!);
  }
  return offset;
}

/** Refuses a constant exponent that holds a negative number; one that is computed traps while the model runs. */
function checkExponent(op: Op): void {
  if (constantIntegers(op.input(1))?.some((n) => n < 0n)) op.invalid(`${describe(op.input(1))}, an exponent, holds a negative number`);
}

/** Refuses a constant divisor that holds a zero; one that is computed traps while the model runs. */
function checkDivisor(op: Op): void {
  if (constantIntegers(op.input(1))?.includes(0n)) op.invalid(`${describe(op.input(1))}, a divisor, holds a 0`);
}

/** Refuses integers that are codes. */
export function checkPlain(op: Op): void {
  const quantized = [...op.inputs, op.output()].find(({ quantization }) => quantization);
  if (quantized) op.refuse(`${describe(quantized)} is ${quantized.type} with a scale`, "only plain integers are covered: quantize to int8 or int16");
}

/** @param second what the second operand may not hold, and what it does where it is computed */
function arithmetic(operator: string, types: readonly string[], of: Integers, second?: { check: (op: Op) => void; traps: string }): Lowering {
  const activated = ["ADD", "SUB", "MUL", "DIV"].includes(operator);
  return {
    operator,
    signatures: types.map((type) => ({ inputs: [type, type], outputs: [type] })),
    options: `broadcasting, either operand constant, folded where both are; wraps${second ? `; ${second.traps} traps` : ""}${activated ? "; fused NONE, RELU, RELU_N1_TO_1, RELU6" : ""}`,
    check(op) {
      checkBinary(op);
      if (activated) checkActivation(op);
      second?.check(op);
      checkPlain(op);
    },
    fold(op) {
      const [low, high] = integerBounds(op);
      return foldIntegers(op, (a, b) => {
        const bits = op.output().type === "int64" ? 64 : 32, result = BigInt.asIntN(bits, of(a, b));
        return low !== null && result < low ? low : high !== null && result > high ? high : result;
      });
    },
    lower(op, emit) {
      const { type } = op.output(), [low, high] = integerBounds(op);
      emitFunctionOfTwo(op, emit, `${operator.toLowerCase()}_${type}`);
      if (low !== null) emitFunctionOfTwo(op, emit, `maximum_${type}`, [op.output(), scalar(op.output(), low)]);
      if (high !== null) emitFunctionOfTwo(op, emit, `minimum_${type}`, [op.output(), scalar(op.output(), high)]);
    },
  };
}

/** The integers that a fused activation lets through; null where it sets no bound. */
function integerBounds(op: Op): (bigint | null)[] {
  return RANGES[op.option("fusedActivationFunction", "NONE")]!.map((bound) => (Number.isFinite(bound) ? BigInt(bound) : null));
}

/** A constant of one element. */
function scalar(like: Tensor, value: bigint): Tensor {
  const data = like.type === "int64" ? new BigInt64Array([value]) : new Int32Array([Number(value)]);
  return { ...like, shape: [], data: new Uint8Array(data.buffer) };
}

/** Modulo 2^32, so that no exponent makes it large. */
function powerOf(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let factor = BigInt.asIntN(32, base); exponent > 0n; exponent >>= 1n, factor = BigInt.asIntN(32, factor * factor)) if (exponent & 1n) result = BigInt.asIntN(32, result * factor);
  return result;
}

const floorDiv: Integers = (a, b) => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
const WIDE = ["int32", "int64"];
const DIVISOR = { check: checkDivisor, traps: "a division by zero" };
const EXPONENT = { check: checkExponent, traps: "a negative exponent" };

export const INTEGER_ARITHMETIC: readonly Lowering[] = [
  arithmetic("ADD", WIDE, (a, b) => a + b),
  arithmetic("SUB", WIDE, (a, b) => a - b),
  arithmetic("MUL", WIDE, (a, b) => a * b),
  arithmetic("DIV", ["int32"], (a, b) => a / b, DIVISOR),
  arithmetic("FLOOR_DIV", ["int8", "int16", "int32"], floorDiv, DIVISOR),
  arithmetic("FLOOR_MOD", ["int8", "int16", ...WIDE], (a, b) => a - floorDiv(a, b) * b, DIVISOR),
  arithmetic("POW", ["int32"], powerOf, EXPONENT),
  arithmetic("SQUARED_DIFFERENCE", ["int32"], (a, b) => (a - b) ** 2n),
];
