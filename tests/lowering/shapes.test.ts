// Constant folding: SHAPE, STRIDED_SLICE and PACK are computed while lowering, and what they feed sees constants.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lower } from "../../src/lowering/lower";
import { agrees } from "../support/contract";
import type { OperatorSpec, TensorSpec } from "../support/build_model";
import { graphOf, type Unnamed } from "../support/graph";
import { accepts, refuses, withOperand, withOptions, withResult, type Case, type Options } from "./refused";

const folding = suite("lowering/shapes");

const int32 = (bytes: Uint8Array): number[] => [...new Int32Array(bytes.slice().buffer)];

/** What one operator on constants folds to, as int32. */
function folds(op: string, operands: readonly Unnamed[], shape: readonly number[], options: Options = {}): number[] {
  const names = operands.map((_, i) => `x${i}`);
  const graph = graphOf({ tensors: [...operands.map((tensor, i) => ({ ...tensor, name: names[i]! })), { name: "y", type: "int32", shape }], operators: [{ op, inputs: names, outputs: ["y"], options }] });
  const { folded, steps } = lower(graph, { core: "mcu" });
  assert.is(steps.length, 0);
  return int32(folded.get(operands.length)!);
}

const vector = (...data: number[]): Unnamed => ({ type: "int32", shape: [data.length], data });

folding("SHAPE -> STRIDED_SLICE -> PACK -> RESHAPE leaves nothing but a view", async () => {
  const q = { scale: 0.5, zeroPoint: 1 };
  const tensors: TensorSpec[] = [
    { name: "x", type: "int8", shape: [2, 3, 4], ...q },
    { name: "shape", type: "int32", shape: [3] },
    { name: "zero", ...vector(0) }, { name: "one", ...vector(1) },
    { name: "batches", type: "int32", shape: [] },
    { name: "rest", type: "int32", shape: [], data: [12] },
    { name: "target", type: "int32", shape: [2] },
    { name: "flat", type: "int8", shape: [2, 12], ...q },
    { name: "y", type: "int8", shape: [2, 12], ...q },
  ];
  const operators: OperatorSpec[] = [
    { op: "SHAPE", inputs: ["x"], outputs: ["shape"] },
    { op: "STRIDED_SLICE", inputs: ["shape", "zero", "one", "one"], outputs: ["batches"], options: { shrinkAxisMask: 1 } },
    { op: "PACK", inputs: ["batches", "rest"], outputs: ["target"], options: { axis: 0 } },
    { op: "RESHAPE", inputs: ["x", "target"], outputs: ["flat"] },
    { op: "RELU", inputs: ["flat"], outputs: ["y"] },
  ];
  const graph = graphOf({ tensors, operators });
  const { steps, folded, views, code } = lower(graph, { core: "mcu" });
  const named = new Map([...folded].map(([tensor, bytes]) => [tensors[tensor]!.name, int32(bytes)]));
  assert.equal(named, new Map([["shape", [2, 3, 4]], ["batches", [2]], ["target", [2, 12]]]));
  assert.equal([...views], [[7, { source: 0, at: 0 }]]);
  assert.equal(code, [[], [], [], [], [{ kind: "step", step: 0 }]]);
  assert.equal(steps.map(({ kernel, operator }) => [kernel, operator]), [["lookup", 4]]);
  const x = Int8Array.from({ length: 24 }, (_, i) => i - 12);
  await agrees("the chain", graph, [x], [x.map((q) => Math.max(q, 1))]); // code 1 is real 0
});

folding("RANK and BROADCAST_ARGS are known", () => {
  assert.equal(folds("RANK", [{ type: "int8", shape: [2, 0, 7] }], []), [3]);
  assert.equal(folds("BROADCAST_ARGS", [vector(3, 1), vector(2, 1, 4)], [3]), [2, 3, 4]);
  refuses({ op: "BROADCAST_ARGS", operands: [vector(3), vector(2)], result: { type: "int32", shape: [1] } }, "MODEL_INVALID", "shapes [3] and [2] do not broadcast");
});

folding("SHAPE gives the extents of any type and rank", () => {
  assert.equal(folds("SHAPE", [{ type: "float32", shape: [2, 0, 7] }], [3]), [2, 0, 7]);
  assert.equal(folds("SHAPE", [{ type: "int8", shape: [] }], [0]), []);
});

folding("STRIDED_SLICE: begins, ends, strides and masks as in numpy", () => {
  const slice = (shape: number[], count: number[], begin: number[], end: number[], step: number[], options: Options = {}) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return folds("STRIDED_SLICE", [{ type: "int32", shape, data: Array.from({ length: size }, (_, i) => i) }, vector(...begin), vector(...end), vector(...step)], count, options);
  };
  assert.equal(slice([6], [2], [1], [3], [1]), [1, 2]); // x[1:3]
  assert.equal(slice([6], [3], [0], [6], [2]), [0, 2, 4]); // x[0:6:2]
  assert.equal(slice([6], [2], [-2], [6], [1]), [4, 5]); // x[-2:6]
  assert.equal(slice([6], [3], [1], [-2], [1]), [1, 2, 3]); // x[1:-2]
  assert.equal(slice([6], [6], [9], [-9], [-1], { endMask: 1, beginMask: 1 }), [5, 4, 3, 2, 1, 0]); // x[::-1]
  assert.equal(slice([6], [2], [4], [0], [-2]), [4, 2]); // x[4:0:-2]
  assert.equal(slice([6], [0], [4], [2], [1]), []); // x[4:2]
  assert.equal(slice([6], [6], [-99], [99], [1]), [0, 1, 2, 3, 4, 5]); // x[-99:99]
  assert.equal(slice([3, 4], [2, 2], [1, 0], [3, 4], [1, 2]), [4, 6, 8, 10]); // x[1:3, 0:4:2]
  assert.equal(slice([3, 4], [4], [1, 0], [2, 4], [1, 1], { shrinkAxisMask: 1 }), [4, 5, 6, 7]); // x[1]
  assert.equal(slice([3, 4], [3], [0, -1], [3, 0], [1, 1], { shrinkAxisMask: 2 }), [3, 7, 11]); // x[0:3, -1]
});

folding("STRIDED_SLICE: an ellipsis, new axes, dimensions that nobody names, and ends counted from the beginning", () => {
  const slice = (count: number[], begin: number[], end: number[], step: number[], options: Options) =>
    folds("STRIDED_SLICE", [{ type: "int32", shape: [2, 3, 2], data: Array.from({ length: 12 }, (_, i) => i) }, vector(...begin), vector(...end), vector(...step)], count, options);
  assert.equal(slice([2, 3], [0, 1], [0, 2], [1, 1], { ellipsisMask: 1, shrinkAxisMask: 2 }), [1, 3, 5, 7, 9, 11]); // x[..., 1]
  assert.equal(slice([1, 3, 2], [0, 1], [0, 2], [1, 1], { newAxisMask: 1, shrinkAxisMask: 2 }), [6, 7, 8, 9, 10, 11]); // x[None, 1]
  assert.equal(slice([2, 1, 1], [0, 0, 0, 1, 1], [2, 0, 0, 2, 2], [1, 1, 1, 1, 1], { ellipsisMask: 2, newAxisMask: 4, shrinkAxisMask: 16 }), [3, 9]); // x[0:2, ..., None, 1:2, 1]
  assert.equal(slice([1, 3, 2], [1], [2], [1], {}), [6, 7, 8, 9, 10, 11]); // x[1:2]
  assert.equal(slice([2, 2, 2], [0, 1], [2, 2], [1, 1], { offset: true }), [2, 3, 4, 5, 8, 9, 10, 11]); // x[0:0+2, 1:1+2]
});

folding("PACK stacks along any axis", () => {
  const a = vector(1, 2, 3), b = vector(4, 5, 6);
  assert.equal(folds("PACK", [a, b], [2, 3], { axis: 0 }), [1, 2, 3, 4, 5, 6]);
  for (const axis of [1, -1]) assert.equal(folds("PACK", [a, b], [3, 2], { axis }), [1, 4, 2, 5, 3, 6]);
});

folding("RESHAPE of a constant is a constant", () => {
  assert.equal(folds("RESHAPE", [vector(1, 2, 3, 4), vector(2, 2)], [2, 2]), [1, 2, 3, 4]);
});

const slice: Case = { op: "STRIDED_SLICE", operands: [vector(1, 2, 3), vector(0), vector(2), vector(1)], result: { type: "int32", shape: [2] } };
const pack: Case = { op: "PACK", operands: [vector(1, 2), vector(3, 4)], result: { type: "int32", shape: [2, 2] }, options: { axis: 0 } };

folding("SHAPE refuses an output of another length", () => {
  refuses({ op: "SHAPE", operands: [{ type: "int8", shape: [2, 3] }], result: { type: "int32", shape: [3] } }, "MODEL_INVALID", "give [2]");
});

folding("STRIDED_SLICE refuses strides that are computed, and slices that are none", () => {
  accepts(slice);
  accepts(withOperand(slice, 0, { data: undefined }));
  for (const i of [1, 2]) accepts(withOperand(slice, i, { data: undefined }));
  refuses(withOperand(slice, 3, { data: undefined }), "OPERATOR_UNSUPPORTED", "'x3' is computed while the model runs");
  refuses(withResult(withOperand(slice, 1, { data: undefined }), { shape: [4] }), "MODEL_INVALID", "as a part of [3]");
  refuses(withResult(withOperand(slice, 1, { data: undefined }), { shape: [2, 1] }), "MODEL_INVALID", "has 2 dimensions, the masks give 1");
  for (const i of [1, 2, 3]) refuses(withOperand(slice, i, vector(1, 1)), "MODEL_INVALID", "entries for 1 dimensions");
  const two = vector(0, 0), twice: Case = { ...slice, operands: [slice.operands[0]!, two, vector(2, 2), vector(1, 1)] };
  refuses(twice, "MODEL_INVALID", "begin has 2 entries for 1 dimensions, 0 of them an ellipsis and 0 new axes");
  refuses(withOptions(twice, { ellipsisMask: 3 }), "MODEL_INVALID", "2 of them an ellipsis");
  refuses(withResult({ ...withOperand(slice, 1, vector(3)), options: { shrinkAxisMask: 1 } }, { shape: [] }), "MODEL_INVALID", "index 3 of dimension 0, which has 3");
  refuses(withOperand(slice, 3, vector(0)), "MODEL_INVALID", "stride 0 of dimension 0");
  refuses(withResult(slice, { shape: [3] }), "MODEL_INVALID", "give [2]");
});

folding("PACK refuses operands of different kinds, and axes that are none", () => {
  accepts(pack);
  accepts(withOperand(pack, 1, { data: undefined }));
  refuses(withOperand(pack, 1, vector(1, 2, 3)), "MODEL_INVALID", "'x1' is not of the type and shape of");
  refuses(withOperand(pack, 1, { type: "uint32" }), "MODEL_INVALID", "'x1' is not of the type");
  for (const axis of [2, -3]) refuses(withOptions(pack, { axis }), "MODEL_INVALID", `axis ${axis} of 2 dimensions`);
  refuses(withResult(pack, { shape: [4] }), "MODEL_INVALID", "give [2,2]");
});

folding("STRIDED_SLICE and PACK refuse a change of type, and elements that are no whole bytes", () => {
  for (const good of [slice, pack]) {
    refuses(withResult(good, { type: "int64" }), "MODEL_INVALID", "'x0' of int32 becomes int64"); // whoever read 8 bytes an element would leave the 4 there are
    const type = "int4", operands = good.operands.map((operand, i) => (good === slice && i > 0 ? operand : { ...operand!, type } as Unnamed));
    refuses({ ...good, operands, result: { ...good.result, type } }, "OPERATOR_UNSUPPORTED", "'x0' is int4");
  }
});

folding.run();
