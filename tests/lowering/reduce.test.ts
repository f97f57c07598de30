// What reductions, ARG_MAX, CUMSUM and the resizing operators refuse.
import { suite } from "uvu";
import { accepts, refuses, refusesBadQuantization, withOperand, withOptions, withResult, type Case } from "./refused";

const lowering = suite("lowering/reduce");

const int8 = { type: "int8", scale: 0.5 } as const;
const axes = (...data: number[]) => ({ type: "int32", shape: [data.length], data }) as const;
const reductions = (names: readonly string[], type: "int8" | "float32" | "bool"): Case[] =>
  names.map((op) => ({ op, operands: [{ ...(type === "int8" ? int8 : { type }), shape: [2, 3, 4] }, axes(0, 2)], result: { ...(type === "int8" ? int8 : { type }), shape: [3] } }));
const quantized = reductions(["SUM", "MEAN", "REDUCE_PROD", "REDUCE_MAX", "REDUCE_MIN"], "int8");
const plain = [...reductions(["SUM", "MEAN", "REDUCE_PROD", "REDUCE_MAX", "REDUCE_MIN"], "float32"), ...reductions(["REDUCE_ANY", "REDUCE_ALL"], "bool")];
const args: Case[] = ["ARG_MAX", "ARG_MIN"].map((op) => ({ op, operands: [{ ...int8, shape: [2, 3, 4] }, axes(-2)], result: { type: "int32", shape: [2, 4] } }));
const cumsum: Case = { op: "CUMSUM", operands: [{ ...int8, shape: [2, 3] }, { type: "int32", shape: [], data: [1] }], result: { ...int8, shape: [2, 3] } };
const resizes: Case[] = ["RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR"].map((op) => ({ op, operands: [{ ...int8, shape: [1, 2, 3, 4] }, axes(4, 5)], result: { ...int8, shape: [1, 4, 5, 4] } }));

lowering("all accept what the refused cases are bent from", () => [...quantized, ...plain, ...args, cumsum, ...resizes].forEach(accepts));

lowering("quantized ones refuse tensors without exactly one positive scale", () => [...quantized, cumsum, ...resizes].forEach(refusesBadQuantization));

lowering("reductions refuse axes that are none, or computed, and other shapes", () => {
  for (const good of [...quantized, ...plain]) {
    refuses(withOperand(good, 1, axes(3)), "MODEL_INVALID", "axis 3 of an input with 3 dimensions");
    refuses(withOperand(good, 1, { data: undefined }), "OPERATOR_UNSUPPORTED", "computed while the model runs");
    refuses(withOptions(good, { keepDims: true }), "MODEL_INVALID", "give [1,3,1]");
  }
});

lowering("no elements have no mean and no quantized product", () => {
  for (const good of [...quantized, ...plain]) {
    const empty = withOperand(good, 0, { shape: [2, 3, 0] });
    if (good.op === "MEAN") refuses(empty, "MODEL_INVALID", "the mean of no elements");
    else if (good.op === "REDUCE_PROD" && quantized.includes(good)) refuses(empty, "OPERATOR_UNSUPPORTED", "the product of no elements");
    else accepts(empty);
  }
});

lowering("maxima and minima of codes refuse a change of quantization", () => {
  for (const good of quantized.slice(3)) refuses(withResult(good, { scale: 0.25 }), "OPERATOR_UNSUPPORTED", "the output 0.25");
});

lowering("REDUCE_PROD refuses an output scale that its factors leave far behind", () => {
  refuses(withResult(withOperand(quantized[2]!, 0, { scale: 1e6 }), { scale: 1e-6 }), "OPERATOR_UNSUPPORTED", "2^7 or more");
});

lowering("ARG_MAX, ARG_MIN and CUMSUM take one axis", () => {
  for (const good of args) {
    refuses(withOperand(good, 1, axes(0, 1)), "MODEL_INVALID", "2 axes, not one");
    refuses(withOperand(good, 1, axes(3)), "MODEL_INVALID", "axis 3");
    refuses(withOperand(good, 0, { shape: [2, 0, 4] }), "MODEL_INVALID", "no elements along axis 1");
  }
  refuses(withOperand(cumsum, 1, axes(0, 1)), "MODEL_INVALID", "2 axes, not one");
  refuses(withResult(cumsum, { shape: [6] }), "MODEL_INVALID", "give [2,3]");
  refuses(withResult(cumsum, { scale: 2 ** -20 }), "OPERATOR_UNSUPPORTED", "2^19 times");
  const none: Case = withResult(withOperand(cumsum, 0, { shape: [2, 0] }), { shape: [2, 0] });
  accepts(none);
});

lowering("resizing refuses ranks, sizes, and half a quantization", () => {
  for (const good of resizes) {
    refuses(withOperand(good, 0, { shape: [2, 3, 4] }), "MODEL_INVALID", "3 dimensions, not four");
    refuses(withOperand(good, 0, { shape: [1, 0, 3, 4] }), "MODEL_INVALID", "without elements");
    refuses(withOperand(good, 1, axes(4, 0)), "MODEL_INVALID", "size [4,0]");
    refuses(withOperand(good, 1, axes(4)), "MODEL_INVALID", "size [4]");
    refuses(withOperand(good, 1, { data: undefined }), "OPERATOR_UNSUPPORTED", "computed while the model runs");
    refuses(withResult(good, { scale: undefined }), "OPERATOR_UNSUPPORTED", "has 0 scales");
    refuses(withResult(good, { scale: 2 ** -31 }), "OPERATOR_UNSUPPORTED", "rescaled by 1073741824");
  }
  refuses(withOptions(resizes[1]!, { alignCorners: true, halfPixelCenters: true }), "MODEL_INVALID", "exclude each other");
});

lowering.run();
