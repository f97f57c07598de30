// Functions of one element of float32, or of an integer that is no code: one kernel each.
import * as abi from "../../assembly/abi/unary";
import { elementCount } from "../graph/tensor";
import { checkPlain } from "./integer_arithmetic";
import type { Emitter, Lowering } from "./lowering";
import type { Op } from "./op";

/** One step of a kernel on assembly/inner/unary.ts. */
export function emitFunctionOfOne(op: Op, emit: Emitter, kernel: string): void {
  if (elementCount(op.output().shape) === 0) return;
  emit.step(kernel, abi.UNARY_SIZE, (r) => {
    r.input(abi.UNARY_INPUT, op.input(0));
    r.output(abi.UNARY_OUTPUT, op.output());
    r.i32(abi.UNARY_COUNT, elementCount(op.output().shape));
    r.inPlace(op.input(0), op.output());
  });
}

function float32(operator: string, options = "exact"): Lowering {
  return {
    operator,
    signatures: [{ inputs: ["float32"], outputs: ["float32"] }],
    options,
    check: (op) => op.expectShape(op.input(0).shape),
    lower: (op, emit) => emitFunctionOfOne(op, emit, `${operator.toLowerCase()}_float32`),
  };
}

const EXACT = ["ABS", "NEG", "SQRT", "RSQRT", "SQUARE", "CEIL", "FLOOR", "ROUND", "SIGN"];

/** Refuses integers with a scale: only plain ones are covered. */
function integer(operator: string, types: readonly string[]): Lowering {
  return {
    operator,
    signatures: types.map((type) => ({ inputs: [type], outputs: [type] })),
    options: "plain integers; wraps",
    check(op) {
      checkPlain(op);
      op.expectShape(op.input(0).shape);
    },
    lower: (op, emit) => emitFunctionOfOne(op, emit, `${operator.toLowerCase()}_${op.output().type}`),
  };
}

const gelu: Lowering = {
  ...float32("GELU", "exact: own erfc, 1 unit in the last place of it; approximate: own tanh"),
  lower: (op, emit) => emitFunctionOfOne(op, emit, op.option("approximate", false) ? "gelu_approximate_float32" : "gelu_float32"),
};

export const FUNCTIONS: readonly Lowering[] = [
  ...EXACT.map((operator) => float32(operator)),
  ...["EXP", "LOG", "SIN", "COS"].map((operator) => float32(operator, "1 unit in the last place")),
  gelu,
  integer("ABS", ["int32"]), integer("NEG", ["int32", "int64"]), integer("SIGN", ["int32"]),
];
