// MAXIMUM and MINIMUM compare stored numbers, so quantized operands share the output's scale and zero point.
import { checkBinary, emitFunctionOfTwo } from "./binary";
import type { Lowering } from "./lowering";
import { foldIntegers } from "./integer_arithmetic";
import { checkSameQuantization } from "./quantization";

const TYPES = ["int8", "int16", "int32", "int64", "float32"] as const;

function greatest(operator: string, of: (a: bigint, b: bigint) => bigint): Lowering {
  return {
    operator,
    signatures: TYPES.map((type) => ({ inputs: [type, type], outputs: [type] })),
    options: "broadcasting, either operand constant; quantized: one scale and zero point for all",
    check(op) {
      checkBinary(op);
      if (op.output().quantization && ["int8", "int16"].includes(op.output().type)) for (const input of op.inputs) checkSameQuantization(op, input, op.output());
    },
    fold: (op) => foldIntegers(op, of),
    lower: (op, emit) => emitFunctionOfTwo(op, emit, `${operator.toLowerCase()}_${op.output().type}`),
  };
}

export const MAXIMUM_MINIMUM: readonly Lowering[] = [greatest("MAXIMUM", (a, b) => (a > b ? a : b)), greatest("MINIMUM", (a, b) => (a < b ? a : b))];
