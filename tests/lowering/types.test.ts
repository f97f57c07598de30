// Operators and types without a kernel: named, with what is covered and the nearest way out.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkModel, operatorMacs } from "../../src/lowering/check";
import { LOWERINGS } from "../../src/lowering/table";
import { signatureText } from "../../src/lowering/types";
import { enumOf } from "../../src/tflite/schema";
import { graphOf } from "../support/graph";
import { refuses, withOperand, withResult, type Case } from "./refused";

const types = suite("lowering/types");

const relu: Case = { op: "RELU", operands: [{ type: "int8", shape: [4], scale: 1 }], result: { type: "int8", shape: [4], scale: 1 } };
const add: Case = { ...relu, op: "ADD", operands: [relu.operands[0]!, relu.operands[0]!] };

types("an operator without a kernel, with a rewrite where there is one", () => {
  const hints = [
    ["CONV_3D", "CONV_2D"], ["STABLEHLO_ADD", "target_spec"], ["HASHTABLE_FIND", "outside"], ["FAKE_QUANT", "TFLITE_BUILTINS_INT8"], ["MATRIX_DIAG", "mask"], ["DENSIFY", "sparse"], ["SPARSE_TO_DENSE", "SCATTER_ND"],
    ["UNSORTED_SEGMENT_MAX", "SEGMENT_SUM"], ["RANDOM_UNIFORM", "feed"], ["RFFT2D", "SignalRfft"], ["BUCKETIZE", "GREATER_EQUAL"], ["DILATE", "TRANSPOSE_CONV"], ["DELEGATE", "docs/operators.md"],
  ] as const;
  for (const [op, hint] of hints) {
    const error = refuses({ ...relu, op }, "OPERATOR_UNSUPPORTED", `${op} has no kernel`);
    assert.ok(error.hint.includes(hint), error.hint);
  }
});

types("every builtin operator of the schema without a kernel, but for names that no file holds, has a way out of its own", () => {
  const unnamed = enumOf("BuiltinOperator").values.filter((op) => !LOWERINGS.has(op) && op !== "CUSTOM" && refuses({ ...relu, op }, "OPERATOR_UNSUPPORTED", "has no kernel").hint.includes("docs/operators.md"));
  assert.equal(unnamed.filter((op) => !["CALL", "DELEGATE", "PLACEHOLDER_FOR_GREATER_OP_CODES", "LSTM", "BIDIRECTIONAL_SEQUENCE_LSTM"].includes(op)), []);
});

types("a custom operator", () => {
  for (const [op, hint] of [["MyOperator", "its author's own"], ["ethos-u", "from before Vela"], ["edgetpu-custom-op", "edgetpu_compiler"], ["FlexErf", "SELECT_TF_OPS"], ["Mfcc", "SignalRfft"], ["NumericVerify", "debugger"]] as const) {
    const error = refuses({ ...relu, op }, "OPERATOR_UNSUPPORTED", `custom operator ${op} has no kernel`);
    assert.ok(error.hint.includes(hint), error.hint);
  }
});

types("every other type, with the conversion that avoids it", () => {
  for (const [type, hint] of [["float32", "TFLITE_BUILTINS_INT8"], ["int16", "8-bit activations"]] as const) {
    const error = refuses(withOperand(add, 0, { type }), "OPERATOR_UNSUPPORTED", `(${type}, int8) -> (int8) has no kernel`);
    assert.ok(error.hint.startsWith("covered: (int8, int8) -> (int8)"), error.hint);
    assert.ok(error.hint.includes(hint), error.hint);
  }
  for (const type of ["int4", "float16", "bool", "int64", "string"] as const) refuses(withOperand(relu, 0, { type }), "OPERATOR_UNSUPPORTED", `(${type}) -> (int8)`);
  refuses(withResult(relu, { type: "float32" }), "OPERATOR_UNSUPPORTED", "(int8) -> (float32)");
});

types("operands that are absent, too few or too many", () => {
  refuses(withOperand(add, 1, null), "OPERATOR_UNSUPPORTED", "(int8, absent) -> (int8)");
  refuses({ ...add, operands: add.operands.slice(0, 1) }, "OPERATOR_UNSUPPORTED", "(int8) -> (int8)");
  refuses({ ...add, operands: [...add.operands, add.operands[0]!] }, "OPERATOR_UNSUPPORTED", "(int8, int8, int8) -> (int8)");
  refuses({ ...add, op: "CONCATENATION", operands: [], options: { axis: 0 } }, "OPERATOR_UNSUPPORTED", "() -> (int8)");
  refuses({ ...add, op: "CONCATENATION", operands: [add.operands[0]!, null], options: { axis: 0 } }, "OPERATOR_UNSUPPORTED", "(int8, absent)");
  refuses({ ...add, op: "CONCATENATION", operands: [add.operands[0]!, { type: "int16", shape: [4] }] }, "OPERATOR_UNSUPPORTED", "(int8, int16)");
});

types("every operator of the table refuses strings, by name", () => {
  for (const [operator, lowerings] of LOWERINGS) {
    const signatures = lowerings.flatMap((lowering) => lowering.signatures);
    if (signatures.some(({ inputs }) => inputs.length === 0 || inputs.some((pattern) => pattern.startsWith("any")))) continue;
    const operands = signatures[0]!.inputs.map(() => ({ type: "string" as const, shape: [4] }));
    const { hint } = refuses({ op: operator.replace("custom ", ""), operands, result: { type: "string", shape: [4] } }, "OPERATOR_UNSUPPORTED", "has no kernel");
    for (const signature of signatures) assert.ok(hint.includes(signatureText(signature)), `${operator}: ${hint}`);
  }
});

types("a check of the whole model names every operator that cannot run, and goes on", () => {
  const int8 = { type: "int8", shape: [1, 2, 2, 2], scale: 1 } as const;
  const graph = graphOf({
    tensors: [
      ...["a", "b", "c", "d"].map((name) => ({ ...int8, name })),
      { ...int8, name: "w", shape: [2, 1, 1, 2], data: [1, 2, 3, 4] },
    ],
    operators: [
      { op: "CONV_3D", inputs: ["a"], outputs: ["b"] },
      { op: "CONV_2D", inputs: ["b", "w", null], outputs: ["c"], options: { padding: "SAME", strideH: 1, strideW: 1 } },
      { op: "AVERAGE_POOL_2D", inputs: ["c"], outputs: ["d"], options: { padding: "SAME", strideH: 0, strideW: 1, filterHeight: 1, filterWidth: 1 } },
    ],
  });
  assert.equal(checkModel(graph).map(({ index, op, ok }) => [index, op, ok]), [[0, "CONV_3D", false], [1, "CONV_2D", true], [2, "AVERAGE_POOL_2D", false]]);
  assert.equal(operatorMacs(graph), [0, 2 * 2 * 2 * 2, 0]); // 4 pixels, 2 channels, depth 2
});

types.run();
