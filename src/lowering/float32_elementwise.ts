// ADD, SUB, MUL, DIV and PRELU, float32.
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
    options: "broadcasting, either operand constant; fused NONE, RELU, RELU_N1_TO_1, RELU6",
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

const prelu: Lowering = {
  operator: "PRELU",
  signatures: SIGNATURES,
  options: "slopes of any shape that broadcasts, constant or computed",
  check: checkBinary,
  lower: (op, emit) => emitFunctionOfTwo(op, emit, "prelu_float32"),
};

export const FLOAT32_ELEMENTWISE = [arithmetic("ADD", "add_float32"), arithmetic("SUB", "sub_float32"), arithmetic("MUL", "mul_float32"), arithmetic("DIV", "div_float32"), prelu];
