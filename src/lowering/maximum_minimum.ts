// MAXIMUM and MINIMUM of stored numbers. Quantized operands are brought to the output's quantization first; TFLM and LiteRT compare codes of different
// meaning as they are.
import { checkBinary, emitFunctionOfTwo } from "./binary";
import type { Lowering } from "./lowering";
import { foldIntegers } from "./integer_arithmetic";
import type { Op } from "./op";
import { checkAlike, requantized } from "./requantize";

const TYPES = ["int8", "int16", "int32", "int64", "float32"] as const;

const areCodes = (op: Op): boolean => op.output().quantization !== null && ["int8", "int16"].includes(op.output().type);

function greatest(operator: string, of: (a: bigint, b: bigint) => bigint): Lowering {
  return {
    operator,
    signatures: TYPES.map((type) => ({ inputs: [type, type], outputs: [type] })),
    options: "broadcasting, either operand constant; any quantizations",
    check(op) {
      checkBinary(op);
      if (areCodes(op)) checkAlike(op, ...op.inputs);
    },
    fold: (op) => foldIntegers(op, of),
    lower(op, emit) {
      const [a, b] = areCodes(op) ? op.inputs.map((input) => requantized(op, emit, input, op.output())) : op.inputs;
      emitFunctionOfTwo(op, emit, `${operator.toLowerCase()}_${op.output().type}`, [a!, b!]);
    },
  };
}

export const MAXIMUM_MINIMUM: readonly Lowering[] = [greatest("MAXIMUM", (a, b) => (a > b ? a : b)), greatest("MINIMUM", (a, b) => (a < b ? a : b))];
