// What `check` says of operators that published runtimes accept and compute otherwise: named where that is so, and nowhere else.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkModel } from "../../src/lowering/check";
import { graphOfCase, withOperand, withResult, type Case } from "./refused";

const elsewhere = suite("lowering/other_runtimes");

const int8 = { type: "int8", scale: 0.5, zeroPoint: 3 } as const, int16 = { type: "int16", scale: 0.5 } as const, float32 = { type: "float32" } as const;
const row = { shape: [1, 4] }, image = { shape: [1, 2, 2, 1] };

/** What `check` says of the operator. */
function said(operator: Case): string {
  const check = checkModel(graphOfCase(operator))[1]!;
  assert.ok(check.ok, check.reason);
  return check.others;
}

function differs(operator: Case, words: string, agreeing: Case): void {
  assert.ok(said(operator).includes(words), `"${words}" does not occur in "${said(operator)}"`);
  assert.is(said(agreeing), "", operator.op);
}

elsewhere("codes of another scale: RELU6 in TFLM, MAXIMUM and resizes in both", () => {
  const relu: Case = { op: "RELU6", operands: [{ ...int8, ...row }], result: { ...int8, ...row } };
  differs(withResult(relu, { scale: 0.25 }), "TFLM ignores", relu);
  const maximum: Case = { op: "MAXIMUM", operands: [{ ...int8, ...row }, { ...int8, ...row }], result: { ...int8, ...row } };
  differs(withOperand(maximum, 1, { zeroPoint: 4 }), "take the codes", maximum);
  const resize: Case = { op: "RESIZE_NEAREST_NEIGHBOR", operands: [{ ...int8, ...image }, { type: "int32", shape: [2], data: [2, 2] }], result: { ...int8, ...image } };
  differs(withResult(resize, { scale: 1 }), "take the codes", resize);
});

elsewhere("padding that TFLM never writes, comparisons of int16, logic without bools, arithmetic without scales", () => {
  const space: Case = {
    op: "SPACE_TO_BATCH_ND", operands: [{ ...int8, ...image }, { type: "int32", shape: [2], data: [2, 2] }, { type: "int32", shape: [2, 2], data: [0, 0, 0, 0] }], result: { ...int8, shape: [4, 1, 1, 1] },
  };
  const padded = withResult(withOperand(space, 2, { data: [0, 2, 0, 0] }), { shape: [4, 2, 1, 1] });
  differs(padded, "TFLM never writes the padding", space);
  const greater: Case = { op: "GREATER", operands: [{ ...int16, ...row }, { ...int16, ...row }], result: { type: "bool", ...row } };
  differs(greater, "nobody sets", { ...greater, operands: [{ ...int8, ...row }, { ...int8, ...row }] });
  const and: Case = { op: "LOGICAL_AND", operands: [{ type: "bool", ...row }, { type: "bool", ...row }], result: { type: "bool", ...row } };
  differs({ ...and, operands: [{ type: "int32", ...row }, { type: "int32", ...row }] }, "first bytes of the int32", and);
  const mul: Case = { op: "MUL", operands: [{ ...int8, ...row }, { ...int8, ...row }], result: { ...int8, ...row } }, plain = { type: "int8", ...row } as const;
  differs({ ...mul, operands: [plain, plain], result: plain }, "multiplies by 0", mul);
  const relu: Case = { op: "RELU", operands: [plain], result: plain };
  differs(relu, "divide the bounds by 0", { ...relu, operands: [{ ...int8, ...row }], result: { ...int8, ...row } });
  const pool: Case = { op: "MAX_POOL_2D", operands: [{ type: "int8", ...image }], result: { type: "int8", shape: [1, 1, 1, 1] }, options: { filterWidth: 2, filterHeight: 2, strideW: 2, strideH: 2, padding: "VALID" } };
  differs({ ...pool, options: { ...pool.options, fusedActivationFunction: "RELU" } }, "divide the bounds by 0", pool);
});

elsewhere("biases that TFLM reads as int64, or crashes without", () => {
  const weights = { type: "int8", shape: [1, 1, 1, 1], scale: [0.5], zeroPoint: [0], dimension: 3, data: [2] } as const;
  const layer = (type: "int16" | "int8", bias: "int32" | "int64" | null): Case => ({
    op: "DEPTHWISE_CONV_2D", operands: [{ type, scale: 0.5, ...image }, weights, bias && { type: bias, shape: [1], data: [1] }], result: { type, scale: 0.5, ...image },
    options: { padding: "SAME", strideH: 1, strideW: 1, depthMultiplier: 1, dilationHFactor: 1, dilationWFactor: 1 },
  });
  differs(layer("int16", "int32"), "reads the int32 bias as int64", layer("int16", "int64"));
  differs(layer("int8", null), "crashes without a bias", layer("int8", "int32"));
});

elsewhere("sums and tables of LiteRT, and what TFLM adds to a sum", () => {
  const axis = { type: "int32", shape: [1], data: [1] } as const;
  const sum: Case = { op: "SUM", operands: [{ ...int8, ...row }, axis], result: { ...int8, shape: [1] } };
  differs(sum, "LiteRT's sums are wrong", { ...sum, operands: [{ ...float32, ...row }, axis], result: { ...float32, shape: [1] } });
  const add: Case = { op: "ADD_N", operands: [{ ...int8, ...row }, { ...int8, ...row }], result: { ...int8, ...row } };
  differs(add, "begins at the negated zero point", withResult({ ...add, operands: add.operands.map((x) => ({ ...x!, zeroPoint: 0 })) }, { zeroPoint: 0 }));
  const dense: Case = { op: "FULLY_CONNECTED", operands: [{ ...float32, shape: [1, 16] }, { type: "int8", shape: [1, 16], scale: 0.5, data: Array<number>(16).fill(-128) }, null], result: { ...float32, shape: [1, 1] } };
  differs(dense, "weights of -128", withOperand(dense, 1, { data: Array<number>(16).fill(-127) }));
});

elsewhere.run();
