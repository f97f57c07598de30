// Integers of 8 and 16 bits that are no codes, where TFLM accepts them: without scales it multiplies by 0 in MUL, DIV and PRELU, and reads the bytes of
// wider types as bools in LOGICAL_AND and LOGICAL_OR. Here they are what the operator means, as of int32.
import * as castAbi from "../../assembly/abi/cast";
import { elementCount, type Tensor } from "../graph/tensor";
import { checkBinary, emitFunctionOfTwo } from "./binary";
import { CAST_TYPES } from "./cast";
import type { Emitter, Lowering, TypeSignature } from "./lowering";
import { describe, type Op } from "./op";
import { isPlain } from "./quantization";
import { emitLookup } from "./unary";

/** @param check what else is refused */
function plain(operator: string, signatures: readonly TypeSignature[], options: string, check: (op: Op) => void = () => {}): Lowering {
  return {
    operator,
    signatures,
    options: `plain integers: ${options}`,
    applies: (op) => [...op.inputs, op.output()].every(isPlain),
    check(op) {
      checkBinary(op);
      const activation = op.option("fusedActivationFunction", "NONE");
      if (activation !== "NONE") op.refuse(`fused activation ${activation} of plain ${op.output().type}`, "put the activation behind the operator, or compute in int32");
      check(op);
    },
    lower: (op, emit) => emitFunctionOfTwo(op, emit, `plain_${operator.toLowerCase()}_${op.output().type}`),
  };
}

const signature = (a: string, b: string, output = a): TypeSignature => ({ inputs: [a, b], outputs: [output] });

function checkDivisor(op: Op): void {
  if (op.input(1).data?.includes(0)) op.invalid(`${describe(op.input(1))}, a divisor, holds a 0`);
}

const COUNTABLE = ["bool", "int8", "uint8", "int16", "int32", "int64", "float32"];

/** Bools that say where a tensor is not 0. */
function isNotZero(op: Op, emit: Emitter, tensor: Tensor): Tensor {
  if (tensor.type === "bool") return tensor;
  const output = emit.temporary({ ...tensor, type: "bool", quantization: null, rebased: undefined });
  if (tensor.type === "int8" || tensor.type === "uint8") {
    const zero = tensor.quantization?.zeroPoint[0] ?? 0;
    emitLookup(op, emit, (q) => Number((q & 255) !== (zero & 255)), tensor, output);
  } else
    emit.step(tensor.type === "float32" ? "cast_from_float32" : "cast_integer", castAbi.CAST_SIZE, (r) => {
      r.input(castAbi.CAST_INPUT, tensor);
      r.output(castAbi.CAST_OUTPUT, output);
      r.i32(castAbi.CAST_COUNT, elementCount(tensor.shape));
      r.i32(castAbi.CAST_FROM, CAST_TYPES[tensor.type] ?? 0);
      r.i32(castAbi.CAST_TO, castAbi.CAST_BOOL);
    });
  return output;
}

function logical(operator: string): Lowering {
  return {
    operator,
    signatures: COUNTABLE.map((type) => signature(type, type, type === "bool" ? "int8|uint8" : "bool|int8|uint8")),
    options: "broadcasting, either operand constant; what is not 0 holds, TFLM reads bytes; gives 0 and 1",
    check(op) {
      checkBinary(op);
      if (!isPlain(op.output())) op.refuse(`${describe(op.output())}, which holds 0 and 1, has a scale`, "give bools, and CAST them");
    },
    lower: (op, emit) => emitFunctionOfTwo(op, emit, `${operator.toLowerCase()}_bool`, [isNotZero(op, emit, op.input(0)), isNotZero(op, emit, op.input(1))]),
  };
}

/** Of TFLM's types only int16 may go without scales. The least one stays as it is: int16 has no 32768. */
const abs: Lowering = {
  operator: "ABS",
  signatures: [{ inputs: ["int16"], outputs: ["int16"] }],
  options: "plain integers: wraps",
  applies: (op) => isPlain(op.input(0)) && isPlain(op.output()),
  check: (op) => op.expectShape(op.input(0).shape),
  lower: (op, emit) => emitFunctionOfTwo(op, emit, "plain_prelu_int16", [op.input(0), { ...op.input(0), type: "int8", shape: [], data: Uint8Array.of(-1) }]),
};

export const PLAIN_INTEGERS: readonly Lowering[] = [
  plain("MUL", ["int8", "int16"].map((type) => signature(type, type)), "broadcasting; wraps"),
  plain("DIV", [signature("int8", "int8")], "broadcasting; fractions are cut, a division by zero traps", checkDivisor),
  plain("PRELU", [signature("int8", "int8"), signature("int16", "int8")], "slopes of any shape that broadcasts; wraps"),
  abs,
  logical("LOGICAL_AND"), logical("LOGICAL_OR"),
];
