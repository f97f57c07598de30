// LOGICAL_AND, LOGICAL_OR and LOGICAL_NOT of bools; BITWISE_XOR and RIGHT_SHIFT of integers.
import { checkBinary, emitFunctionOfTwo } from "./binary";
import type { Lowering } from "./lowering";
import { emitLookup } from "./unary";

const OPTIONS = "broadcasting, either operand constant";

function ofTwo(operator: string, types: readonly string[], options = OPTIONS): Lowering {
  return {
    operator,
    signatures: types.map((type) => ({ inputs: [type, type], outputs: [type] })),
    options,
    check: checkBinary,
    lower: (op, emit) => emitFunctionOfTwo(op, emit, `${operator.toLowerCase()}_${op.output().type}`),
  };
}

const logicalNot: Lowering = {
  operator: "LOGICAL_NOT",
  signatures: [{ inputs: ["bool"], outputs: ["bool"] }],
  options: "any shape",
  check: (op) => op.expectShape(op.input(0).shape),
  lower: (op, emit) => emitLookup(op, emit, (byte) => Number(byte === 0)),
};

const INTEGERS = ["int8", "int16", "int32"];

export const BITWISE: readonly Lowering[] = [
  ofTwo("LOGICAL_AND", ["bool"]), ofTwo("LOGICAL_OR", ["bool"]), logicalNot,
  ofTwo("BITWISE_XOR", INTEGERS), ofTwo("RIGHT_SHIFT", INTEGERS, `${OPTIONS}; the sign stays, and shifts are cut to 0 and what the type has`),
];
