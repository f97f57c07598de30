import { suite } from "uvu";
import * as assert from "uvu/assert";
import { diffModels } from "../../src/inspect/diff";
import { pairOfNetworks } from "./networks";

const test = suite("inspect/diff");

test("a model does not differ from itself", () => {
  const { quantized } = pairOfNetworks();
  const { tensors, constants, weights_equal, biases_equal, only_a, only_b } = diffModels(quantized, quantized);
  assert.equal(tensors.map(({ name, op, codes }) => [name, op, codes]), [["x0", "input", 0], ["x1", "FULLY_CONNECTED", 0], ["x2", "FULLY_CONNECTED", 0], ["x3", "FULLY_CONNECTED", 0]]);
  assert.equal(constants.map(({ name, role, equal }) => [name, role, equal]), [0, 1, 2].flatMap((i) => [[`w${i}`, "weights", true], [`b${i}`, "bias", true]]));
  assert.ok(weights_equal && biases_equal && only_a.length === 0 && only_b.length === 0);
});

test("a range is told in codes, changed weights in steps and elements", () => {
  const { quantized } = pairOfNetworks(), other = pairOfNetworks({ ranges: { 0: [0, 4.8] }, weights: { 2: 0.5 } }).quantized;
  const { tensors, constants, weights_equal, biases_equal } = diffModels(quantized, other);
  assert.equal(tensors.map(({ codes }) => Math.round(codes!)), [0, 128, 0, 0]); // 2.4 is half of 255 codes of 4.8 / 255
  assert.not.ok(weights_equal);
  assert.not.ok(biases_equal); // their scale hangs on the input's
  assert.equal(constants.filter(({ equal }) => !equal).map(({ name }) => name), ["b1", "w2"]);
  const { differing, elements, most } = constants.find(({ name }) => name === "w2")!;
  assert.ok(differing > 30 && differing <= elements && most > 10 && most < 64, `${differing} of ${elements}, ${most}`);
});

test("float32 and int8 weights are compared by their reals", () => {
  const { float, quantized } = pairOfNetworks();
  const { tensors, weights_equal } = diffModels(float, quantized);
  assert.equal(tensors.map(({ a, b, codes }) => [a.type, b.type, codes]), [0, 1, 2, 3].map(() => ["float32", "int8", null]));
  assert.is(weights_equal, false); // code * scale is no float32: they differ by less than rounding
});

test.run();
