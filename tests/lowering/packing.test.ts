// Packed weights, folded biases, multipliers, clamps, windows and strides, on sums small enough for a comment.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { activationRange, clampRange, roundHalfAway } from "../../src/lowering/activation";
import { packWords, wordsBeforeSpill } from "../../src/lowering/fully_connected_words";
import { Op } from "../../src/lowering/op";
import { bytesOfInt32, channelMultipliers, foldOffset, packC4, packC8, packMultiplier, packTile, tilesPerSlice } from "../../src/lowering/packing";
import { normalize } from "../../src/lowering/strides";
import { int32Of, spillOf } from "../../src/lowering/weights";
import { windowAxis } from "../../src/lowering/window";
import { graphOfOne } from "../support/graph";
import type { Options } from "./refused";

const packing = suite("lowering/packing");

/** An operator with options, whose output has a quantization. */
function operator(options: Options, scale = 1, zeroPoint = 0): Op {
  const graph = graphOfOne("CONV_2D", [], { type: "int8", shape: [1], scale, zeroPoint }, options);
  const subgraph = graph.subgraphs[0]!;
  return new Op(graph, subgraph, subgraph.operators[0]!, new Map());
}

packing("c4 lays four channels side by side and fills missing ones with 0", () => {
  // channels a, b, c, d, e of depth 2
  const packed = packC4(Int8Array.of(1, 2, /* b */ 3, 4, /* c */ -5, 6, /* d */ 7, 8, /* e */ 9, -128), 5, 2);
  assert.equal([...new Int8Array(packed.buffer)], [1, 3, -5, 7, 2, 4, 6, 8, /* second block */ 9, 0, 0, 0, -128, 0, 0, 0]);
});

packing("c8 lays eight channels side by side with 128 added", () => {
  // channels of depth 2; missing ones are bytes of 0
  assert.equal([...packC8(Int8Array.of(1, 2, 3, -128), 2, 2, false)], [129, 131, 0, 0, 0, 0, 0, 0, 130, 0, 0, 0, 0, 0, 0, 0]);
});

packing("c8 in pairs, for cores with SIMD: two terms of a channel side by side, an odd last term as before", () => {
  // five channels of depth 3, channel c with weights 10c + 1, 10c + 2, 10c + 3
  const packed = packC8(Int8Array.from({ length: 15 }, (_, i) => 10 * Math.floor(i / 3) + (i % 3) + 1), 5, 3, true);
  const pairs = [0, 10, 20, 30, 40].flatMap((c) => [c + 129, c + 130]);
  assert.equal([...packed], [...pairs, 0, 0, 0, 0, 0, 0, 131, 141, 151, 161, 171, 0, 0, 0]);
});

packing("words have three terms of a channel in fields of 21 bits, sixteen channels side by side", () => {
  // two channels of depth 4
  const words = new BigInt64Array(packWords(Int8Array.of(1, -2, 3, 4, -128, 127, 0, -1), 2, 4).buffer);
  assert.is(words.length, 32);
  assert.equal([words[0], words[1], words[16], words[17]], [1n - 2n * 2n ** 21n + 3n * 2n ** 42n, -128n + 127n * 2n ** 21n, 4n, -1n]);
  assert.ok(words.every((word, i) => i % 16 < 2 || word === 0n));
});

packing("as many words are summed as a field holds of their weights, wherever they begin", () => {
  assert.is(wordsBeforeSpill(new Int8Array(300).fill(-128), 300), 21); // 63 * 128 * 128 < 2^20 <= 66 * 128 * 128
  assert.is(wordsBeforeSpill(new Int8Array(300).fill(10), 300), 100); // all
  assert.is(wordsBeforeSpill(new Int8Array(900).fill(10), 900), 273); // 3 * 273 * 10 < 8,192 = 2^20 / 128 <= 3 * 274 * 10
  const uneven = new Int8Array(600).map((_, i) => (i % 300 >= 150 && i >= 300 ? -128 : 1)); // the second half of the second channel
  assert.is(wordsBeforeSpill(uneven, 300), 21);
  assert.is(wordsBeforeSpill(Int8Array.of(-128), 1), 1);
});

packing("folds the input offset into the bias", () => {
  // 2 channels, depth 3, input zero point -5, so the offset is 5; weight sums 6 and -2
  assert.equal([...foldOffset(Int32Array.of(100, 200), Int8Array.of(1, 2, 3, -1, -2, 1), 2, 3, 5)], [130, 190]);
  assert.equal([...foldOffset(null, Int8Array.of(1, 2, 3, -1, -2, 1), 2, 3, 5)], [30, -10]);
});

packing("folds the weights' offset too: offset * (sum of weights + depth * weights' offset)", () => {
  // 100 + 5 * (6 + 3 * 2), 200 + 5 * (-2 + 3 * 2)
  assert.equal([...foldOffset(Int32Array.of(100, 200), Int8Array.of(1, 2, 3, -1, -2, 1), 2, 3, 5, 2)], [160, 220]);
});

packing("a folded bias wraps at int32, as the kernel's sums do", () => {
  assert.equal([...foldOffset(Int32Array.of(2 ** 31 - 1), Int8Array.of(1), 1, 1, 1)], [-(2 ** 31)]);
});

packing("int32 values are little-endian, and read back from any address", () => {
  assert.equal([...bytesOfInt32([1, -2])], [1, 0, 0, 0, 254, 255, 255, 255]);
  const unaligned = new Uint8Array([9, ...bytesOfInt32([1, -2])]).subarray(1);
  const tensor = { index: 0, name: "b", type: "int32", shape: [2], shapeSignature: null, quantization: null, data: unaligned, isVariable: false } as const;
  assert.equal([...int32Of(tensor)!], [1, -2]);
  assert.is(int32Of(null), null);
});

packing("a multiplier per channel: input * weight / output", () => {
  // 0.5 * 0.5 / 0.25 = 1 = 2^30 / 2^31 * 2^1; 0.5 * 0.125 / 0.25 = 1/4; a dead channel
  assert.equal(channelMultipliers(0.5, [0.5, 0.125, 0], 0.25), [{ mantissa: 2 ** 30, shift: 1 }, { mantissa: 2 ** 30, shift: -1 }, { mantissa: 0, shift: 0 }]);
  assert.equal([...packMultiplier({ mantissa: 1, shift: -1 })], [1, 0, 0, 0, 255, 255, 255, 255]);
});

packing("a tile is biases, multipliers, weights; one multiplier for all is left out; missing channels are 0", () => {
  const weights = Uint8Array.of(7, 8);
  assert.equal([...packTile(2, Int32Array.of(-1), [{ mantissa: 5, shift: -2 }], weights)], [
    255, 255, 255, 255, 0, 0, 0, 0, /* multiplier and shift */ 5, 0, 0, 0, 254, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, /* weights, filled up to a word */ 7, 8, 0, 0,
  ]);
  assert.equal([...packTile(1, Int32Array.of(3), null, weights)], [3, 0, 0, 0, 7, 8, 0, 0]);
});

packing("a slice is as many whole tiles as fit, at least one, at most all", () => {
  assert.equal([511, 512, 1535, Infinity, 1].map((bytes) => tilesPerSlice(bytes, 512, 4)), [1, 1, 2, 4, 1]);
});

packing("64 terms fill a field, 63 where a weight is -128", () => {
  // 64 * 128 * 127 = 1,040,384 < 2^20; 64 * 128 * 128 = 2^20 is one too many
  assert.is(spillOf({ weights: Int8Array.of(-127, 127), int4: false }), 64);
  assert.is(spillOf({ weights: Int8Array.of(5, -128), int4: false }), 63);
  assert.is(spillOf({ weights: Int8Array.of(-8, 7), int4: true }), 1023);
});

packing("fused activations as codes", () => {
  const range = (name: string, scale: number, zeroPoint: number) => Object.values(activationRange(operator({ fusedActivationFunction: name }, scale, zeroPoint), operator({}, scale, zeroPoint).output()));
  assert.equal(range("NONE", 0.5, 3), [-128, 127]);
  assert.equal(range("RELU", 0.5, 3), [3, 127]);
  assert.equal(range("RELU6", 0.5, 3), [3, 15]); // 3 + 6 / 0.5
  assert.equal(range("RELU_N1_TO_1", 0.5, 3), [1, 5]);
  assert.equal(range("RELU6", 0.01, 0), [0, 127]); // 600 is no int8
  assert.equal(range("RELU_N1_TO_1", 0.4, 0), [-3, 3]); // 2.5, half away from zero
  assert.equal(Object.values(clampRange(operator({}, 1, -128).output(), [0, 6])), [-128, -122]);
  assert.equal(range("RELU6", 0.024144869297742844, -128), [-128, 121]); // 248.49999915, which float32 makes 248.5
});

packing("halves go away from zero", () => {
  assert.equal([-2.5, -1.5, -0.5, -0.4, 0.4, 0.5, 1.5, 2.5].map(roundHalfAway).map((x) => x + 0), [-3, -2, -1, 0, 0, 1, 2, 3]);
});

packing("windows: outputs, padding in front, and whether they reach outside", () => {
  const axis = (padding: string, ...sizes: [input: number, kernel: number, stride: number, dilation: number]) => {
    const { output, pad, touchesBorder } = windowAxis(operator({ padding }), "width", ...sizes);
    return [output, pad, touchesBorder];
  };
  assert.equal(axis("SAME", 5, 3, 1, 1), [5, 1, true]);
  assert.equal(axis("SAME", 5, 3, 2, 1), [3, 1, true]); // windows from -1, 1, 3
  assert.equal(axis("SAME", 6, 3, 2, 1), [3, 0, true]); // from 0, 2, 4: one element behind
  assert.equal(axis("SAME", 6, 1, 2, 1), [3, 0, false]);
  assert.equal(axis("SAME", 6, 2, 3, 1), [2, 0, false]); // from 0, 3: strides larger than the filter
  assert.equal(axis("SAME", 7, 3, 1, 2), [7, 2, true]); // a window of 5
  assert.equal(axis("VALID", 6, 3, 2, 1), [2, 0, false]); // from 0, 2
  assert.equal(axis("VALID", 5, 3, 1, 2), [1, 0, false]);
});

packing("boxes merge neighbours that all operands walk evenly", () => {
  assert.equal(normalize({ dims: [2, 3, 4], strides: [[12, 4, 1]] }), { dims: [1, 1, 1, 1, 1, 24], strides: [[0, 0, 0, 0, 0, 1]] });
  // the second operand is broadcast along the first dimension
  assert.equal(normalize({ dims: [2, 3, 4], strides: [[12, 4, 1], [0, 4, 1]] }), { dims: [1, 1, 1, 1, 2, 12], strides: [[0, 0, 0, 0, 12, 1], [0, 0, 0, 0, 0, 1]] });
  assert.equal(normalize({ dims: [1, 1], strides: [[1, 1]] }), { dims: [1, 1, 1, 1, 1, 1], strides: [[0, 0, 0, 0, 0, 0]] });
  assert.is(normalize({ dims: [2, 2, 2, 2, 2, 2, 2], strides: [[1, 2, 4, 8, 16, 32, 64]] }), null);
});

packing.run();
