// IF, WHILE and CALL_ONCE on the desktop: which steps run, how often, and that values survive the turns.
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { simulate } from "../../src/device/simulate/simulate";
import { ArenulaError } from "../../src/errors";
import { Interpreter } from "../../src/index";
import { link } from "../../src/link/link";
import { lower } from "../../src/lowering/lower";
import type { OperatorSpec, SubgraphSpec, TensorSpec } from "../support/build_model";
import { graphOf } from "../support/graph";

const flow = suite("lowering/control_flow");

const int8 = (name: string, data?: readonly number[]): TensorSpec => ({ name, type: "int8", shape: [4], scale: 1, ...(data && { data }) });
const bool = (name: string, data?: readonly number[]): TensorSpec => ({ name, type: "bool", shape: [], ...(data && { data }) });
const relu: OperatorSpec = { op: "RELU", inputs: ["a"], outputs: ["b"] };
const plusOne: SubgraphSpec = { name: "plus one", tensors: [int8("a"), int8("one", [1, 1, 1, 1]), int8("b")], operators: [{ op: "ADD", inputs: ["a", "one"], outputs: ["b"] }], inputs: ["a"], outputs: ["b"] };
const positive: SubgraphSpec = { name: "positive", tensors: [int8("a"), int8("b")], operators: [relu], inputs: ["a"], outputs: ["b"] };
const same: SubgraphSpec = { name: "same", tensors: [int8("a")], inputs: ["a"], outputs: ["a"] };

const X = Int8Array.of(-3, 5, -1, 2);

flow("IF runs one branch: of operators, or of none", async () => {
  for (const [then, expected] of [[positive, [0, 5, 0, 2]], [same, [-3, 5, -1, 2]]] as const) {
    const graph = graphOf({
      tensors: [bool("c"), int8("x"), int8("y"), int8("z")],
      operators: [{ op: "IF", inputs: ["c", "x"], outputs: ["y"], options: { thenSubgraphIndex: 1, elseSubgraphIndex: 2 } }, { op: "ADD", inputs: ["y", "x"], outputs: ["z"] }],
      inputs: ["c", "x"], outputs: ["y", "z"], others: [then, plusOne],
    });
    const net = await Interpreter.create(graph, { core: "mcu" });
    for (const [holds, due] of [[1, expected], [0, [-2, 6, 0, 3]], [1, expected]] as const) {
      net.inputs[0]!.bytes[0] = holds;
      net.inputs[1]!.bytes.set(new Uint8Array(X.buffer));
      net.invoke();
      assert.equal([...net.outputs[0]!.data], [...due]);
      assert.equal([...net.outputs[1]!.data], due.map((q, i) => q + X[i]!));
    }
  }
});

flow("IF on a constant becomes the branch alone", async () => {
  const graph = graphOf({
    tensors: [bool("c", [0]), int8("x"), int8("y")],
    operators: [{ op: "IF", inputs: ["c", "x"], outputs: ["y"], options: { thenSubgraphIndex: 1, elseSubgraphIndex: 2 } }], others: [positive, plusOne],
  });
  const net = await Interpreter.create(graph, { core: "mcu" });
  assert.equal(net.steps.map(({ kernel }) => kernel), ["add", "copy"]);
});

/** Turns while c holds: (c, d, x, k) becomes (d, false, x + k, k); c and d come from outside, so there are none, one or two turns. */
const LOOP: readonly SubgraphSpec[] = [
  { name: "condition", tensors: [bool("c"), bool("d"), int8("x"), int8("k")], inputs: ["c", "d", "x", "k"], outputs: ["c"] },
  {
    name: "body", tensors: [bool("c"), bool("d"), bool("no", [0]), int8("x"), int8("k"), int8("s")], operators: [{ op: "ADD", inputs: ["x", "k"], outputs: ["s"] }],
    inputs: ["c", "d", "x", "k"], outputs: ["d", "no", "s", "k"],
  },
];

flow("WHILE turns as often as its condition holds, results of a turn go to the next, and what lies around it keeps its bytes", async () => {
  const graph = graphOf({
    tensors: [bool("c"), bool("d"), int8("x"), int8("k"), bool("c1"), bool("d1"), int8("s"), int8("k1"), int8("y")],
    operators: [
      { op: "WHILE", inputs: ["c", "d", "x", "k"], outputs: ["c1", "d1", "s", "k1"], options: { condSubgraphIndex: 1, bodySubgraphIndex: 2 } },
      { op: "ADD", inputs: ["s", "x"], outputs: ["y"] },
    ],
    inputs: ["c", "d", "x", "k"], outputs: ["s", "k1", "y"], others: LOOP,
  });
  const net = await Interpreter.create(graph, { core: "mcu" });
  const K = Int8Array.of(10, 20, 30, 40);
  for (const [c, d, turns] of [[0, 0, 0], [0, 1, 0], [1, 0, 1], [1, 1, 2], [0, 0, 0]] as const) {
    net.inputs[0]!.bytes[0] = c;
    net.inputs[1]!.bytes[0] = d;
    net.inputs[2]!.bytes.set(new Uint8Array(X.buffer));
    net.inputs[3]!.bytes.set(new Uint8Array(K.buffer));
    net.profile();
    const sums = [...X].map((q, i) => q + turns * K[i]!);
    assert.equal(net.outputs.map(({ data }) => [...data]), [sums, [...K], sums.map((q, i) => q + X[i]!)], `${turns} turns`);
  }
});

flow("a loop within a branch within a loop", async () => {
  const nested: SubgraphSpec = {
    name: "nested", tensors: [bool("c"), bool("d"), bool("no", [0]), int8("x"), int8("k"), bool("c1"), bool("d1"), int8("s"), int8("k1")],
    operators: [{ op: "WHILE", inputs: ["c", "d", "x", "k"], outputs: ["c1", "d1", "s", "k1"], options: { condSubgraphIndex: 1, bodySubgraphIndex: 2 } }],
    inputs: ["c", "d", "x", "k"], outputs: ["d", "no", "s", "k"],
  };
  const graph = graphOf({
    tensors: [bool("c"), bool("d"), int8("x"), int8("k"), bool("c1"), bool("d1"), int8("s"), int8("k1")],
    operators: [{ op: "WHILE", inputs: ["c", "d", "x", "k"], outputs: ["c1", "d1", "s", "k1"], options: { condSubgraphIndex: 1, bodySubgraphIndex: 3 } }],
    inputs: ["c", "d", "x", "k"], outputs: ["s"], others: [...LOOP, nested],
  });
  const net = await Interpreter.create(graph, { core: "mcu" });
  for (const [c, d, sums] of [[0, 1, 0], [1, 0, 1], [1, 1, 3]] as const) { // outer turns see (1, 1) and (1, 0): two and one inner turns
    net.inputs[0]!.bytes[0] = c;
    net.inputs[1]!.bytes[0] = d;
    net.inputs[2]!.bytes.set(new Uint8Array(X.buffer));
    net.inputs[3]!.bytes.fill(7);
    net.invoke();
    assert.equal([...net.outputs[0]!.data], [...X].map((q) => q + 7 * sums));
  }
});

const refused = (spec: Parameters<typeof graphOf>[0], code: string, text: string): void =>
  assert.throws(() => lower(graphOf(spec), { core: "mcu" }), (error: unknown) => (error instanceof ArenulaError && error.code === code && error.message.includes(text) && error.hint !== "") || assert.unreachable(String(error)));

flow("a loop whose condition is a constant is refused: it would never begin, or never end", () => {
  for (const holds of [0, 1]) {
    const condition: SubgraphSpec = { name: "constant", tensors: [int8("a"), bool("c", [holds])], inputs: ["a"], outputs: ["c"] };
    refused({ tensors: [int8("x"), int8("y")], operators: [{ op: "WHILE", inputs: ["x"], outputs: ["y"], options: { condSubgraphIndex: 1, bodySubgraphIndex: 2 } }], others: [condition, plusOne] }, "OPERATOR_UNSUPPORTED", "'c' never changes");
  }
});

flow("calls within calls come to too many operators", () => {
  const DEPTH = 17; // each calls the next twice: 2^17 at the end
  const calls = (next: number): OperatorSpec => ({ op: "IF", inputs: ["c", "c", "a"], outputs: ["b"], options: { thenSubgraphIndex: next, elseSubgraphIndex: next } });
  const others = Array.from({ length: DEPTH }, (_, i): SubgraphSpec => ({ name: `level ${i}`, tensors: [bool("c"), int8("a"), int8("b")], operators: [calls(i + 2)], inputs: ["c", "a"], outputs: ["b"] }));
  const last: SubgraphSpec = { name: "last", tensors: [bool("c"), int8("a")], inputs: ["c", "a"], outputs: ["a"] };
  refused({ tensors: [bool("c"), int8("a"), int8("b")], operators: [calls(1)], others: [...others, last] }, "OPERATOR_UNSUPPORTED", "its subgraphs come to more than 100000 operators");
});

flow("a variable starts at its zero point; its state is saved, restored and reset", async () => {
  const graph = graphOf({ tensors: [{ ...int8("v"), zeroPoint: 3, isVariable: true }, { ...int8("x"), zeroPoint: 3 }, { ...int8("y"), zeroPoint: 3 }], operators: [{ op: "ADD", inputs: ["v", "x"], outputs: ["y"] }] });
  const net = await Interpreter.create(graph, { core: "mcu" });
  const run = () => {
    net.inputs[0]!.bytes.fill(10);
    net.invoke();
    return [...net.outputs[0]!.data];
  };
  assert.equal(run(), [10, 10, 10, 10]);
  const state = net.saveState();
  assert.is(state.length, 16);
  assert.equal([...state.subarray(0, 4)], [3, 3, 3, 3]);
  net.restoreState(state.map((byte) => byte + 2));
  assert.equal(run(), [12, 12, 12, 12]);
  net.resetState();
  assert.equal(run(), [10, 10, 10, 10]);
  assert.throws(() => net.restoreState(new Uint8Array(4)), (error: { code: string }) => error.code === "STATE_LENGTH");
});

flow("a linked module does the same, state and structure included", async () => {
  const graph = graphOf({
    tensors: [{ ...int8("v"), isVariable: true }, bool("c"), bool("d"), int8("x"), int8("k"), bool("c1"), bool("d1"), int8("s"), int8("k1"), int8("t"), int8("y")],
    operators: [
      { op: "WHILE", inputs: ["c", "d", "x", "k"], outputs: ["c1", "d1", "s", "k1"], options: { condSubgraphIndex: 1, bodySubgraphIndex: 2 } },
      { op: "IF", inputs: ["d", "s"], outputs: ["t"], options: { thenSubgraphIndex: 3, elseSubgraphIndex: 4 } },
      { op: "ADD", inputs: ["t", "v"], outputs: ["y"] },
    ],
    inputs: ["c", "d", "x", "k"], outputs: ["y", "s"], others: [...LOOP, positive, plusOne],
  });
  const core = readFileSync("build/core/device.wasm");
  for (const engine of ["wamr-fast", "wamr-aot"] as const) {
    const linked = await link(graph, core, { engine, name: "flow", sha256: "", version: "0.0.0", sliceBytes: 4096 });
    const net = await Interpreter.create(graph, { core: "mcu" });
    for (const [c, d] of [[0, 0], [1, 0], [0, 1], [1, 1]] as const) {
      const inputs = [Uint8Array.of(c), Uint8Array.of(d), new Uint8Array(X.buffer), Uint8Array.of(1, 2, 3, 4)];
      inputs.forEach((bytes, i) => net.inputs[i]!.bytes.set(bytes));
      net.invoke();
      const { outputs } = await simulate(linked.module, inputs);
      assert.equal(outputs.map((bytes) => [...bytes]), net.outputs.map(({ bytes }) => [...bytes]), `${engine}, ${c}${d}`);
    }
  }
});

flow.run();
