// Each fault, planted in three layers of two networks, is named first, at its layer; the networks as they are have no finding.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Interpreter, Model } from "../../src/index";
import { Comparer } from "../../src/inspect/compare";
import { comparisonFindings, InputWatch, modelFindings, type Finding } from "../../src/inspect/findings";
import { quantizeModel } from "../../src/quantizer/quantize";
import { load } from "../support/corpus";
import "../support/cores";
import { parseNpy } from "../support/npy";
import { withRange, withWeights } from "./plant";

const SAMPLES = 60, PIXELS = 64;
const pixels = parseNpy(load("models/digits/samples/test_inputs.npy")).subarray(0, SAMPLES * PIXELS);
const images = Array.from({ length: SAMPLES }, (_, i) => Float32Array.from(pixels.subarray(i * PIXELS, (i + 1) * PIXELS), (pixel) => pixel / 255));

const NETWORKS = [
  { name: "digits", float: load("models/digits/digits_float.tflite"), quantized: load("models/digits/digits_int8.tflite"), layers: [0, 2, 4] },
  { name: "mobile", float: load("models/stories/mobile_float.tflite"), quantized: load("models/stories/mobile_converter_int8.tflite"), layers: [0, 3, 4] },
];

/** As `report --against` lists them, for sound data. */
async function findingsOf(float: Uint8Array, quantized: Uint8Array): Promise<Finding[]> {
  const [a, b] = [Model.parse(float), Model.parse(quantized)];
  const comparer = await Comparer.create(a, b, { a: { core: "mcu" }, b: { core: "mcu" } });
  for (const image of images) comparer.add([new Uint8Array(image.buffer)]);
  return [...modelFindings(b), ...comparisonFindings(comparer.result())];
}

const label = ({ code, where }: Finding) => `${code} ${where.replace(/ '.*/, "")}`.trim();

for (const { name, float, quantized, layers } of NETWORKS) {
  const network = suite(`stories/planted, ${name}`);
  const operators = Model.parse(quantized).subgraphs[0]!.operators;

  network("as it is: no finding", async () => assert.equal(await findingsOf(float, quantized), []));

  for (const layer of layers) {
    const where = `operator ${layer} ${operators[layer]!.name}`;
    const faults: readonly (readonly [string, Uint8Array, string])[] = [
      ["a range cut to a quarter", withRange(quantized, layer, 0.25), `RANGE_CLIPPED ${where}`],
      ["a range forty times too wide", withRange(quantized, layer, 40), `RANGE_WIDE ${where}`],
      ["other weights", withWeights(quantized, layer, 0.6), `WEIGHTS_CHANGED ${where}`],
    ];
    for (const [fault, bytes, expected] of faults) network(`${fault} in operator ${layer}`, async () => assert.is((await findingsOf(float, bytes)).map(label)[0], expected));
  }

  network("dummy ranges", async () => assert.is((await findingsOf(float, quantizeModel(float, { scheme: "int8", defaults: { min: -1, max: 6 } }).bytes)).map(label)[0], "DUMMY_RANGES"));

  network("values from 0 to 1 handed over as codes", () => assert.equal(inputFindings(quantized, (image) => Int8Array.from(image)), ["INPUT_NOT_QUANTIZED input"]));
  network("pixels in the place of values from 0 to 1", async () => {
    const net = await Interpreter.create(Model.parse(quantized), { core: "mcu" });
    assert.equal(inputFindings(quantized, (image) => (net.inputs[0]!.quantize(image.map((value) => value * 255)), Int8Array.from(net.inputs[0]!.data as Int8Array))), ["INPUT_CLIPPED input"]);
  });
  network("images as they should be", async () => {
    const net = await Interpreter.create(Model.parse(quantized), { core: "mcu" });
    assert.equal(inputFindings(quantized, (image) => (net.inputs[0]!.quantize(image), Int8Array.from(net.inputs[0]!.data as Int8Array))), []);
  });
  network.run();
}

/** What `explain` says of the input, given what an application stores in it. */
function inputFindings(bytes: Uint8Array, stored: (image: Float32Array) => Int8Array): string[] {
  const main = Model.parse(bytes).subgraphs[0]!, watch = new InputWatch(main.tensors[main.inputs[0]!]!);
  for (const image of images) {
    const codes = stored(image);
    watch.add(codes, new Uint8Array(codes.buffer));
  }
  return watch.findings().map(label);
}
