import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ArenulaError } from "../../src/errors";
import type { Graph } from "../../src/graph/graph";
import { Comparer, type Comparison } from "../../src/inspect/compare";
import type { CoreChoice } from "../../src/runtime/core";
import "../support/cores";
import { readModel } from "../../src/tflite/read";
import { load } from "../support/corpus";
import { graphOf } from "../support/graph";
import { pairOfNetworks, samples } from "./networks";

async function compared(a: Graph, b: Graph, cores?: readonly [CoreChoice, CoreChoice]): Promise<Comparison> {
  const comparer = await Comparer.create(a, b, { a: { core: cores?.[0] ?? "mcu" }, b: { core: cores?.[1] ?? "mcu" } });
  for (const sample of samples(40)) comparer.add([sample]);
  return comparer.result();
}

const test = suite("inspect/compare");

test("outputs of uint8 models are those of invoke", async () => {
  const comparer = await Comparer.create(readModel(load("models/digits/digits_float.tflite")), readModel(load("models/digits/digits_uint8.tflite")), { own: false });
  comparer.add([new Uint8Array(Float32Array.from({ length: 64 }, (_, i) => (i % 16) / 16).buffer)]);
  const { layers, outputs } = comparer.result();
  assert.ok(Math.abs(outputs[0]!.sqnr_db! - layers.at(-1)!.sqnr_db!) < 1e-3, `${outputs[0]!.sqnr_db} dB, the last layer ${layers.at(-1)!.sqnr_db} dB`);
});

test("a sound quantization adds what rounding does in every layer", async () => {
  const { float, quantized } = pairOfNetworks();
  const { layers, samples: count, outputs } = await compared(float, quantized);
  assert.is(count, 40);
  assert.equal(layers.map(({ op, operator_a, operator_b }) => [op, operator_a, operator_b]), [0, 1, 2].map((i) => ["FULLY_CONNECTED", i, i]));
  for (const { own, sqnr_db, cosine, clipped } of layers) {
    assert.ok(own!.steps! > 0.1 && own!.steps! < 0.7, `${own!.steps} steps`);
    assert.ok(sqnr_db! > 25 && cosine! > 0.999, `${sqnr_db} dB`);
    assert.is(clipped, 0);
  }
  assert.ok(Math.abs(outputs[0]!.sqnr_db! - layers[2]!.sqnr_db!) < 1e-5); // read as float32, and in double
});

for (const layer of [0, 1, 2]) {
  test(`a range cut to a quarter in layer ${layer} is the first suspect, by its own error and not by what came before`, async () => {
    const { float, quantized } = pairOfNetworks({ ranges: { [layer]: layer < 2 ? [0, 0.5] : [-0.5, 0.5] } });
    const { layers, suspects } = await compared(float, quantized);
    assert.is(suspects[0], layer);
    assert.ok(layers[layer]!.clipped > 0.05, `${layers[layer]!.clipped} clipped`);
    layers.forEach(({ own }, i) => assert.ok(i === layer || own!.steps! < 1, `layer ${i} is a victim: ${own!.steps} steps of its own`));
  });
  test(`a range forty times too wide in layer ${layer} is the first suspect, and uses few codes`, async () => {
    const { float, quantized } = pairOfNetworks({ ranges: { [layer]: layer < 2 ? [0, 100] : [-100, 100] } });
    const { layers, suspects } = await compared(float, quantized);
    assert.is(suspects[0], layer);
    assert.ok(layers[layer]!.codes! < 12, `${layers[layer]!.codes} codes`);
  });
  test(`weights off by a quarter in layer ${layer} are the first suspect`, async () => {
    const { float, quantized } = pairOfNetworks({ weights: { [layer]: 0.75 } });
    const { layers, suspects } = await compared(float, quantized);
    assert.is(suspects[0], layer);
    assert.ok(layers[layer]!.own!.steps! > 2, `${layers[layer]!.own!.steps} steps`);
  });
}

test("cores agree in every stored value", async () => {
  const { quantized } = pairOfNetworks();
  const comparer = await Comparer.create(quantized, quantized, { a: { core: "mcu" }, b: { core: "simd" } });
  comparer.add([new Uint8Array(8).fill(77)]);
  const { first_divergence, layers, suspects } = comparer.result();
  assert.is(first_divergence, null);
  assert.equal(layers.map(({ max_abs, sqnr_db }) => [max_abs, sqnr_db]), [0, 1, 2].map(() => [0, Infinity]));
  assert.equal(suspects, []);
});

test("the first difference of two int8 models is the layer that was changed", async () => {
  const { quantized } = pairOfNetworks(), other = pairOfNetworks({ weights: { 1: 0.5 } }).quantized;
  const comparer = await Comparer.create(quantized, other, { a: { core: "mcu" }, b: { core: "mcu" } });
  for (const sample of samples(3)) comparer.add([Uint8Array.from(new Float32Array(sample.buffer), (value) => Math.round(value * 127))]);
  assert.is(comparer.result().first_divergence, 1);
});

test("models of different networks are refused", async () => {
  const { float } = pairOfNetworks();
  const other = graphOf({ tensors: [{ name: "x", type: "float32", shape: [4] }, { name: "y", type: "float32", shape: [4] }], operators: [{ op: "RELU", inputs: ["x"], outputs: ["y"] }] });
  try {
    await Comparer.create(float, other);
  } catch (error) {
    assert.is((error as ArenulaError).code, "COMPARE_UNLIKE");
    return;
  }
  assert.unreachable("accepted");
});

test.run();
