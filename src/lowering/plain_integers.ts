// Integers of 8 and 16 bits that are no codes, where TFLM accepts them: without scales it multiplies by 0 in MUL, DIV and PRELU, and reads the bytes of
// wider types as bools in LOGICAL_AND and LOGICAL_OR. Here they are what the operator means, as of int32.
import * as castAbi from "../../assembly/abi/cast";
import { elementCount, type Tensor } from "../graph/tensor";
import { checkBinary, emitFunctionOfTwo } from "./binary";
import { CAST_TYPES } from "./cast";
import type { Emitter, Lowering, TypeSignature } from "./lowering";
import { describe, type Op } from "./op";
import { emitLookup } from "./unary";

/** Nothing that it stores is a real number: it has no scale, or scale 0. */
const isPlain = ({ quantization }: Tensor): boolean => (quantization?.scale ?? []).every((scale) => scale === 0);

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
    signatures: COUNTABLE.slice(1).map((type) => signature(type, type, "bool")),
    options: "broadcasting, either operand constant; what is not 0 holds, TFLM reads bytes",
    check: checkBinary,
    lower: (op, emit) => emitFunctionOfTwo(op, emit, `${operator.toLowerCase()}_bool`, [isNotZero(op, emit, op.input(0)), isNotZero(op, emit, op.input(1))]),
  };
}

export const PLAIN_INTEGERS: readonly Lowering[] = [
  plain("MUL", ["int8", "int16"].map((type) => signature(type, type)), "broadcasting; wraps"),
  plain("DIV", [signature("int8", "int8")], "broadcasting; fractions are cut, a division by zero traps", checkDivisor),
  plain("PRELU", [signature("int8", "int8"), signature("int16", "int8")], "slopes of any shape that broadcasts; wraps"),
  logical("LOGICAL_AND"), logical("LOGICAL_OR"),
];
