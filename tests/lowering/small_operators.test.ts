// What pooling, ADD and its siblings, MEAN, SOFTMAX, lookups and conversions refuse.
import { suite } from "uvu";
import { accepts, refuses, refusesBadQuantization, withOperand, withOptions, withResult, type Case } from "./refused";

const lowering = suite("lowering/small_operators");

const int8 = { type: "int8", scale: 0.5 } as const;
const pools: Case[] = ["AVERAGE_POOL_2D", "MAX_POOL_2D"].map((op) => ({
  op, operands: [{ ...int8, shape: [1, 4, 5, 2] }], result: { ...int8, shape: [1, 2, 2, 2] },
  options: { padding: "VALID", strideH: 2, strideW: 2, filterHeight: 2, filterWidth: 2 },
}));
const sums: Case[] = ["ADD", "SUB", "MUL"].map((op) => ({ op, operands: [{ ...int8, shape: [2, 3] }, { ...int8, shape: [3] }], result: { ...int8, shape: [2, 3] } }));
const mean: Case = { op: "MEAN", operands: [{ ...int8, shape: [2, 3, 4] }, { type: "int32", shape: [2], data: [0, 2] }], result: { ...int8, shape: [3] } };
const softmax: Case = { op: "SOFTMAX", operands: [{ ...int8, shape: [2, 5] }], result: { type: "int8", shape: [2, 5], scale: 1 / 256, zeroPoint: -128 }, options: { beta: 1 } };
const unary = (op: string, scale = 0.5, zeroPoint = 0): Case => ({ op, operands: [{ ...int8, shape: [2, 5] }], result: { type: "int8", shape: [2, 5], scale, zeroPoint } });
const lookups: Case[] = [unary("RELU"), unary("RELU6"), unary("QUANTIZE"), unary("LOGISTIC", 1 / 256, -128), unary("TANH", 1 / 128)];

lowering("all accept what the refused cases are bent from", () => [...pools, ...sums, mean, softmax, ...lookups].forEach(accepts));

lowering("all refuse tensors without exactly one positive scale", () => [...pools, ...sums, mean, softmax, ...lookups].forEach(refusesBadQuantization));

lowering("all refuse an output of another shape", () => {
  for (const good of [...pools, ...sums, mean, softmax, ...lookups]) refuses(withResult(good, { shape: [...good.result.shape, 1] }), "MODEL_INVALID", `the inputs and options give [${good.result.shape}]`);
});

lowering("pooling refuses ranks, windows, activations and a change of quantization", () => {
  for (const good of pools) {
    refuses(withOperand(good, 0, { shape: [4, 5, 2] }), "MODEL_INVALID", "four dimensions");
    for (const option of ["strideH", "strideW", "filterHeight", "filterWidth"]) refuses(withOptions(good, { [option]: 0 }), "MODEL_INVALID", "at least 1");
    refuses(withOptions(good, { filterWidth: 6 }), "MODEL_INVALID", "a window of 6 does not fit an input of 5");
    refuses(withOptions(good, { fusedActivationFunction: "TANH" }), "OPERATOR_UNSUPPORTED", "TANH");
    refuses(withResult(good, { scale: 0.25 }), "OPERATOR_UNSUPPORTED", "scale 0.5 and zero point 0, the output 0.25 and 0");
    refuses(withResult(good, { zeroPoint: 1 }), "OPERATOR_UNSUPPORTED", "the output 0.5 and 1");
  }
});

lowering("ADD, SUB and MUL refuse shapes that do not broadcast", () => {
  for (const good of sums) {
    refuses(withOperand(good, 1, { shape: [2] }), "MODEL_INVALID", "shapes [2,3] and [2] do not broadcast");
    refuses(withOptions(good, { fusedActivationFunction: "SIGN_BIT" }), "OPERATOR_UNSUPPORTED", "SIGN_BIT");
    refuses(withOperand(good, 1, { scale: undefined }), "OPERATOR_UNSUPPORTED", "has 0 scales");
  }
});

lowering("ADD, SUB and MUL refuse more than six dimensions that do not merge", () => {
  const a = [2, 1, 2, 1, 2, 1, 2], b = [1, 2, 1, 2, 1, 2, 1];
  for (const good of sums) refuses({ ...good, operands: [{ ...int8, shape: a }, { ...int8, shape: b }], result: { ...int8, shape: [2, 2, 2, 2, 2, 2, 2] } }, "OPERATOR_UNSUPPORTED", "7 dimensions that do not merge to 6");
});

lowering("ADD and SUB refuse an output scale that the sum's shift does not reach", () => {
  for (const good of sums.slice(0, 2)) {
    refuses(withResult(good, { scale: 2 ** -21 }), "OPERATOR_UNSUPPORTED", "2^19 times");
    accepts(withResult(good, { scale: 1.0001 * 2 ** -20 }));
  }
});

lowering("MEAN refuses axes that are none, or computed", () => {
  for (const data of [[0, 3], [-4, 1]]) refuses(withOperand(mean, 1, { data }), "MODEL_INVALID", /axis (3|-4) of an input with 3 dimensions/);
  refuses(withOperand(mean, 1, { data: undefined }), "OPERATOR_UNSUPPORTED", "computed while the model runs");
  refuses(withOptions(mean, { keepDims: true }), "MODEL_INVALID", "the inputs and options give [1,3,1]");
});

lowering("MEAN refuses to average no elements; no averages of some are none", () => {
  for (const shape of [[2, 3, 0], [0, 3, 4]]) refuses(withOperand(mean, 0, { shape }), "MODEL_INVALID", "the mean of no elements");
  accepts(withResult(withOperand(mean, 0, { shape: [2, 0, 4] }), { shape: [0] }));
});

lowering("SOFTMAX refuses other output quantizations, no beta, scalars and vanishing scales", () => {
  refuses(withResult(softmax, { scale: 1 / 255 }), "OPERATOR_UNSUPPORTED", "output scale");
  refuses(withResult(softmax, { zeroPoint: 0 }), "OPERATOR_UNSUPPORTED", "zero point 0");
  for (const beta of [0, -1]) refuses(withOptions(softmax, { beta }), "OPERATOR_UNSUPPORTED", `beta ${beta}`);
  refuses(withResult(withOperand(softmax, 0, { shape: [] }), { shape: [] }), "MODEL_INVALID", "scalar");
  refuses(withOperand(softmax, 0, { scale: 2 ** -27 }), "OPERATOR_UNSUPPORTED", "below 2^-26");
  accepts(withOperand(softmax, 0, { scale: 2 ** -26 }));
});

lowering("LOGISTIC and TANH refuse other output quantizations", () => {
  for (const op of ["LOGISTIC", "TANH"]) refuses(unary(op, 0.5, 3), "OPERATOR_UNSUPPORTED", "output scale 0.5 and zero point 3");
});

lowering("QUANTIZE and DEQUANTIZE refuse channels of different scales", () => {
  const quantize: Case = { op: "QUANTIZE", operands: [{ type: "float32", shape: [2, 5] }], result: { ...int8, shape: [2, 5] } };
  const dequantize: Case = { op: "DEQUANTIZE", operands: [{ ...int8, shape: [2, 5] }], result: { type: "float32", shape: [2, 5] } };
  accepts(quantize);
  accepts(dequantize);
  refuses(withResult(quantize, { scale: [1, 2] }), "OPERATOR_UNSUPPORTED", "has 2 scales");
  refuses(withOperand(dequantize, 0, { scale: [1, 2] }), "OPERATOR_UNSUPPORTED", "has 2 scales");
  refuses(withResult(quantize, { shape: [5, 2] }), "MODEL_INVALID", "[2,5]");
  refuses(withResult(dequantize, { shape: [10] }), "MODEL_INVALID", "[2,5]");
});

lowering.run();
