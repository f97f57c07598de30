import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/graph/graph";
import { Comparer } from "../../src/inspect/compare";
import { comparisonFindings, InputWatch, modelFindings } from "../../src/inspect/findings";
import { load } from "../support/corpus";
import "../support/cores";
import { Model } from "../../src/index";
import { graphOf } from "../support/graph";
import { pairOfNetworks, samples } from "./networks";

const codes = (findings: readonly { code: string; where: string }[]) => findings.map(({ code, where }) => `${code}${where ? ` ${where}` : ""}`);

async function findingsOf(faults: Parameters<typeof pairOfNetworks>[0]): Promise<string[]> {
  const { float, quantized } = pairOfNetworks(faults);
  const comparer = await Comparer.create(float, quantized, { a: { core: "mcu" }, b: { core: "mcu" } });
  for (const sample of samples(40)) comparer.add([sample]);
  return codes(comparisonFindings(comparer.result()));
}

const layers = suite("inspect/findings, layers");
layers("a sound model has none", async () => assert.equal(await findingsOf({}), []));
for (const layer of [0, 1, 2]) {
  const where = `operator ${layer} FULLY_CONNECTED 'x${layer + 1}'`;
  layers(`a range cut in layer ${layer}`, async () => assert.is((await findingsOf({ ranges: { [layer]: layer < 2 ? [0, 0.5] : [-0.5, 0.5] } }))[0], `RANGE_CLIPPED ${where}`));
  layers(`a range too wide in layer ${layer}`, async () => assert.is((await findingsOf({ ranges: { [layer]: layer < 2 ? [0, 100] : [-100, 100] } }))[0], `RANGE_WIDE ${where}`));
  layers(`weights changed in layer ${layer}`, async () => assert.is((await findingsOf({ weights: { [layer]: 0.7 } }))[0], `WEIGHTS_CHANGED ${where}`));
}
layers.run();

const models = suite("inspect/findings, models");
for (const name of ["digits_int8", "digits_uint8", "digits_int16x8", "digits_float"]) {
  models(`${name} has none`, () => assert.equal(modelFindings(Model.parse(load(`models/digits/${name}.tflite`))), []));
}
models("dummy ranges", () => {
  const q = { type: "int8", shape: [1, 4], scale: 12 / 255, zeroPoint: 0 } as const;
  const chain = (scales: readonly number[]): Graph => graphOf({
    tensors: [{ ...q, name: "x0" }, ...scales.map((scale, i) => ({ ...q, scale, name: `x${i + 1}` })), { name: "w", type: "int8", shape: [4, 4], scale: 0.1, data: new Array<number>(16).fill(1) }],
    operators: scales.map((_, i) => ({ op: "FULLY_CONNECTED", inputs: [`x${i}`, "w", null], outputs: [`x${i + 1}`] })),
  });
  assert.equal(codes(modelFindings(chain([0.1, 0.1, 0.1, 0.1]))), ["DUMMY_RANGES"]);
  assert.equal(codes(modelFindings(chain([0.1, 0.1, 0.1, 0.2]))), []);
  assert.equal(codes(modelFindings(chain([0.1, 0.2, 0.3, 0.4]))), []);
});
models.run();

const inputs = suite("inspect/findings, inputs");
const input = { index: 0, name: "x", type: "int8", shape: [1, 64], shapeSignature: null, quantization: { scale: [1 / 255], zeroPoint: [-128], dimension: 0 }, data: null, isVariable: false } as const;
function watched(...all: number[][]): string[] {
  const watch = new InputWatch(input);
  for (const values of all) watch.add(Int8Array.from(values), new Uint8Array(Int8Array.from(values).buffer));
  return codes(watch.findings());
}
const spread = (step: number, from = -128) => Array.from({ length: 64 }, (_, i) => from + i * step);
inputs("data over the whole range have none", () => assert.equal(watched(spread(4), spread(4, -127)), []));
inputs("0 and 1 are reals that were not quantized", () => assert.equal(watched([...new Array<number>(32).fill(0), ...new Array<number>(32).fill(1)]), ["INPUT_NOT_QUANTIZED input 'x'"]));
inputs("only the ends are data of another scale", () => assert.equal(watched(spread(1).map((_, i) => (i % 2 ? 127 : -128))), ["INPUT_CLIPPED input 'x'"]));
inputs("black-and-white pictures with some grey are sound", () => assert.equal(watched(spread(4).map((code, i) => (i % 3 ? (i % 2 ? 127 : -128) : code))), []));
inputs("a part of the range", () => assert.equal(watched(spread(1)), ["INPUT_RANGE_UNUSED input 'x'"]));
inputs("samples that are all the same", () => assert.equal(watched(spread(4), spread(4)), ["INPUT_CONSTANT input 'x'"]));
inputs.run();
