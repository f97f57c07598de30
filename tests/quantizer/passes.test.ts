// Cross-layer equalization and bias correction: what they change, and what they may not.
import { readFileSync } from "node:fs";
import path from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Interpreter, Model } from "../../src/index";
import { correctBiases, correctionInputs } from "../../src/quantizer/bias_correction";
import { equalize } from "../../src/quantizer/equalize";
import { FloatGraph } from "../../src/quantizer/float_graph";
import { buildModel } from "../support/build_model";

const passes = suite("quantizer/passes");
const golden = (network: string) => new Uint8Array(readFileSync(path.join(process.cwd(), "tests/quantizer/goldens/converter", network, "calibrated.tflite")));
const floats = (...values: number[]) => new Uint8Array(new Float32Array(values).buffer);

/** x [1, 2] -> FULLY_CONNECTED to 2, RELU -> FULLY_CONNECTED to 1. */
const chain = (first: number[], bias: number[], second: number[], activation = "RELU") => buildModel({
  tensors: [
    { name: "x", type: "float32", shape: [1, 2] }, { name: "w1", type: "float32", shape: [2, 2], data: floats(...first) }, { name: "b1", type: "float32", shape: [2], data: floats(...bias) },
    { name: "h", type: "float32", shape: [1, 2] }, { name: "w2", type: "float32", shape: [1, 2], data: floats(...second) }, { name: "b2", type: "float32", shape: [1], data: floats(0.25) },
    { name: "y", type: "float32", shape: [1, 1] },
  ],
  operators: [
    { op: "FULLY_CONNECTED", inputs: ["x", "w1", "b1"], outputs: ["h"], options: { fusedActivationFunction: activation } },
    { op: "FULLY_CONNECTED", inputs: ["h", "w2", "b2"], outputs: ["y"] },
  ],
});

async function outputs(bytes: Uint8Array, seed: number): Promise<Uint8Array[]> {
  const net = await Interpreter.create(Model.parse(bytes), { core: "mcu" });
  for (const input of net.inputs) (input.data as Float32Array).forEach((_, i, data) => void (data[i] = Math.sin(i * 1.3 + seed)));
  net.invoke();
  return net.outputs.map((output) => output.bytes.slice());
}

passes("equalization: factors of two that make both layers' ranges alike", () => {
  // channel 0: 16 before, 1 behind: sqrt(16) = 4 down; channel 1: 1 before, 4 behind: 2 up
  const { bytes, pairs } = equalize(chain([16, 8, 1, -0.5], [32, 3], [1, 4]));
  const graph = FloatGraph.read(bytes);
  assert.equal([...graph.values(1)], [4, 2, 2, -1]);
  assert.equal([...graph.values(2)], [8, 6]);
  assert.equal([...graph.values(4)], [4, 2]);
  assert.equal([...graph.values(5)], [0.25]);
  assert.equal(pairs, ["h -> y"]);
});

passes("equalization changes no bit of float32 outputs", async () => {
  for (const network of ["mnist", "mobile", "dense", "hybrid", "twins", "wide"]) {
    const before = golden(network), { bytes } = equalize(before);
    for (const seed of [0, 1]) assert.equal(await outputs(bytes, seed), await outputs(before, seed), network);
  }
  assert.ok(equalize(golden("hybrid")).pairs.length >= 3);
});

passes("equalization leaves RELU6, dead channels and even layers alone", () => {
  for (const model of [chain([16, 8, 1, -0.5], [32, 3], [1, 4], "RELU6"), chain([0, 0, 1, 1], [5, 1], [3, 1]), chain([1, 1, 1, 1], [0, 0], [1, 1])]) {
    const { bytes, pairs } = equalize(model);
    assert.equal(pairs, []);
    assert.is(bytes, model);
  }
});

passes("bias correction takes (Wq - W) E[x] off", () => {
  // channel 0: scale 1/127, 0.5 -> code round(63.5) = 64: 64/127 - 0.5 = 0.5/127 too much, times mean 2; channel 1 is exact
  const model = chain([1, 0.5, 1, 1], [3, 4], [1, 1]);
  assert.equal(correctionInputs(model), [0, 3]);
  const { bytes, layers } = correctBiases(model, new Map([[0, Float64Array.of(7, 2)], [3, Float64Array.of(0, 0)]]), { type: "int8", seen: true }, true);
  assert.is(layers, 2);
  const [first, second] = FloatGraph.read(bytes).values(2);
  assert.ok(Math.abs(first! - (3 - (64 * Math.fround(1 / 127) - 0.5) * 2 - (127 * Math.fround(1 / 127) - 1) * 7)) < 1e-6);
  assert.ok(Math.abs(second! - 4) < 1e-5);
});

passes("bias correction makes outputs of uneven weights agree on average", async () => {
  const { quantizeModel } = await import("../../src/quantizer/quantize");
  const weights = [1, ...Array.from({ length: 31 }, (_, i) => 0.005 + 1e-5 * i)]; // 0.64 of a step of 1/127: all are rounded up
  const model = buildModel({
    tensors: [
      { name: "x", type: "float32", shape: [1, 32] }, { name: "w", type: "float32", shape: [1, 32], data: floats(...weights) }, { name: "b", type: "float32", shape: [1], data: floats(0) },
      { name: "y", type: "float32", shape: [1, 1] },
    ],
    operators: [{ op: "FULLY_CONNECTED", inputs: ["x", "w", "b"], outputs: ["y"] }],
  });
  const ranges = new Map([[0, { min: 0, max: 2, source: "test" }], [3, { min: 0, max: 3, source: "test" }]]);
  const error = async (bytes: Uint8Array) => {
    const net = await Interpreter.create(Model.parse(quantizeModel(bytes, { scheme: "int8", ranges, floatIo: true }).bytes), { core: "mcu" });
    net.inputs[0]!.set(new Float32Array(32).fill(1));
    net.invoke();
    return Math.abs((net.outputs[0]!.data[0] as number) - weights.reduce((sum, w) => sum + w, 0));
  };
  const corrected = correctBiases(model, new Map([[0, new Float64Array(32).fill(1)]]), { type: "int8", seen: true }, true).bytes;
  assert.ok((await error(model)) > 3 * (await error(corrected)), `${await error(model)} ${await error(corrected)}`);
});

passes.run();
