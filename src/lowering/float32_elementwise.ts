// Functions of two float32 that broadcast: ADD, SUB, MUL and DIV, which may be fused with a clamp, and others.
import * as abi from "../../assembly/abi/binary_float32";
import { checkActivation, float32Range } from "./activation";
import { checkBinary, emitFunctionOfTwo } from "./binary";
import type { Lowering } from "./lowering";
import type { RecordWriter } from "./record";

const SIGNATURES = [{ inputs: ["float32", "float32"], outputs: ["float32"] }];

function arithmetic(operator: string, kernel: string): Lowering {
  return {
    operator,
    signatures: SIGNATURES,
    options: `${OPERANDS}; fused NONE, RELU, RELU_N1_TO_1, RELU6`,
    check(op) {
      checkActivation(op);
      checkBinary(op);
    },
    lower(op, emit) {
      const { min, max } = float32Range(op);
      const fill = (r: RecordWriter) => {
        r.f32(abi.BINARY_FLOAT32_MIN, min);
        r.f32(abi.BINARY_FLOAT32_MAX, max);
      };
      emitFunctionOfTwo(op, emit, kernel, undefined, { size: abi.BINARY_FLOAT32_SIZE, fill });
    },
  };
}

function unfused(operator: string, options: string): Lowering {
  return { operator, signatures: SIGNATURES, options, check: checkBinary, lower: (op, emit) => emitFunctionOfTwo(op, emit, `${operator.toLowerCase()}_float32`) };
}

const OPERANDS = "broadcasting, either operand constant";

export const FLOAT32_ELEMENTWISE = [
  arithmetic("ADD", "add_float32"), arithmetic("SUB", "sub_float32"), arithmetic("MUL", "mul_float32"), arithmetic("DIV", "div_float32"),
  unfused("PRELU", "slopes of any shape that broadcasts, constant or computed"),
  unfused("SQUARED_DIFFERENCE", `${OPERANDS}; exact`),
  unfused("FLOOR_DIV", `${OPERANDS}; exact; a divisor of 0 gives an infinity or no number`),
  unfused("FLOOR_MOD", `${OPERANDS}; exact; a divisor of 0 gives no number`),
  unfused("POW", `${OPERANDS}; own power: 1 unit in the last place`),
  unfused("ATAN2", `${OPERANDS}; own arc tangent: 1 unit in the last place`),
];
