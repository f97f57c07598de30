// Cross-layer equalization and bias correction: what they change, and what they may not.
import { readFileSync } from "node:fs";
import path from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Interpreter, Model } from "../../src/index";
import { correctBiases } from "../../src/quantizer/bias_correction";
import { equalize } from "../../src/quantizer/equalize";
import { FloatGraph } from "../../src/quantizer/float_graph";
import { ReferenceBuilder, runTask, Trials } from "../../src/quantizer/trial";
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

/** x [1, 32] -> FULLY_CONNECTED to 1; 0.64 of a step of 1/127 in most weights: all are rounded up. */
const uneven = [1, ...Array.from({ length: 31 }, (_, i) => 0.005 + 1e-5 * i)];
const leaning = buildModel({
  tensors: [
    { name: "x", type: "float32", shape: [1, 32] }, { name: "w", type: "float32", shape: [1, 32], data: floats(...uneven) }, { name: "b", type: "float32", shape: [1], data: floats(0) },
    { name: "y", type: "float32", shape: [1, 1] },
  ],
  operators: [{ op: "FULLY_CONNECTED", inputs: ["x", "w", "b"], outputs: ["y"] }],
});
const ofLeaning = new Map([[0, { min: 0, max: 2, source: "test" }], [3, { min: 0, max: 3, source: "test" }]]);

async function trialsOf(model: Uint8Array, samples: readonly Float32Array[]): Promise<Trials> {
  const builder = new ReferenceBuilder(model, await Interpreter.create(Model.parse(model)));
  for (const sample of samples) builder.add([new Uint8Array(sample.buffer)]);
  return new Trials(builder.result, { scheme: "int8" });
}

passes("bias correction takes off what rounding adds on average", async () => {
  const samples = Array.from({ length: 20 }, (_, s) => new Float32Array(32).fill(0.5 + s / 20)), trials = await trialsOf(leaning, samples);
  const { bytes, layers, before, after } = await correctBiases(leaning, ofLeaning, trials, () => {});
  assert.is(layers, 1);
  assert.ok(after > before + 6, `${before} dB before, ${after} dB after`);
  // 31 weights of 64 steps of 1/127, 0.5 more than they are, would give this times the mean of the samples, 0.975
  const rounded = uneven.reduce((sum, w) => sum + Math.round(w * 127) * Math.fround(1 / 127) - w, 0);
  const bias = FloatGraph.read(bytes).values(2)[0]!;
  assert.ok(Math.abs(bias + rounded * 0.975) < 3 / 255, `${bias}, expected ${-rounded * 0.975} within a step of the output`);
});

passes("bias correction of a large model: neighbouring layers share a trial", async () => {
  const samples = Array.from({ length: 16 }, (_, s) => Float32Array.of(s / 15, 1 - s / 15)), model = chain([0.3, 0.01, 0.02, 0.7], [0, 0], [0.9, 0.01], "NONE");
  const ranges = new Map([0, 3, 6].map((tensor) => [tensor, { min: 0, max: 1, source: "test" }]));
  const runs: number[] = [];
  for (const budget of [0, undefined]) {
    const { reference } = await trialsOf(model, samples);
    let trials = 0;
    await correctBiases(model, ranges, new Trials(reference, { scheme: "int8" }, (task) => (trials++, runTask(task))), () => {}, budget);
    runs.push(trials);
  }
  assert.ok(runs[0]! < runs[1]!, String(runs));
});

passes("bias correction leaves what it cannot make better", async () => {
  const exact = chain([1, 0, 0, 1], [0, 0], [1, 1], "NONE"), trials = await trialsOf(exact, Array.from({ length: 16 }, (_, s) => Float32Array.of(s, 0)));
  const ranges = new Map([0, 3, 6].map((tensor) => [tensor, { min: 0, max: 255, source: "test" }]));
  const { bytes, layers, before, after } = await correctBiases(exact, ranges, trials, () => {});
  assert.is(bytes, exact);
  assert.equal([layers, after], [0, before]);
});

passes.run();
