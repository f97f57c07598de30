// Outputs whose first dimension the data decide: what the views say after an inference, and what a linked module exports.
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ArenulaError } from "../../src/errors";
import { simulate } from "../../src/device/simulate/simulate";
import type { Graph } from "../../src/graph/graph";
import { cHeader } from "../../src/link/header";
import { link } from "../../src/link/link";
import { verifyLinked } from "../../src/link/verify";
import { checkModel } from "../../src/lowering/check";
import { lower } from "../../src/lowering/lower";
import { Interpreter } from "../../src/runtime/interpreter";
import { graphOf, graphOfOne } from "../support/graph";

const extents = suite("runtime/extents");

const where = (): Graph => graphOfOne("WHERE", [{ type: "bool", shape: [2, 3] }], { type: "int64", shape: [1, 2] });

extents("a view has as many rows as the last inference gave, and zeros behind them", async () => {
  const net = await Interpreter.create(where());
  const [condition] = net.inputs, [output] = net.outputs;
  const run = (...holds: number[]) => {
    condition!.set(Uint8Array.from(holds));
    net.invoke();
    return { shape: output!.shape, data: [...(output!.data as BigInt64Array)].map(Number), bytes: output!.bytes.length, planned: output!.planned.length };
  };
  assert.equal(run(0, 1, 0, 0, 0, 1), { shape: [2, 2], data: [0, 1, 1, 2], bytes: 32, planned: 96 });
  assert.ok(output!.planned.subarray(32).every((byte) => byte === 0));
  assert.equal(run(0, 0, 0, 0, 0, 0), { shape: [0, 2], data: [], bytes: 0, planned: 96 });
  assert.equal(run(1, 1, 1, 1, 1, 1).shape, [6, 2]);
  assert.equal(run(0, 0, 1, 0, 0, 0).data, [0, 2]);
});

extents("a module for a device says where the extent is", async () => {
  const graph = where();
  const linked = await link(graph, readFileSync("build/core/device.wasm"), { sliceBytes: 1024, engine: "wamr-fast", name: "where", sha256: "0".repeat(64), version: "0" });
  const { extent, shape } = linked.facts.outputs[0]!;
  assert.equal(shape, [6, 2]);
  const { instance } = await WebAssembly.instantiate(linked.module as BufferSource, {});
  assert.is((instance.exports["arenula_output_0_extent"] as WebAssembly.Global).value, extent);
  assert.is(instance.exports["arenula_input_0_extent"], undefined);
  assert.ok(cHeader(linked.facts).includes(`#define ARENULA_OUTPUT_0_EXTENT_ADDRESS ${extent}`));
  await verifyLinked(graph, linked);
  const { extents: found, outputs } = await simulate(linked.module, [Uint8Array.of(0, 1, 0, 0, 0, 1)]);
  assert.equal(found, [2]);
  assert.equal([...new BigInt64Array(outputs[0]!.slice().buffer)].map(Number), [0, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
});

extents("what would take the rest of such a tensor for data is refused, by name", () => {
  const graph = graphOf({
    tensors: [
      { name: "x", type: "int32", shape: [4] }, { name: "values", type: "int32", shape: [1] }, { name: "which", type: "int32", shape: [4] },
      { name: "y", type: "int32", shape: [1] },
    ],
    operators: [{ op: "UNIQUE", inputs: ["x"], outputs: ["values", "which"] }, { op: "MAXIMUM", inputs: ["values", "values"], outputs: ["y"] }],
  });
  const refusal = /MAXIMUM: tensor 1 'values' has as many rows as only the running model knows/;
  assert.throws(() => lower(graph, { core: "mcu" }), (error: unknown) => error instanceof ArenulaError && error.code === "OPERATOR_UNSUPPORTED" && refusal.test(error.message) && error.hint !== "");
  assert.equal(checkModel(graph).map(({ ok }) => ok), [true, false]);
});

extents("RANGE: constants are folded where the file has their shape; without a bound it is refused", async () => {
  const scalar = (value?: number) => ({ type: "int32" as const, shape: [], ...(value !== undefined && { data: [value] }) });
  const range = (operands: ReturnType<typeof scalar>[], shape: number[], shapeSignature?: number[]) => graphOfOne("RANGE", operands, { type: "int32", shape, ...(shapeSignature && { shapeSignature }) });
  assert.is(lower(range([scalar(3), scalar(9), scalar(2)], [3]), { core: "mcu" }).steps.length, 0);
  const open = await Interpreter.create(range([scalar(3), scalar(9), scalar(2)], [1], [-1]));
  open.invoke();
  assert.equal([open.outputs[0]!.shape, [...open.outputs[0]!.data]], [[3], [3, 5, 7]]);
  const steps = await Interpreter.create(range([scalar(0), scalar(-5), scalar()], [1], [-1]));
  for (const [step, numbers] of [[-2, [0, -2, -4]], [-1, [0, -1, -2, -3, -4]], [1, []], [0, []]] as const) {
    steps.inputs[0]!.set(Int32Array.of(step));
    steps.invoke();
    assert.equal([...steps.outputs[0]!.data], [...numbers]);
  }
  const limited = await Interpreter.create(range([scalar(0), scalar(), scalar(1)], [4]));
  limited.inputs[0]!.set(Int32Array.of(4));
  limited.invoke();
  assert.equal([...limited.outputs[0]!.data], [0, 1, 2, 3]);
  limited.inputs[0]!.set(Int32Array.of(9)); // the file's shape is the most
  assert.throws(() => limited.invoke(), (error: unknown) => error instanceof ArenulaError && error.code === "INDEX_RANGE");
  assert.throws(() => lower(range([scalar(0), scalar(), scalar(1)], [1], [-1]), { core: "mcu" }), (error: unknown) => error instanceof ArenulaError && /has no bound/.test(error.message));
  assert.throws(() => lower(range([scalar(0), scalar(4), scalar(0)], [1]), { core: "mcu" }), (error: unknown) => error instanceof ArenulaError && /steps of 0/.test(error.message));
});

extents.run();
