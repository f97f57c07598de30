// Every operator against TFLM, bit for bit, on every core: drawn models that are checked in with TFLM's results.
import v8 from "node:v8";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Model } from "../../src/index";
import { lower } from "../../src/lowering/lower";
import { LOWERINGS } from "../../src/lowering/table";
import { loadCore } from "../../src/runtime/core";
import { createInForm, describeForm, FORMS, formsOf, type Form } from "../forms";
import { turnOf } from "../support/turns";
import { ulpsApart } from "../support/ulps";
import { operatorGoldens, type OperatorGolden } from "./goldens";

v8.setFlagsFromString("--experimental-wasm-relaxed-simd"); // Node 20 has relaxed SIMD behind this flag

const operators = suite("operators");

async function expectExact({ id, model, inputs, outputs, tensors, ulps, sequence }: OperatorGolden, form: Form): Promise<void> {
  const net = await createInForm(Model.parse(model), form);
  const where = `${id} on ${describeForm(form)}`;
  const fill = (turn: number) => inputs.forEach((bytes, i) => net.inputs[i]!.bytes.set(turnOf(bytes, turn, sequence)));
  for (let turn = 0; turn < sequence - 1; turn++) {
    fill(turn);
    net.invoke();
  }
  fill(sequence - 1);
  const trace = net.trace();
  if (ulps === 0) for (const { tensor, op, crc32 } of trace) assert.is(crc32, tensors.get(tensor), `${where}: ${op}, tensor ${tensor}`);
  // Stale bytes of the first run would pass for results of the second. Folded outputs lie outside the arena and are never written.
  for (const { bytes } of net.outputs) if (bytes.buffer === net.inputs[0]?.bytes.buffer) bytes.fill(0xa5);
  net.resetState();
  for (let turn = 0; turn < sequence; turn++) {
    fill(turn);
    net.invoke();
    outputs.forEach((all, i) => {
      const output = net.outputs[i]!, bytes = turnOf(all, turn, sequence), what = `${where}: output ${i}${sequence > 1 ? ` of invocation ${turn}` : ""}`;
      if (ulps === 0 || output.type !== "float32") assert.equal(output.bytes, bytes, what);
      else assert.ok(ulpsApart(output.bytes, bytes) <= ulps, `${what} is ${ulpsApart(output.bytes, bytes)} units in the last place off, ${ulps} are allowed`);
    });
  }
}

const families = operatorGoldens();
for (const { name, cases } of families) {
  operators(`${name}: ${cases.length} drawn models give TFLM's bits in every form`, async () => {
    for (const golden of cases) for (const form of FORMS) await expectExact(golden, form);
  });
}

operators("every operator of the table is in a drawn model", () => {
  const drawn = new Set(families.flatMap(({ cases }) => cases).flatMap(({ model }) => Model.parse(model).subgraphs[0]!.operators.map(({ name, custom }) => (custom ? `custom ${name}` : name))));
  assert.equal([...LOWERINGS.keys()].filter((name) => !drawn.has(name)), []);
});

operators("every kernel of the core runs in a drawn model", async () => {
  const { module } = await loadCore("mcu");
  const kernels = WebAssembly.Module.exports(module).filter(({ kind }) => kind === "function").map(({ name }) => name);
  const programs = families.flatMap(({ cases }) => cases).flatMap(({ model }) =>
    formsOf("mcu").map((form) => lower(Model.parse(model), form)));
  const called = new Set(programs.flatMap(({ steps }) => steps.map(({ kernel }) => kernel)));
  assert.equal(kernels.filter((name) => !called.has(name)), []);
});

operators.run();
