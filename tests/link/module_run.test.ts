// A linked module, operator by operator, makes what the desktop makes; one with other weights differs from that operator on.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32 } from "../../src/crc32";
import { ENGINES } from "../../src/device/machine";
import { Interpreter, Model } from "../../src/index";
import { Comparer } from "../../src/inspect/compare";
import type { Runner } from "../../src/inspect/runner";
import { Lcg } from "../../src/lcg";
import { build } from "../../src/link/build";
import { ModuleRun } from "../../src/link/module_run";
import { operatorGoldens } from "../operators/goldens";
import { withWeights } from "../stories/plant";
import { load } from "../support/corpus";
import "../support/cores";

const OPTIONS = { name: "model.tflite", sha256: "", version: "0.0.0", ramBytes: Infinity, limit: "--ram", verify: false } as const;

function traceOf(net: Runner, seed: number): string[] {
  const lcg = new Lcg(seed);
  return trace(net, net.inputs.map((input) => lcg.fill(input)));
}

function trace(net: Runner, inputs: readonly Uint8Array[]): string[] {
  const entries: string[] = [];
  net.inputs.forEach((input, i) => input.bytes.set(inputs[i]!));
  net.watch(({ operator, tensor, bytes, folded }) => void entries.push(`${operator.index} ${tensor.index} ${crc32(bytes)} ${folded}`));
  return [...entries, ...net.outputs.map(({ bytes, shape }) => `${shape} ${crc32(bytes)}`)];
}

const modules = suite("link/module_run");

for (const file of ["digits/digits_int8", "digits/digits_uint8", "digits/digits_int16x8", "digits/digits_float", "keywords/keywords_int8", "keywords/keywords_uint8"]) {
  modules(`${file}: every operator's outputs on every engine, two inferences`, async () => {
    const model = Model.parse(load(`models/${file}.tflite`)), net = await Interpreter.create(model, { core: "mcu" });
    const expected = [1, 2].map((seed) => traceOf(net, seed));
    for (const engine of ENGINES) {
      const run = await ModuleRun.create(model, await build(model, { ...OPTIONS, engine }));
      assert.equal([1, 2].map((seed) => traceOf(run, seed)), expected, engine);
      run.resetState();
      assert.equal(traceOf(run, 1), expected[0], `${engine}, anew`);
    }
  });
}

/** States, loops, branches, and outputs of as many rows as the data decide. */
const SPECIAL = ["call_once", "counted", "if", "while", "svdf", "lstm_int8", "where", "non_max_suppression_v5", "legacy_conv_2d", "circular_buffer"];
modules("drawn models of what is more than one kernel after the other", async () => {
  for (const { name, cases } of operatorGoldens().filter((golden) => SPECIAL.includes(golden.name))) {
    const { sequence } = cases[0]!, first = cases.find((drawn) => drawn.sequence === 1) ?? { ...cases[0]!, inputs: cases[0]!.inputs.map((bytes) => bytes.subarray(0, bytes.length / sequence)) };
    const model = Model.parse(first.model), net = await Interpreter.create(model, { core: "mcu" }), run = await ModuleRun.create(model, await build(model, { ...OPTIONS, engine: "wamr-fast" }));
    for (let n = 0; n < 2; n++) assert.equal(trace(run, first.inputs), trace(net, first.inputs), `${name}, inference ${n}`);
  }
});

for (const operator of [0, 2, 4]) {
  modules(`a module with other weights in operator ${operator} is found there`, async () => {
    const bytes = load("models/digits/digits_int8.tflite"), model = Model.parse(bytes);
    const run = await ModuleRun.create(model, await build(Model.parse(withWeights(bytes, operator, 0.5)), { ...OPTIONS, engine: "wamr-fast" }));
    const comparer = await Comparer.create(model, model, { own: false, runners: [await Interpreter.create(model, { core: "mcu" }), run] });
    for (let seed = 1; seed <= 3; seed++) comparer.add([new Lcg(seed).fill(run.inputs[0]!)]);
    const { first_divergence, layers } = comparer.result();
    assert.is(first_divergence, operator);
    assert.ok(layers.every(({ operator_b, sqnr_db }) => (operator_b < operator ? sqnr_db === Infinity : operator_b > operator || sqnr_db! < 20)));
  });
}

modules.run();
