// What the operators refuse that move boxes, and what becomes of those that have nothing to move.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lower } from "../../src/lowering/lower";
import { graphOfOne, type Unnamed } from "../support/graph";
import { accepts, refuses, withOperand, withOptions, withResult, type Case, type Options } from "./refused";

const moves = suite("lowering/moves");

const int8 = { type: "int8", scale: 0.5 } as const;
const known = (shape: number[], ...data: number[]): Unnamed => ({ type: "int32", shape, data });

const mirror: Case = { op: "MIRROR_PAD", operands: [{ ...int8, shape: [3] }, known([1, 2], 2, 1)], result: { ...int8, shape: [6] }, options: { mode: "REFLECT" } };
const split: Case = { op: "SPLIT", operands: [known([], 1), { ...int8, shape: [2, 3] }], result: { ...int8, shape: [2, 3] }, options: { numSplits: 1 } };
const splitV: Case = { op: "SPLIT_V", operands: [{ ...int8, shape: [2, 3] }, known([1], 3), known([], 1)], result: { ...int8, shape: [2, 3] }, options: { numSplits: 1 } };
const unpack: Case = { op: "UNPACK", operands: [{ ...int8, shape: [1, 3] }], result: { ...int8, shape: [3] }, options: { num: 1, axis: 0 } };
const toBatch: Case = { op: "SPACE_TO_BATCH_ND", operands: [{ ...int8, shape: [1, 3, 4, 2] }, known([2], 2, 2), known([2, 2], 1, 0, 0, 0)], result: { ...int8, shape: [4, 2, 2, 2] } };
const toSpace: Case = { op: "BATCH_TO_SPACE_ND", operands: [{ ...int8, shape: [4, 2, 2, 2] }, known([2], 2, 2), known([2, 2], 1, 0, 0, 0)], result: { ...int8, shape: [1, 3, 4, 2] } };
const toDepth: Case = { op: "SPACE_TO_DEPTH", operands: [{ ...int8, shape: [1, 4, 2, 3] }], result: { ...int8, shape: [1, 2, 1, 12] }, options: { blockSize: 2 } };
const fromDepth: Case = { op: "DEPTH_TO_SPACE", operands: [{ ...int8, shape: [1, 2, 1, 12] }], result: { ...int8, shape: [1, 4, 2, 3] }, options: { blockSize: 2 } };
const tile: Case = { op: "TILE", operands: [{ ...int8, shape: [2, 3] }, known([2], 1, 2)], result: { ...int8, shape: [2, 6] } };
const broadcastTo: Case = { op: "BROADCAST_TO", operands: [{ ...int8, shape: [1, 3] }, known([2], 2, 3)], result: { ...int8, shape: [2, 3] } };
const fill: Case = { op: "FILL", operands: [known([2], 2, 3), { ...int8, shape: [] }], result: { ...int8, shape: [2, 3] } };
const zerosLike: Case = { op: "ZEROS_LIKE", operands: [{ ...int8, shape: [2, 3] }], result: { ...int8, shape: [2, 3] } };
const reverse: Case = { op: "REVERSE_V2", operands: [{ ...int8, shape: [2, 3] }, known([1], -1)], result: { ...int8, shape: [2, 3] } };
/** Whose shape or multiples may be computed. */
const COMPUTED: readonly Case[] = [tile, broadcastTo, fill];
const ALL = [mirror, split, splitV, unpack, toBatch, toSpace, toDepth, fromDepth, tile, broadcastTo, fill, zerosLike, reverse];

moves("all accept what the refused cases are bent from", () => ALL.forEach(accepts));

moves("all refuse an output of another shape, and parameters that are computed", () => {
  for (const good of ALL) {
    refuses(withResult(good, { shape: [7, 7, 7] }), "MODEL_INVALID", "shape [");
    good.operands.forEach((operand, i) => operand!.data && !COMPUTED.includes(good) && refuses(withOperand(good, i, { data: undefined }), "OPERATOR_UNSUPPORTED", "computed while the model runs"));
  }
  const [tiled, broadcasted, filled] = COMPUTED.map((good) => withOperand(good, good.op === "FILL" ? 0 : 1, { data: undefined })) as [Case, Case, Case];
  accepts(tiled);
  accepts(filled);
  accepts(broadcasted);
  refuses(withResult(withOperand(broadcasted, 0, { shape: [2, 3] }), { shape: [2, 3] }), "OPERATOR_UNSUPPORTED", "a computed shape for 2 rows");
  refuses(withResult(filled, { shape: [1, 3], shapeSignature: [-1, 3] }), "OPERATOR_UNSUPPORTED", "has no bound");
});

moves("impossible paddings, axes, sizes, blocks, multiples and values are refused", () => {
  for (const data of [[3, 0], [0, 3]]) refuses({ ...withOperand(mirror, 1, { data }), result: { ...int8, shape: [6] } }, "MODEL_INVALID", "which mirrors no more than 2");
  refuses({ ...withOperand(withOptions(mirror, { mode: "SYMMETRIC" }), 1, { data: [4, 0] }), result: { ...int8, shape: [7] } }, "MODEL_INVALID", "which mirrors no more than 3");
  for (const axis of [2, -3]) {
    refuses(withOperand(split, 0, { data: [axis] }), "MODEL_INVALID", `axis ${axis} of 2 dimensions`);
    refuses(withOperand(splitV, 2, { data: [axis] }), "MODEL_INVALID", `axis ${axis} of 2 dimensions`);
    refuses(withOptions(unpack, { axis }), "MODEL_INVALID", `axis ${axis} of 2 dimensions`);
    refuses(withOperand(reverse, 1, { data: [axis] }), "MODEL_INVALID", `axis ${axis} of 2 dimensions`);
  }
  refuses(withOperand(split, 0, { shape: [2], data: [1, 1] }), "MODEL_INVALID", "has 2 elements, not one");
  refuses(withResult(withOperand(splitV, 1, { data: [2] }), { shape: [2, 2] }), "MODEL_INVALID", "parts of 2 do not make up dimension 1");
  refuses(withOperand(splitV, 1, { shape: [2], data: [1, 2] }), "MODEL_INVALID", "sizes 1, 2 for 1 outputs");
  refuses(withResult(withOperand(unpack, 0, { shape: [2, 3] }), { shape: [3] }), "MODEL_INVALID", "parts of 1 do not make up dimension 0");
  for (const good of [toBatch, toSpace]) {
    refuses(withOperand(good, 1, { data: [2, 0] }), "MODEL_INVALID", "block sizes 2, 0");
    refuses(withOperand(good, 2, { data: [-1, 0, 0, 0] }), "MODEL_INVALID", "margins -1");
    refuses(withOperand(good, 1, { shape: [1], data: [2] }), "MODEL_INVALID", "1 block sizes and 4 margins");
  }
  refuses(withOperand(toBatch, 2, { data: [0, 0, 0, 0] }), "MODEL_INVALID", "a padded extent of 3 is no multiple of block size 2");
  refuses(withOperand(toSpace, 1, { data: [3, 1] }), "MODEL_INVALID", "4 batches for blocks of 3 x 1");
  for (const good of [toDepth, fromDepth]) {
    refuses(withOptions(good, { blockSize: 0 }), "MODEL_INVALID", "block size 0");
    refuses(withOptions(good, { blockSize: 3 }), "MODEL_INVALID", "with blocks of 3");
  }
  refuses(withOperand(tile, 1, { data: [1, -1] }), "MODEL_INVALID", "multiples [1,-1]");
  refuses(withOperand(broadcastTo, 0, { shape: [2, 2] }), "MODEL_INVALID", "does not broadcast to [2,3]");
  refuses(withOperand(fill, 1, { shape: [2] }), "MODEL_INVALID", "has 2 elements");
});

moves("all refuse a change of type", () => {
  for (const good of [split, splitV, unpack, tile, broadcastTo, fill, zerosLike]) refuses(withResult(good, { type: "int16" }), "MODEL_INVALID", "becomes int16");
});

const steps = (op: string, operands: readonly Unnamed[], shape: readonly number[], options: Options = {}) => {
  const { steps, views, folded } = lower(graphOfOne(op, operands, { ...int8, shape }, options), { core: "mcu" });
  return { kernels: steps.map(({ kernel }) => kernel), views: views.size, folded: folded.size };
};

moves("an operator that leaves every byte where it is becomes a view", () => {
  const x = { ...int8, shape: [1, 4, 3] }, view = { kernels: [], views: 1, folded: 0 };
  assert.equal(steps("TRANSPOSE", [x, known([3], 1, 2, 0)], [4, 3, 1]), view);
  assert.equal(steps("TILE", [x, known([3], 1, 1, 1)], [1, 4, 3]), view);
  assert.equal(steps("PAD", [x, known([3, 2], 0, 0, 0, 0, 0, 0)], [1, 4, 3]), view);
  assert.equal(steps("SLICE", [x, known([3], 0, 0, 0), known([3], -1, -1, -1)], [1, 4, 3]), view);
  assert.equal(steps("UNPACK", [x], [4, 3], { num: 1, axis: 0 }), view);
  assert.equal(steps("REVERSE_V2", [x, known([1], 0)], [1, 4, 3]), view);
});

moves("constants are moved while lowering, unless that makes far more of them", () => {
  const x = { ...int8, shape: [2, 3], data: [1, 2, 3, 4, 5, 6] };
  assert.equal(steps("TRANSPOSE", [x, known([2], 1, 0)], [3, 2]), { kernels: [], views: 0, folded: 1 });
  assert.equal(steps("TILE", [x, known([2], 10, 10)], [20, 30]), { kernels: [], views: 0, folded: 1 });
  assert.equal(steps("TILE", [x, known([2], 100, 10)], [200, 30]), { kernels: ["copy"], views: 0, folded: 0 });
  assert.equal(steps("FILL", [known([1], 5000), { ...int8, shape: [], data: [3] }], [5000]), { kernels: ["fill"], views: 0, folded: 0 });
});

moves("TILE of more dimensions than a box has is refused", () => {
  refuses({ op: "TILE", operands: [{ ...int8, shape: [2, 2, 2, 2] }, known([4], 2, 2, 2, 2)], result: { ...int8, shape: [4, 4, 4, 4] } }, "OPERATOR_UNSUPPORTED", "8 dimensions that do not merge to 6");
});

moves.run();
