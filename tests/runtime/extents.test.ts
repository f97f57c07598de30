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

type Tensors = Parameters<typeof graphOf>[0]["tensors"];
type Operators = NonNullable<Parameters<typeof graphOf>[0]["operators"]>;

/** What follows from the different values of `x`, and of `z`. */
const after = (operators: Operators, tensors: Tensors, outputs?: string[]): Graph => graphOf({
  tensors: [
    { name: "x", type: "int32", shape: [4] }, { name: "values", type: "int32", shape: [1], shapeSignature: [-1] }, { name: "which", type: "int32", shape: [4] },
    { name: "z", type: "int32", shape: [4] }, { name: "others", type: "int32", shape: [1], shapeSignature: [-1] }, { name: "whichOthers", type: "int32", shape: [4] }, ...tensors,
  ],
  operators: [{ op: "UNIQUE", inputs: ["x"], outputs: ["values", "which"] }, { op: "UNIQUE", inputs: ["z"], outputs: ["others", "whichOthers"] }, ...operators],
  ...(outputs && { outputs }),
});
const open = (name: string, ...row: number[]) => ({ name, type: "int32" as const, shape: [1, ...row], shapeSignature: [-1, ...row] });
const constant = (name: string, ...data: number[]) => ({ name, type: "int32" as const, shape: [data.length], data });

extents("what would take the rest of such a tensor for data is refused, by name", () => {
  const refused: [RegExp, Operators, Tensors][] = [
    [/ADD: .*'values' has as many rows as only the running model knows, and another operand another number/, [{ op: "ADD", inputs: ["values", "others"], outputs: ["y"] }], [open("y")]],
    [/ADD: .*'values' has as many rows/, [{ op: "ADD", inputs: ["values", "four"], outputs: ["y"] }], [open("y"), constant("four", 1, 2, 3, 4)]],
    [/REDUCE_MAX: .*'values' has as many rows/, [{ op: "REDUCE_MAX", inputs: ["values", "axis"], outputs: ["y"] }], [{ name: "y", type: "int32", shape: [] }, constant("axis", 0)]],
    [/FLOOR_DIV: .*'values' has as many rows/, [{ op: "FLOOR_DIV", inputs: ["values", "values"], outputs: ["y"] }], [open("y")]],
    [/CONCATENATION: .*'values' has as many rows/, [{ op: "CONCATENATION", inputs: ["values", "values"], outputs: ["y"], options: { axis: 0 } }], [open("y")]],
    [/CONCATENATION: .*'column' has as many rows/, [{ op: "EXPAND_DIMS", inputs: ["values", "one"], outputs: ["column"] }, { op: "CONCATENATION", inputs: ["column", "four"], outputs: ["y"], options: { axis: 1 } }],
      [open("column", 1), open("y", 2), constant("one", 1), { ...constant("four", 1, 2, 3, 4), shape: [4, 1] }]],
    [/TOPK_V2: .*'values' has as many rows/, [{ op: "TOPK_V2", inputs: ["x", "values"], outputs: ["y", "at"] }], [open("y"), open("at")]],
    [/GATHER: .*'values' has as many rows/, [{ op: "GATHER", inputs: ["values", "x"], outputs: ["y"] }], [{ name: "y", type: "int32", shape: [4] }]],
    [/IF: .*'values' has as many rows/, [{ op: "IF", inputs: ["holds", "values"], outputs: ["y"], options: { thenSubgraphIndex: 0, elseSubgraphIndex: 0 } }], [{ name: "holds", type: "bool", shape: [] }, open("y")]],
    [/RESHAPE: 4 rows of 1 elements at most do not make up rows of 3/, [{ op: "RESHAPE", inputs: ["values"], outputs: ["y"], options: {} }], [open("y", 3)]],
    [/RESHAPE: .*more than one dimension that only the running model knows/, [{ op: "RESHAPE", inputs: ["values", "x"], outputs: ["y"] }], [{ name: "y", type: "int32", shape: [1, 1], shapeSignature: [-1, -1] }]],
    [/FILL: .*'x', computed while the model runs, has no bound/, [{ op: "FILL", inputs: ["x", "one"], outputs: ["y"] }], [open("y", 1, 1, 1), { ...constant("one", 1), shape: [] }]],
    [/STRIDED_SLICE: .*a size that only the running model knows beyond its first dimension/,
      [{ op: "STRIDED_SLICE", inputs: ["square", "begin", "end", "steps"], outputs: ["y"] }],
      [{ name: "square", type: "int32", shape: [3, 3] }, { name: "begin", type: "int32", shape: [2] }, { name: "end", type: "int32", shape: [2] }, constant("steps", 1, 1), { name: "y", type: "int32", shape: [1, 1], shapeSignature: [2, -1] }]],
  ];
  for (const [message, operators, tensors] of refused) {
    const graph = after(operators, tensors);
    assert.throws(() => lower(graph, { core: "mcu" }), (error: unknown) => error instanceof ArenulaError && error.code === "OPERATOR_UNSUPPORTED" && message.test(error.message) && error.hint !== "" || assert.unreachable(String(error)));
    assert.equal(checkModel(graph).map(({ ok }) => ok), [true, true, ...operators.slice(1).map(() => true), false], String(message));
  }
});

/** Differences and their sum, the places of those above 2, rows of two, as many ones, and the two first values. */
const chain = (): Graph => after(
  [
    { op: "ADD", inputs: ["values", "one"], outputs: ["more"] },
    { op: "SUM", inputs: ["more", "axis"], outputs: ["sum"], options: { keepDims: false } },
    { op: "GREATER", inputs: ["more", "three"], outputs: ["high"] },
    { op: "WHERE", inputs: ["high"], outputs: ["places"] },
    { op: "PACK", inputs: ["more", "values"], outputs: ["pairs"], options: { axis: 1, valuesCount: 2 } },
    { op: "RESHAPE", inputs: ["pairs", "flatShape"], outputs: ["flat"] },
    { op: "SHAPE", inputs: ["flat"], outputs: ["shape"] },
    { op: "FILL", inputs: ["shape", "one"], outputs: ["ones"] },
    { op: "STRIDED_SLICE", inputs: ["values", "axis", "two", "one"], outputs: ["first"] },
  ],
  [
    open("more"), { name: "sum", type: "int32", shape: [] }, { name: "high", type: "bool", shape: [1] }, { name: "places", type: "int64", shape: [1, 1] }, open("pairs", 2), open("flat"),
    { name: "shape", type: "int32", shape: [1] }, open("ones"), open("first"), constant("one", 1), constant("axis", 0), constant("two", 2), constant("three", 3), constant("flatShape", -1),
  ],
  ["sum", "places", "flat", "ones", "first"],
);

extents("operators of a row each keep the rows, others count them anew", async () => {
  const net = await Interpreter.create(chain());
  const run = (...values: number[]) => {
    net.inputs[0]!.set(Int32Array.from(values));
    net.inputs[1]!.fill(0);
    net.invoke();
    for (const output of net.outputs) assert.ok(output.planned.subarray(output.bytes.length).every((byte) => byte === 0), output.name);
    return Object.fromEntries(net.outputs.map((output) => [output.name, [...output.data as Int32Array].map(Number)]));
  };
  const { sum, places, flat, ones, first } = run(5, 1, 5, 3);
  assert.equal({ sum, places, flat, ones, first }, { sum: [12], places: [0, 2], flat: [6, 5, 2, 1, 4, 3], ones: [1, 1, 1, 1, 1, 1], first: [5, 1] });
  const same = run(-9, -9, -9, -9);
  assert.equal([same["sum"], same["places"], same["flat"], same["first"]], [[-8], [], [-8, -9], [-9]]);
  assert.equal(run(1, 2, 3, 4)["ones"]!.length, 8);
});

extents("a module for a device computes the same rows", async () => {
  const graph = chain();
  await verifyLinked(graph, await link(graph, readFileSync("build/core/device.wasm"), { sliceBytes: 1024, engine: "wamr-fast", name: "chain", sha256: "0".repeat(64), version: "0" }));
});

extents("UNIQUE and TOPK_V2 of such rows see those that are there, and fewer than k trap", async () => {
  const graph = after(
    [{ op: "SHAPE", inputs: ["others"], outputs: ["count"] }, { op: "GREATER", inputs: ["x", "two"], outputs: ["high"] }, { op: "WHERE", inputs: ["high"], outputs: ["places"] }, { op: "GATHER_ND", inputs: ["x", "places"], outputs: ["picked"] },
      { op: "UNIQUE", inputs: ["picked"], outputs: ["once", "at"] }, { op: "TOPK_V2", inputs: ["picked", "k"], outputs: ["most", "where"] }],
    [{ name: "count", type: "int32", shape: [1] }, { name: "two", type: "int32", shape: [], data: [2] }, { name: "high", type: "bool", shape: [4] }, { name: "places", type: "int64", shape: [1, 1], shapeSignature: [-1, 1] }, open("picked"), open("once"), open("at"),
      { name: "k", type: "int32", shape: [], data: [2] }, { name: "most", type: "int32", shape: [2] }, { name: "where", type: "int32", shape: [2] }],
    ["once", "at", "most", "where"],
  );
  const net = await Interpreter.create(graph);
  const run = (...values: number[]) => {
    net.inputs[0]!.set(Int32Array.from(values));
    net.inputs[1]!.fill(0);
    net.invoke();
    for (const output of net.outputs) assert.ok(output.planned.subarray(output.bytes.length).every((byte) => byte === 0), output.name);
    return net.outputs.map(({ data }) => [...data as Int32Array]);
  };
  assert.equal(run(9, 1, 5, 9), [[9, 5], [0, 1, 0], [9, 9], [0, 2]]);
  assert.equal(run(-1, 4, 3, 0), [[4, 3], [0, 1], [4, 3], [0, 1]]);
  assert.equal(run(7, 7, 7, 7), [[7], [0, 0, 0, 0], [7, 7], [0, 1]]);
  assert.throws(() => run(0, 5, 0, 0), (error: unknown) => error instanceof ArenulaError && error.code === "INDEX_RANGE");
  const { module } = await link(graph, readFileSync("build/core/device.wasm"), { sliceBytes: 1024, engine: "wamr-fast", name: "picked", sha256: "0".repeat(64), version: "0" });
  const { extents: found, outputs } = await simulate(module, [Int32Array.of(9, 1, 5, 9), Int32Array.of(0, 0, 0, 0)].map((values) => new Uint8Array(values.buffer)));
  assert.equal(found.slice(0, 2), [2, 3]);
  assert.equal(outputs.map((bytes) => [...new Int32Array(bytes.slice().buffer)]), [[9, 5, 0, 0], [0, 1, 0, 0], [9, 9], [0, 2]]);
});

extents("no rows at all are no rows of anything", async () => {
  const graph = graphOf({
    tensors: [
      { name: "condition", type: "bool", shape: [5] }, { name: "places", type: "int64", shape: [1, 1], shapeSignature: [-1, 1] }, { name: "table", type: "float32", shape: [5, 2] },
      { name: "picked", type: "float32", shape: [1, 2], shapeSignature: [-1, 2] }, { name: "axis", type: "int32", shape: [1], data: [0] }, { name: "sum", type: "float32", shape: [2] },
    ],
    operators: [{ op: "WHERE", inputs: ["condition"], outputs: ["places"] }, { op: "GATHER_ND", inputs: ["table", "places"], outputs: ["picked"] }, { op: "SUM", inputs: ["picked", "axis"], outputs: ["sum"], options: { keepDims: false } }],
    outputs: ["picked", "sum"],
  });
  const net = await Interpreter.create(graph);
  net.inputs[0]!.fill(0);
  net.inputs[1]!.fill(2);
  net.invoke();
  assert.equal(net.outputs.map(({ shape, data }) => [shape, [...data as Float32Array]]), [[[0, 2], []], [[2], [0, 0]]]);
});

extents("computed slices and shapes that lead out of what is planned trap", async () => {
  const scalar = { type: "int32" as const, shape: [1] };
  const traps = async (graph: Graph, good: number[], bad: number[]) => {
    const net = await Interpreter.create(graph), feed = (values: number[]) => net.inputs.forEach((input, i) => input.fill(values[i]!));
    feed(good);
    net.invoke();
    feed(bad);
    assert.throws(() => net.invoke(), (error: unknown) => error instanceof ArenulaError && error.code === "INDEX_RANGE");
  };
  const x = { type: "int32" as const, shape: [5], data: [1, 2, 3, 4, 5] }, y = { type: "int32" as const, shape: [1], shapeSignature: [-1] };
  await traps(graphOfOne("SLICE", [x, scalar, scalar], y), [3, 2], [3, 3]);
  await traps(graphOfOne("SLICE", [x, scalar, scalar], y), [0, -1], [6, -1]);
  await traps(graphOfOne("STRIDED_SLICE", [x, scalar, scalar, { ...scalar, data: [1] }], { type: "int32", shape: [] }, { shrinkAxisMask: 1 }), [-5, 0], [5, 0]);
  await traps(graphOfOne("STRIDED_SLICE", [x, scalar, scalar, { ...scalar, data: [1] }], { type: "int32", shape: [2] }), [1, 3], [1, 4]);
  await traps(graphOfOne("FILL", [scalar, { ...scalar, shape: [], data: [1] }], { type: "int32", shape: [4] }), [4], [5]);
  await traps(graphOfOne("FILL", [scalar, { ...scalar, shape: [], data: [1] }], { type: "int32", shape: [4] }), [4], [3]);
  await traps(graphOfOne("FILL", [scalar, { ...scalar, shape: [], data: [1] }], { type: "int32", shape: [4] }), [4], [-1]);
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
