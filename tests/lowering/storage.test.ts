// Which tensors share bytes: views always, outputs in place where nobody needs the operand any more. Each graph is also run on every
// core, where a storage taken too early would change a result.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Model, type TensorType } from "../../src/index";
import { lower } from "../../src/lowering/lower";
import { MACHINES } from "../../src/lowering/lowering";
import { assignStorage } from "../../src/lowering/storage";
import { operatorGoldens } from "../operators/goldens";
import { agrees } from "../support/contract";
import type { OperatorSpec, SubgraphSpec } from "../support/build_model";
import { graphOf } from "../support/graph";

const storage = suite("lowering/storage");

/** int8 tensors of scale 1 and zero point 0, by name and shape: RELU clamps, RELU6 too, ADD and MUL are exact. */
function network(shapes: Readonly<Record<string, readonly number[]>>, operators: readonly OperatorSpec[], rest: Partial<SubgraphSpec> = {}) {
  return graphOf({ tensors: Object.entries(shapes).map(([name, shape]) => ({ name, type: "int8" as const, shape, scale: 1 })), operators, ...rest });
}

/** Names of the tensors of every storage. */
function shared(graph: ReturnType<typeof network>): string[][] {
  const subgraph = graph.subgraphs[0]!;
  return assignStorage(lower(graph, { core: "mcu" })).storages.map(({ tensors }) => tensors.map((tensor) => subgraph.tensors[tensor]!.name));
}

const relu = (from: string, to: string): OperatorSpec => ({ op: "RELU", inputs: [from], outputs: [to] });
const add = (a: string, b: string, to: string): OperatorSpec => ({ op: "ADD", inputs: [a, b], outputs: [to] });
const view = (from: string, to: string): OperatorSpec => ({ op: "RESHAPE", inputs: [from], outputs: [to] });
const X = Int8Array.of(-5, 7, -2, 3), POSITIVE = Int8Array.of(0, 7, 0, 3);
const plus = (a: Int8Array, b: Int8Array) => a.map((q, i) => q + b[i]!);

storage("a chain of lookups is computed in one place", async () => {
  const graph = network({ x: [4], a: [4], b: [4], y: [4] }, [relu("x", "a"), relu("a", "b"), relu("b", "y")]);
  assert.equal(shared(graph), [["x", "a", "b", "y"]]);
  await agrees("chain", graph, [X], [POSITIVE]);
});

storage("an operand that is read later keeps its bytes", async () => {
  const graph = network({ x: [4], a: [4], y: [4] }, [relu("x", "a"), add("a", "x", "y")]);
  assert.equal(shared(graph), [["x"], ["a", "y"]]);
  await agrees("read later", graph, [X], [plus(POSITIVE, X)]);
});

storage("an operand that is a graph output keeps its bytes", async () => {
  const graph = network({ x: [4], a: [4], y: [4] }, [relu("x", "a"), add("a", "a", "y")], { outputs: ["y", "a"] });
  assert.equal(shared(graph), [["x", "a"], ["y"]]);
  await agrees("output", graph, [X], [plus(POSITIVE, POSITIVE), POSITIVE]);
  const input = network({ x: [4], y: [4] }, [relu("x", "y")], { outputs: ["x", "y"] });
  assert.equal(shared(input), [["x"], ["y"]]);
  await agrees("input as output", input, [X], [X, POSITIVE]);
});

storage("the second operand gives its place where the first is needed", async () => {
  const graph = network({ x: [4], z: [4], y: [4], e: [4] }, [add("x", "z", "y"), add("y", "x", "e")]);
  assert.equal(shared(graph), [["x"], ["z", "y", "e"]]);
  await agrees("second", graph, [X, POSITIVE], [plus(plus(X, POSITIVE), X)]);
});

storage("an operand that is broadcast gives no place: it is too small", async () => {
  const graph = network({ x: [4], b: [1], y: [4] }, [add("b", "x", "y")], { inputs: ["x", "b"] });
  assert.equal(shared(graph), [["x", "y"], ["b"]]);
  await agrees("broadcast", graph, [X, Int8Array.of(10)], [X.map((q) => q + 10)]);
});

storage("views share their source, and keep it alive", async () => {
  const graph = network({ x: [4], v: [2, 2], w: [1, 4], y: [1, 4] }, [view("x", "v"), view("v", "w"), relu("w", "y")]);
  assert.equal(shared(graph), [["x", "v", "w", "y"]]);
  await agrees("views", graph, [X], [POSITIVE]);
});

storage("a view that is used later keeps its source from being overwritten", async () => {
  const before = network({ x: [4], v: [2, 2], a: [4], b: [2, 2], y: [2, 2] }, [view("x", "v"), relu("x", "a"), view("a", "b"), add("b", "v", "y")]);
  assert.equal(shared(before)[0], ["x", "v"]);
  await agrees("view first", before, [X], [plus(POSITIVE, X)]);
  const after = network({ x: [4], v: [2, 2], a: [4], b: [2, 2], y: [2, 2] }, [relu("x", "a"), view("x", "v"), view("a", "b"), add("b", "v", "y")]);
  assert.equal(shared(after)[0], ["x", "v"]);
  await agrees("view second", after, [X], [plus(POSITIVE, X)]);
  const output = network({ x: [4], v: [2, 2], y: [4] }, [view("x", "v"), relu("x", "y")], { outputs: ["v", "y"] });
  assert.equal(shared(output), [["x", "v"], ["y"]]);
  await agrees("view as output", output, [X], [X, POSITIVE]);
});

storage("a view that is overwritten in place does not reach what its source still has to give", async () => {
  const graph = network({ x: [4], v: [2, 2], a: [2, 2], b: [4], y: [4] }, [view("x", "v"), relu("v", "a"), view("a", "b"), add("b", "x", "y")]);
  assert.equal(shared(graph)[0], ["x", "v"]);
  await agrees("through the view", graph, [X], [plus(POSITIVE, X)]);
});

storage("two views with different broadcasts are not overwritten", async () => {
  const graph = network({ x: [4], column: [4, 1], row: [1, 4], y: [4, 4] }, [view("x", "column"), view("x", "row"), add("column", "row", "y")]);
  assert.equal(shared(graph), [["x", "column", "row"], ["y"]]);
  await agrees("outer sum", graph, [X], [Int8Array.from({ length: 16 }, (_, i) => X[i >> 2]! + X[i & 3]!)]);
  // equal sizes: the storage is free, but the other operand is the same bytes
  const same = network({ x: [4], v: [4], y: [4] }, [view("x", "v"), add("x", "v", "y")]);
  assert.equal(shared(same), [["x", "v"], ["y"]]);
  await agrees("x and its view", same, [X], [plus(X, X)]);
});

storage("a constant operand gives no place", async () => {
  const graph = graphOf({
    tensors: [
      { name: "c", type: "int8", shape: [4], scale: 1, data: [1, 2, 3, 4] }, { name: "x", type: "int8", shape: [1], scale: 1 }, { name: "y", type: "int8", shape: [4], scale: 1 },
    ],
    operators: [add("c", "x", "y")],
  });
  assert.equal(shared(graph), [["x"], ["y"]]);
  await agrees("constant", graph, [Int8Array.of(10)], [Int8Array.of(11, 12, 13, 14)]);
});

storage("an empty tensor that operators write has no place", async () => {
  const joined: OperatorSpec = { op: "CONCATENATION", inputs: ["x", "x"], outputs: ["y"], options: { axis: 1 } };
  const none = new Int8Array(0), Z = Int8Array.of(1, 2, 3, 4, 5, 6);
  const empty = network({ x: [0, 3], y: [0, 6] }, [joined]);
  assert.equal(shared(empty), [["x"]]);
  await agrees("an output", empty, [none], [none]);
  const between = network({ x: [0, 3], y: [0, 6], z: [1, 6], e: [1, 6] }, [joined, { op: "CONCATENATION", inputs: ["y", "z"], outputs: ["e"], options: { axis: 0 } }]);
  await agrees("between operators", between, [none, Z], [Z]);
});

storage("outputs stay alive to the end, inputs from the start to their last reader", () => {
  const graph = network({ x: [4], z: [8], a: [4], b: [4], y: [8] }, [relu("x", "a"), relu("a", "b"), relu("z", "y")], { outputs: ["b", "y"] });
  const { storages } = assignStorage(lower(graph, { core: "mcu" }));
  assert.equal(storages.map(({ bytes, firstStep, lastStep }) => [bytes, firstStep, lastStep]), [[4, 0, 2], [8, 0, 2]]);
});

storage("a long chain of views has one storage", () => {
  const names = Array.from({ length: 20_000 }, (_, i) => i);
  const tensors = names.map((index) => ({ index, name: "", type: "int8" as const, shape: [4], shapeSignature: null, quantization: null, data: null, isVariable: false }));
  const operators = names.slice(1).map((tensor, index) => ({ index, name: "RESHAPE", custom: false, version: 1, inputs: [tensor - 1], outputs: [tensor], options: {}, customOptions: null }));
  const graph = { description: "", version: 3, subgraphs: [{ name: "main", tensors, operators, inputs: [0], outputs: [names.length - 1] }], signatures: [], metadata: [], bytes: 0 };
  const program = lower(graph, { core: "mcu" });
  assert.equal(assignStorage(program).storages.map((one) => one.tensors.length), [names.length]);
});

storage("an operand of larger elements that is broadcast has as many bytes as the output, and gives no place", async () => {
  const graph = graphOf({
    tensors: [{ name: "a", type: "int32", shape: [4] }, { name: "b", type: "int32", shape: [4, 1] }, { name: "y", type: "bool", shape: [4, 4] }],
    operators: [{ op: "LESS", inputs: ["a", "b"], outputs: ["y"] }],
  });
  assert.equal(shared(graph), [["a"], ["b"], ["y"]]);
  const a = Int32Array.of(-5, 2, 300, 7), b = Int32Array.of(3, -900, 8, 1000);
  await agrees("broadcast bytes", graph, [a, b], [Uint8Array.from({ length: 16 }, (_, i) => Number(a[i & 3]! < b[i >> 2]!))]);
});

storage("a CAST takes its input's place only where elements keep their size", async () => {
  const cast = (from: TensorType, to: TensorType) => graphOf({ tensors: [{ name: "x", type: from, shape: [4] }, { name: "y", type: to, shape: [4] }], operators: [{ op: "CAST", inputs: ["x"], outputs: ["y"] }] });
  assert.equal(shared(cast("int32", "float32")), [["x", "y"]]);
  await agrees("int32 to float32", cast("int32", "float32"), [Int32Array.of(1, -2, 3, 1 << 20)], [Float32Array.of(1, -2, 3, 1 << 20)]);
  for (const [from, to] of [["int32", "int8"], ["int8", "int32"], ["float32", "int16"], ["bool", "int64"]] as const) assert.equal(shared(cast(from, to)), [["x"], ["y"]], `${from} to ${to}`);
  await agrees("int32 to int8", cast("int32", "int8"), [Int32Array.of(1, -2, 300, -129)], [Int8Array.of(1, -2, 44, 127)]);
  await agrees("int8 to int32", cast("int8", "int32"), [Int8Array.of(1, -2, 100, -128)], [Int32Array.of(1, -2, 100, -128)]);
});

storage("a SELECT takes the place of an operand that is not broadcast", async () => {
  const graph = graphOf({
    tensors: [{ name: "c", type: "bool", shape: [4] }, { name: "x", type: "int32", shape: [1] }, { name: "z", type: "int32", shape: [4] }, { name: "y", type: "int32", shape: [4] }],
    operators: [{ op: "SELECT_V2", inputs: ["c", "x", "z"], outputs: ["y"] }],
  });
  assert.equal(shared(graph), [["c"], ["x"], ["z", "y"]]);
  await agrees("SELECT_V2", graph, [Uint8Array.of(1, 0, 0, 1), Int32Array.of(70000), Int32Array.of(-1, 2, -3, 4)], [Int32Array.of(70000, 2, -3, 70000)]);
});

/** Kernels that lowering lets compute in place, over the drawn models, and those of them that do in one. */
storage("every kernel that may compute in place does so in a drawn model", () => {
  const may = new Set<string>(), does = new Set<string>();
  for (const { cases } of operatorGoldens()) for (const { model } of cases) for (const machine of MACHINES) {
    const program = lower(Model.parse(model), { core: "mcu", machine }), { ofTensor } = assignStorage(program);
    for (const { kernel, inPlace } of program.steps) for (const [from, to] of inPlace) {
      may.add(kernel);
      if (from !== to && ofTensor.get(from) === ofTensor.get(to)) does.add(kernel);
    }
  }
  assert.equal([...may].filter((kernel) => !does.has(kernel)), []);
});

storage.run();
