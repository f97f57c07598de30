// Given the same ranges, a model is quantized as the TensorFlow Lite converter does: types, scales, zero points, weights and biases, bit for bit.
// Goldens: tests/oracle/quantizer/goldens.py. `npm run test:quantizer` does the same on ranges that are drawn.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Model } from "../../src/index";
import { Comparer } from "../../src/inspect/compare";
import { checkModel } from "../../src/lowering/check";
import { quantizeModel, type QuantizeOptions } from "../../src/quantizer/quantize";
import { FloatGraph } from "../../src/quantizer/float_graph";
import { CODES, perTensor, trainedScale } from "../../src/quantizer/parameters";
import type { Range } from "../../src/quantizer/range";
import { readModelObject, writeModel, type TableObject } from "../../src/tflite/object";
import { bytesOf } from "../support/graph";
import { Random } from "../support/random";
import { sharedBias } from "./known_differences";
import { differences } from "./same_model";

const GOLDENS = path.join(process.cwd(), "tests/quantizer/goldens/converter");
const golden = (network: string, file: string) => new Uint8Array(readFileSync(path.join(GOLDENS, network, `${file}.tflite`)));
const schemesOf = (network: string) => readdirSync(path.join(GOLDENS, network)).map((file) => file.replace(".tflite", ""));

const calibrated = suite("quantizer/converter: ranges of data");

const OPTIONS: Readonly<Record<string, QuantizeOptions>> = {
  int8: { scheme: "int8" }, float_io: { scheme: "int8", floatIo: true }, int16x8: { scheme: "int16x8" }, int16x8_float_io: { scheme: "int16x8", floatIo: true }, dynamic: { scheme: "dynamic" },
};

for (const network of readdirSync(GOLDENS).filter((name) => schemesOf(name).includes("calibrated"))) {
  for (const scheme of schemesOf(network).filter((name) => name in OPTIONS && !(network === "bidirectional" && name === "int8"))) {
    calibrated(`${network}, ${scheme}`, () => {
      const { bytes } = quantizeModel(golden(network, "calibrated"), { ...OPTIONS[scheme]!, allowFloat: true });
      const found = differences(bytes, golden(network, scheme)).filter((difference) => !sharedBias(scheme, difference));
      assert.equal(found, []);
      Model.parse(bytes); // a sound file, whose operators Arenula knows but for those that stay float there and here
    });
  }
}

calibrated("every operator of the int8 networks runs", () => {
  for (const network of ["mnist", "mobile", "dense", "zoo", "twins", "wide", "hybrid", "lstm", "bidirectional", "recurrent", "svdf"]) {
    const { bytes } = quantizeModel(golden(network, "calibrated"), { scheme: "int8" });
    assert.equal(checkModel(Model.parse(bytes)).filter(({ ok }) => !ok), [], network);
  }
});

/**
 * A Bidirectional layer of Keras: two LSTM, one with REVERSE_V2 around it, and a CONCATENATION that decides about scales. The converter gives the two sides of REVERSE_V2 two scales,
 * although its kernel moves codes as they are, and leaves each hidden state in a scale of its own, although its kernel copies it to the output.
 */
calibrated("bidirectional, int8: no scale changes where codes are moved, and nothing else differs from the converter", async () => {
  const { bytes } = quantizeModel(golden("bidirectional", "calibrated"), { scheme: "int8" }), theirs = golden("bidirectional", "int8");
  assert.equal(differences(bytes, theirs).map(({ where }) => where.replace(/ '.*'/, "")), [
    "operator 1 UNIDIRECTIONAL_SEQUENCE_LSTM operand 18", "operator 1 UNIDIRECTIONAL_SEQUENCE_LSTM intermediate 4", "operator 1 UNIDIRECTIONAL_SEQUENCE_LSTM result 0",
    "operator 2 REVERSE_V2 operand 0", "operator 3 UNIDIRECTIONAL_SEQUENCE_LSTM operand 18",
  ]);
  const random = new Random(4), float = Model.parse(golden("bidirectional", "calibrated")), inputs = Array.from({ length: 8 }, () => bytesOf(Float32Array.from({ length: 30 }, () => random.between(-1000, 1000) / 1000)));
  const [ours, converter] = await Promise.all([bytes, theirs].map(async (model) => {
    const comparer = await Comparer.create(float, Model.parse(model), { own: false });
    for (const input of inputs) comparer.add([input]);
    return comparer.result().outputs.map(({ sqnr_db }) => sqnr_db!);
  }));
  ours!.forEach((decibels, i) => assert.ok(decibels > converter![i]! + 15, `${ours}, the converter ${converter}`));
});

/** The converter has no int16x8 form of an LSTM; its quantizer of int8, asked for int16, agrees on what does not depend on how int16 activations are rounded to a scale. */
calibrated("lstm, int16x8: weights and cells are those of int8", () => {
  const { bytes } = quantizeModel(golden("lstm", "calibrated"), { scheme: "int16x8" });
  const found = differences(bytes, golden("lstm", "mlir_int16")).filter(({ where }) => /UNIDIRECTIONAL_SEQUENCE_LSTM/.test(where));
  assert.equal(new Set(found.map(({ where }) => where.replace(/^.* (?=\S+ \d+$)/, ""))), new Set(["operand 0", "operand 12", "operand 13", "operand 14", "operand 15", "operand 18", "result 0"]));
  assert.equal(checkModel(Model.parse(bytes)).filter(({ ok }) => !ok), []);
});

calibrated("a comparison sees one bit", () => {
  const { bytes } = quantizeModel(golden("mnist", "calibrated"), { scheme: "int8" });
  const model = readModelObject(bytes), first = (model.subgraphs as TableObject[])[0]!;
  const changed = (edit: (model: TableObject, first: TableObject) => void) => {
    const copy = structuredClone(model);
    edit(copy, (copy.subgraphs as TableObject[])[0]!);
    return differences(writeModel(copy), bytes).length;
  };
  const weights = (first.tensors as TableObject[])[((first.operators as TableObject[])[0]!.inputs as number[])[1]!]!;
  assert.is(changed(() => {}), 0);
  assert.is(changed((copy) => void ((((copy.buffers as TableObject[])[weights.buffer as number]!.data as Uint8Array)[5]!) ^= 1)), 1);
  assert.ok(changed((_, subgraph) => void ((((subgraph.tensors as TableObject[])[(subgraph.inputs as number[])[0]!]!.quantization as TableObject).zeroPoint as number[])[0]! += 1)) > 0);
});

calibrated.run();

const trained = suite("quantizer/converter: trained ranges");

/** The converter was told mean 120, std 63 for uint8, and 120 - 128 for int8. */
const MEAN = 120, STD = 63;

function signedInput(bytes: Uint8Array): Map<number, Range> {
  const low = (-128 - (MEAN - 128)) / STD, high = (127 - (MEAN - 128)) / STD;
  return new Map(FloatGraph.read(bytes).inputs.map((tensor) => [tensor, { min: low, max: high, source: "test", parameters: perTensor("int8", ...trainedScale(low, high, CODES.int8), CODES.int8) }]));
}

for (const network of ["trained", "activations"]) {
  trained(`${network}: FAKE_QUANT, uint8`, () => {
    const { bytes } = quantizeModel(golden(network, "float32"), { scheme: "uint8", inputScaling: { mean: MEAN, std: STD } });
    assert.equal(differences(bytes, golden(network, "uint8")), []);
  });
  trained(`${network}: FAKE_QUANT, int8`, () => {
    const { bytes } = quantizeModel(golden(network, "float32"), { scheme: "int8", ranges: signedInput(golden(network, "float32")) });
    // weights that were trained with a zero point are quantized by their own values: as the converter does where it has no nodes for weights (its own result of `trained` runs nowhere)
    assert.equal(differences(bytes, golden("activations", "int8")), []);
    assert.equal(checkModel(Model.parse(bytes)).filter(({ ok }) => !ok), []);
  });
  trained(`${network}: pairs of QUANTIZE and DEQUANTIZE, uint8: they have scales of float32, so scales of biases may be off by their last bit`, () => {
    const { bytes } = quantizeModel(golden(network, "pairs"), { scheme: "uint8", inputScaling: { mean: MEAN, std: STD } });
    for (const { where, ours, theirs } of differences(bytes, golden(network, "uint8"))) {
      assert.match(where, /operand 2$/);
      const [a, b] = [ours, theirs].map((text) => /^(INT32.*) scale (\S+) (.*)$/.exec(text)!);
      assert.equal([a![1], a![3]], [b![1], b![3]], where);
      assert.ok(Math.abs(Number(a![2]) / Number(b![2]) - 1) < 2 ** -22, where);
    }
  });
}

trained("activations: pairs of QUANTIZE and DEQUANTIZE, int8: what the converter makes of the same file", () => {
  assert.equal(differences(quantizeModel(golden("activations", "pairs_recorded"), { scheme: "int8" }).bytes, golden("activations", "pairs_int8")), []);
});

trained("defaults: the converter's default_ranges_stats, uint8", () => {
  const { bytes, warnings } = quantizeModel(golden("defaults", "float32"), { scheme: "uint8", inputScaling: { mean: MEAN, std: STD }, defaults: { min: -1, max: 6 } });
  assert.equal(differences(bytes, golden("defaults", "uint8")), []);
  assert.match(warnings[0]!, /^dummy quantization: \d of \d ranges are -1 to 6/);
});

trained.run();
