// SVDF and UNIDIRECTIONAL_SEQUENCE_LSTM: what they refuse, and the table of sigmoids.
import { existsSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32 } from "../../src/crc32";
import { Interpreter } from "../../src/index";
import { SIGMOID_TABLE } from "../../src/lowering/sigmoid_table";
import { bytesOf } from "../conformance/array";
import { graphOf, type Unnamed } from "../support/graph";
import { accepts, refuses, withOperand, withOptions, withResult, type Case } from "./refused";

const lowering = suite("lowering/recurrent");

const UNSUPPORTED = "OPERATOR_UNSUPPORTED", INVALID = "MODEL_INVALID";
const zeros = (...shape: number[]): number[] => Array<number>(shape.reduce((a, b) => a * b)).fill(0);
const weights = (...shape: number[]): Unnamed => ({ type: "int8", shape, scale: 0.01, data: zeros(...shape) });

/** Three units of two features, over four steps. */
function lstm(type: "int8" | "int16"): Case {
  const bias: Unnamed = { type: type === "int8" ? "int32" : "int64", shape: [3], data: zeros(3) };
  const hidden: Unnamed = { type, shape: [1, 3], scale: 2 ** -7, isVariable: true }, cell: Unnamed = { type: "int16", shape: [1, 3], scale: 2 ** -11, isVariable: true };
  const none = (n: number) => Array<null>(n).fill(null), four = (tensor: Unnamed) => Array<Unnamed>(4).fill(tensor);
  return {
    op: "UNIDIRECTIONAL_SEQUENCE_LSTM", options: { fusedActivationFunction: "TANH", cellClip: 10 },
    operands: [{ type, shape: [1, 4, 2], scale: 0.01 }, ...four(weights(3, 2)), ...four(weights(3, 3)), ...none(3), ...four(bias), ...none(2), hidden, cell, ...none(4)],
    result: { type, shape: [1, 4, 3], scale: 2 ** -7 },
  };
}

/** Three units of rank 2 over five features and four frames. */
function svdf(state: "int8" | "int16"): Case {
  return {
    op: "SVDF", options: { rank: 2, fusedActivationFunction: "NONE" },
    operands: [
      { type: "int8", shape: [1, 5], scale: 0.01 }, weights(6, 5), { type: state, shape: [6, 4], scale: 0.01, data: zeros(6, 4) }, { type: "int32", shape: [3], data: zeros(3) },
      { type: state, shape: [1, 24], scale: 0.01, isVariable: true },
    ],
    result: { type: "int8", shape: [1, 3], scale: 0.1 },
  };
}

/** A case in float32: no scales, and biases and states of the same type. */
function inFloat(good: Case): Case {
  const float = ({ type: _, scale: __, ...rest }: Unnamed): Unnamed => ({ ...rest, type: "float32" });
  return { ...good, operands: good.operands.map((tensor) => tensor && float(tensor)), result: float(good.result) };
}

/** Hybrid: float32 with int8 weights. */
function hybrid(good: Case): Case {
  const float = inFloat(good);
  return { ...float, operands: float.operands.map((tensor, i) => (good.operands[i]?.type === "int8" && good.operands[i]!.data ? good.operands[i]! : tensor)) };
}

/** Two directions of three units of two features, over four steps. */
function bidirectional(merged: boolean): Case {
  const direction = inFloat(lstm("int8")).operands.slice(1, 18), state: Unnamed = { type: "float32", shape: [1, 3], isVariable: true };
  return {
    op: "BIDIRECTIONAL_SEQUENCE_LSTM", options: { fusedActivationFunction: "TANH", mergeOutputs: merged, timeMajor: false },
    operands: [{ type: "float32", shape: [1, 4, 2] }, ...direction, ...direction, state, state, state, state, ...Array<null>(9).fill(null)],
    result: { type: "float32", shape: [1, 4, merged ? 6 : 3] },
  };
}

lowering("hybrid ones are taken; one symmetric scale for each of their weights", () => {
  for (const [good, weight] of [[hybrid(lstm("int8")), 7], [hybrid(svdf("int8")), 1], [hybrid(svdf("int8")), 2]] as const) {
    accepts(good);
    refuses(withOperand(good, weight, { zeroPoint: 1 }), UNSUPPORTED, "zero point other than 0");
    refuses(withOperand(good, weight, { scale: [0.1, 0.2, 0.3] }), UNSUPPORTED, "has 3 scales");
    refuses(withOperand(good, weight, { scale: undefined }), UNSUPPORTED, "has 0 scales");
  }
  refuses(withOptions(hybrid(svdf("int8")), { fusedActivationFunction: "SIGN_BIT" }), UNSUPPORTED, "fused activation SIGN_BIT");
});

lowering("operators that current converters do not write any more are refused with what they write instead", () => {
  const float: Unnamed = { type: "float32", shape: [1, 2] };
  for (const [op, instead] of [["RNN", "WHILE"], ["UNIDIRECTIONAL_SEQUENCE_RNN", "WHILE"], ["BIDIRECTIONAL_SEQUENCE_RNN", "WHILE"], ["LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM"]] as const)
    assert.ok(refuses({ op, operands: [float], result: float }, UNSUPPORTED, "has no kernel").hint.includes(instead), op);
});

lowering("both directions are what they are by themselves, merged or not, for every row of a batch-major input", async () => {
  const spread = (count: number, step: number): number[] => Array.from({ length: count }, (_, i) => ((i * step) % 17) / 8 - 1);
  const given = async (merged: boolean) => {
    const good = bidirectional(merged), size = (shape: readonly number[]) => shape.reduce((a, b) => a * b);
    const operands = good.operands.map((tensor, i) => tensor && { ...tensor, shape: i === 0 ? [2, 4, 2] : i >= 35 ? [2, 3] : tensor.shape, ...(tensor.data && { data: spread(size(tensor.shape), 3 + i) }) });
    const named = operands.flatMap((tensor, i) => (tensor ? [{ ...tensor, name: `x${i}` }] : []));
    const names = merged ? ["y"] : ["y", "z"], outputs = names.map((name) => ({ type: "float32", shape: [2, 4, merged ? 6 : 3], name }) as const);
    const graph = graphOf({ tensors: [...named, ...outputs], operators: [{ op: good.op, inputs: operands.map((tensor, i) => (tensor ? `x${i}` : null)), outputs: names, options: good.options! }], inputs: ["x0"], outputs: names });
    const net = await Interpreter.create(graph, { core: "mcu" });
    (net.inputs[0]!.data as Float32Array).set(spread(16, 5));
    for (let turn = 0; turn < 2; turn++) net.invoke(); // hidden states are kept
    return net.outputs.map(({ data }) => [...(data as Float32Array)]);
  };
  const [[both], [forward, backward]] = [await given(true), await given(false)] as [[number[]], [number[], number[]]];
  for (let row = 0; row < 8; row++) assert.equal(both.slice(6 * row, 6 * row + 6), [...forward.slice(3 * row, 3 * row + 3), ...backward.slice(3 * row, 3 * row + 3)]);
  assert.ok(new Set(both).size > 30);
});

lowering("a layer of nothing is refused", () => {
  refuses(withResult(withOperand(inFloat(lstm("int8")), 0, { shape: [1, 0, 2] }), { shape: [1, 0, 3] }), INVALID, "leave nothing to compute");
});

lowering("BIDIRECTIONAL_SEQUENCE_LSTM refuses its variants, and directions that do not go together", () => {
  const good = bidirectional(true);
  accepts(good);
  refuses(withOptions(good, { mergeOutputs: false }), INVALID, "1 outputs, where merge_outputs asks for 2");
  refuses({ ...good, operands: good.operands.slice(0, 39) }, UNSUPPORTED, "39 operands");
  for (const i of [1, 5, 12, 18, 22, 29]) refuses(withOperand(good, i, null), UNSUPPORTED, "coupled to the forget gate");
  const weight = (...shape: number[]): Unnamed => ({ type: "float32", shape, data: zeros(...shape) });
  for (const [i, what] of [[9, "peephole connections"], [28, "peephole connections"], [16, "a projection"], [34, "a projection"], [40, "weights of an auxiliary input"], [47, "weights of an auxiliary input"]] as const)
    refuses({ ...good, operands: good.operands.map((tensor, k) => (k === i ? weight(3) : tensor)) }, UNSUPPORTED, what);
  refuses(withOptions(good, { fusedActivationFunction: "RELU" }), UNSUPPORTED, "activation RELU of the cell gate");
  refuses(withResult(good, { shape: [1, 4, 3] }), INVALID, "the inputs and options give [1,4,6]");
  refuses(withOperand(good, 37, { isVariable: false }), INVALID, "is no variable");
  const other = good.operands.map((tensor, i) => (i >= 18 && i < 22 ? weight(5, 2) : i >= 22 && i < 26 ? weight(5, 5) : i >= 29 && i < 33 ? weight(5) : i > 36 && i < 39 ? { ...tensor!, shape: [1, 5] } : tensor));
  refuses({ ...good, operands: other }, UNSUPPORTED, "3 units one way, 5 the other");
  const auxiliary = (...shape: number[]) => good.operands.map((tensor, i): Unnamed | null => (i === 39 ? { type: "float32", shape } : tensor));
  accepts({ ...good, operands: auxiliary(1, 4, 2) });
  refuses({ ...good, operands: auxiliary(1, 5, 2) }, INVALID, "4 steps of 1 rows one way, 5 of 1 the other");
  accepts({ ...good, operands: good.operands.map((tensor, i) => ((i > 0 && i < 9) || (i > 17 && i < 26) ? { ...weights(...tensor!.shape) } : tensor)) });
});

lowering("the plain ones are taken, SVDF without a bias too", () => {
  for (const good of [lstm("int8"), lstm("int16"), svdf("int8"), svdf("int16"), withOperand(svdf("int16"), 3, null), inFloat(lstm("int8")), inFloat(svdf("int8")), withOperand(inFloat(svdf("int8")), 3, null)]) accepts(good);
});

lowering("LSTM refuses its variants", () => {
  for (const good of [lstm("int8"), lstm("int16"), inFloat(lstm("int8"))]) {
    for (const i of [1, 5, 12]) refuses(withOperand(good, i, null), UNSUPPORTED, "coupled to the forget gate");
    for (const [i, what] of [[9, "peephole connections"], [11, "peephole connections"], [16, "a projection"], [17, "a projection"], [20, "layer normalization"], [23, "layer normalization"]] as const)
      refuses({ ...good, operands: good.operands.map((tensor, k) => (k === i ? weights(3) : tensor)) }, UNSUPPORTED, what);
    refuses(withOptions(good, { fusedActivationFunction: "RELU" }), UNSUPPORTED, "activation RELU of the cell gate");
    refuses({ ...good, operands: good.operands.slice(0, 20) }, UNSUPPORTED, "20 operands");
  }
});

lowering("LSTM refuses operands that do not fit one another", () => {
  const good = lstm("int8");
  refuses(withOperand(good, 0, { shape: [4, 2] }), INVALID, "not [batch, time, features]");
  refuses(withOperand(good, 3, weights(3, 4)), INVALID, "has shape [3,4], the inputs and options give [3,2]");
  refuses(withOperand(good, 8, weights(3, 2)), INVALID, "has shape [3,2], the inputs and options give [3,3]");
  refuses(withOperand(good, 4, { data: undefined }), UNSUPPORTED, "are computed while the model runs");
  refuses(withOperand(good, 13, { shape: [2], data: [0, 0] }), INVALID, "has 2 elements for 3 channels");
  refuses(withOperand(good, 18, { isVariable: false }), INVALID, "is no variable");
  refuses(withOperand(good, 19, { shape: [1, 4] }), INVALID, "has 4 elements for 1 rows of 3 units");
  refuses(withResult(good, { shape: [4, 1, 3] }), INVALID, "the inputs and options give [1,4,3]");
  accepts(withOptions(withResult(withOperand(good, 0, { shape: [4, 1, 2] }), { shape: [4, 1, 3] }), { timeMajor: true }));
});

lowering("LSTM refuses scales that the kernels have no meaning for", () => {
  const good = lstm("int8"), wide = lstm("int16");
  refuses(withOperand(good, 0, { scale: undefined }), UNSUPPORTED, "has 0 scales");
  refuses(withOperand(good, 2, { scale: [1, 1, 1] }), UNSUPPORTED, "has 3 scales");
  refuses(withOperand(good, 2, { zeroPoint: 1 }), UNSUPPORTED, "zero point other than 0");
  refuses(withOperand(good, 19, { scale: 0.001 }), UNSUPPORTED, "is no power of two");
  refuses(withOperand(good, 19, { scale: 8 }), UNSUPPORTED, "2^3");
  refuses(withOperand(good, 0, { scale: 2 ** 30 }), UNSUPPORTED, "2^30 or more");
  refuses(withOperand(wide, 0, { scale: 4 }), UNSUPPORTED, "2^7 or more");
  refuses(withOperand(wide, 0, { zeroPoint: 1 }), INVALID, "is int16 with a zero point");
});

lowering("SVDF refuses operands that do not fit one another", () => {
  const good = svdf("int16");
  for (const rank of [0, 4]) refuses(withOptions(good, { rank }), INVALID, `6 filters do not divide by a rank of ${rank}`);
  refuses(withOperand(good, 1, weights(6, 4)), INVALID, "has shape [6,4], the inputs and options give [6,5]");
  refuses(withOperand(good, 1, { data: undefined }), UNSUPPORTED, "are computed while the model runs");
  refuses(withOperand(good, 3, { shape: [2], data: [0, 0] }), INVALID, "has 2 elements for 3 channels");
  refuses(withOperand(good, 4, { isVariable: false }), INVALID, "is no variable");
  refuses(withOperand(good, 4, { shape: [1, 20] }), INVALID, "for 1 rows of 6 filters over 4 frames");
  refuses(withResult(good, { shape: [1, 4] }), INVALID, "the inputs and options give [1,3]");
  refuses(withOperand(good, 2, { zeroPoint: 1 }), UNSUPPORTED, "zero point other than 0");
  refuses(withOperand(good, 4, { scale: [1, 1] }), UNSUPPORTED, "has 2 scales");
  refuses(withOperand(good, 0, { scale: 2 ** 40 }), UNSUPPORTED, "2^30 or more");
  refuses(withOperand(good, 4, { type: "int8" }), UNSUPPORTED, "has no kernel");
});

lowering("SVDF in float32 refuses an activation that is no clamp and no tanh", () => {
  refuses(withOptions(inFloat(svdf("int8")), { fusedActivationFunction: "SIGN_BIT" }), UNSUPPORTED, "fused activation SIGN_BIT");
});

lowering("the table of sigmoids is TFLM's", () => {
  assert.is(crc32(SIGMOID_TABLE), "b84f6ab4");
  const file = "../shared/conformance/kernels/unidirectional_sequence_lstm/int8.lstm_1.json";
  if (existsSync(file)) assert.equal(SIGMOID_TABLE, bytesOf(JSON.parse(readFileSync(file, "utf8")).tensors.sigmoid_lut));
});

lowering.run();
