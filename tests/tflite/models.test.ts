// Real models, against facts from outside: case.json of the conformance data, and what other tools say of these files.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { byteLength } from "../../src/graph/tensor";
import { readModelObject, writeModel } from "../../src/tflite/object";
import { readModel } from "../../src/tflite/read";
import { corpus, load, modelNamed } from "../support/corpus";

const models = suite("tflite/models");
const CASES = join(process.env.ARENULA_CORPUS ?? "/work/shared", "conformance/models");

models("every model at hand is read", () => {
  assert.ok(corpus().length >= 10, "models/ holds ten models of ours");
  for (const path of corpus()) {
    const { subgraphs } = readModel(load(path));
    for (const tensor of subgraphs[0]!.tensors) if (tensor.data) assert.is(tensor.data.length, byteLength(tensor), `${path}: ${tensor.name}`);
  }
});

models("every model at hand reads the same after being written again", () => {
  for (const path of corpus()) {
    const bytes = load(path), again = writeModel(readModelObject(bytes));
    assert.equal({ ...readModel(again), bytes: 0 }, { ...readModel(bytes), bytes: 0 }, path);
  }
});

interface Endpoint { dtype: string; shape: number[]; scale?: number; zero_point?: number }
(existsSync(CASES) ? models : models.skip)("inputs and outputs of the conformance models are as their cases say", () => {
  for (const name of readdirSync(CASES)) {
    const facts = JSON.parse(readFileSync(join(CASES, name, "case.json"), "utf8")) as { model: string; inputs: Endpoint[]; outputs: Endpoint[] };
    const { tensors, inputs, outputs } = readModel(load(join(CASES, name, facts.model))).subgraphs[0]!;
    const expect = (index: number, { dtype, shape, scale, zero_point }: Endpoint) => {
      const tensor = tensors[index]!;
      if (dtype !== tensor.type) return; // cases of float results of an int8 model say how they compare
      assert.equal(tensor.shape, shape, name);
      if (scale) assert.equal([tensor.quantization!.scale, tensor.quantization!.zeroPoint], [[Math.fround(scale)], [zero_point]], name);
    };
    assert.equal([inputs.length, outputs.length], [facts.inputs.length, facts.outputs.length], name);
    inputs.forEach((index, i) => expect(index, facts.inputs[i]!));
    outputs.forEach((index, i) => expect(index, facts.outputs[i]!));
  }
});

const person = modelNamed("person_detect.tflite");
(person ? models : models.skip)("person_detect: quantized_dimension 3 on one-dimensional biases is read as their one axis", () => {
  const { tensors, operators } = readModel(person!).subgraphs[0]!;
  assert.is(operators.length, 31);
  const biases = operators.filter(({ name }) => name === "DEPTHWISE_CONV_2D").map(({ inputs }) => tensors[inputs[2]!]!);
  assert.is(biases.length, 14);
  for (const { name, shape, quantization } of biases) {
    assert.equal([shape.length, quantization!.dimension, quantization!.scale.length], [1, 0, shape[0]], name);
  }
  const stated = (readModelObject(person!)["subgraphs"] as any)[0].tensors.filter((tensor: any) => tensor.shape?.length === 1 && tensor.quantization?.quantizedDimension === 3);
  assert.ok(stated.length > 0, "the file no longer bends the format");
});

const mobilenet = modelNamed("mobilenet_v1_0.5_160_quant.tflite");
(mobilenet ? models : models.skip)("mobilenet_v1_0.5_160_quant: uint8 with zero points on the weights", () => {
  const { tensors, operators, inputs } = readModel(mobilenet!).subgraphs[0]!;
  assert.equal([tensors[inputs[0]!]!.type, tensors[inputs[0]!]!.shape], ["uint8", [1, 160, 160, 3]]);
  const weights = tensors[operators[0]!.inputs[1]!]!;
  assert.ok(weights.quantization!.zeroPoint[0]! > 0);
  assert.equal(operators[0]!.options["fusedActivationFunction"], "RELU6");
});

models.run();
