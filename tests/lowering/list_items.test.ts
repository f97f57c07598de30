// Items that a loop sets in a list, as the converter writes them: what is recognized, what each turn then runs, and what is left alone.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Interpreter } from "../../src/index";
import { writeItems } from "../../src/lowering/list_items";
import { lower } from "../../src/lowering/lower";
import type { OperatorSpec, SubgraphSpec, TensorSpec } from "../support/build_model";
import { graphOf } from "../support/graph";

const items = suite("lowering/list_items");

const ROWS = 4, WIDTH = 3;
const int8 = (name: string, ...shape: number[]): TensorSpec => ({ name, type: "int8", shape, scale: 1 });
const int32 = (name: string, shape: readonly number[], data?: readonly number[]): TensorSpec => ({ name, type: "int32", shape, ...(data && { data }) });

interface Bend {
  readonly step?: number;
  readonly rest?: number;
  readonly after?: string;
  readonly readAgain?: boolean;
}

/** Sets item i of the list to itself and the state; `bend` makes it something else. */
function body({ step = 1, rest = -1, after = "list", readAgain = false }: Bend = {}): SubgraphSpec {
  const operators: OperatorSpec[] = [
    { op: "ADD", inputs: ["i", "step"], outputs: ["next"] },
    { op: "GATHER", inputs: ["source", "i"], outputs: ["row"] },
    { op: "ADD", inputs: ["row", "state"], outputs: ["item"] },
    { op: "RESHAPE", inputs: ["i", "one"], outputs: ["i1"] },
    { op: "CONCATENATION", inputs: ["i1", "rest"], outputs: ["size"], options: { axis: 0 } },
    { op: "SLICE", inputs: ["list", "zeros", "size"], outputs: ["before"] },
    { op: "RESHAPE", inputs: ["next", "one"], outputs: ["next1"] },
    { op: "CONCATENATION", inputs: ["next1", "zero"], outputs: ["begin"], options: { axis: 0 } },
    { op: "SLICE", inputs: [after, "begin", "all"], outputs: ["behind"] },
    { op: "CONCATENATION", inputs: ["before", "item", "behind"], outputs: ["written"], options: { axis: 0 } },
    ...(readAgain ? [{ op: "GATHER", inputs: ["list", "i"], outputs: ["old"] }] : []),
  ];
  return {
    name: "body", operators,
    tensors: [
      int32("i", []), int8("list", ROWS, WIDTH), int8("source", ROWS, WIDTH), int8("state", 1, WIDTH), int32("step", [], [step]), int32("next", []), int8("row", WIDTH), int8("item", 1, WIDTH),
      int32("one", [1], [1]), int32("i1", [1]), int32("rest", [1], [rest]), int32("size", [2]), int32("zeros", [2], [0, 0]), int8("before", 1, WIDTH), int32("next1", [1]), int32("zero", [1], [0]),
      int32("begin", [2]), int32("all", [2], [-1, -1]), int8("behind", 1, WIDTH), int8("written", ROWS, WIDTH), int8("old", WIDTH),
    ],
    inputs: ["i", "list", "source", "state"], outputs: ["next", "written", "source", readAgain ? "old" : "item"],
  };
}

const condition: SubgraphSpec = {
  name: "condition", tensors: [int32("i", []), int8("list", ROWS, WIDTH), int8("source", ROWS, WIDTH), int8("state", 1, WIDTH), int32("most", [], [ROWS]), { name: "c", type: "bool", shape: [] }],
  operators: [{ op: "LESS", inputs: ["i", "most"], outputs: ["c"] }], inputs: ["i", "list", "source", "state"], outputs: ["c"],
};

const model = (bend?: Bend) => graphOf({
  tensors: [int32("i", []), ...["list", "source"].flatMap((name) => [int8(name, ROWS, WIDTH), int8(`${name}1`, ROWS, WIDTH)]), int8("state", 1, WIDTH), int32("i1", []), int8("state1", 1, WIDTH)],
  operators: [{ op: "WHILE", inputs: ["i", "list", "source", "state"], outputs: ["i1", "list1", "source1", "state1"], options: { condSubgraphIndex: 1, bodySubgraphIndex: 2 } }],
  inputs: ["i", "list", "source", "state"], outputs: ["list1", "state1"], others: [condition, body(bend)],
});

/** What the body's turns run. */
function kernelsOfTurn(bend?: Bend): string[] {
  const { code, steps } = lower(model(bend), { core: "mcu" });
  const loop = code[0]!.find((node) => node.kind === "while")!;
  return loop.kind === "while" ? loop.body.flatMap((node) => (node.kind === "step" ? [steps[node.step]!.kernel] : [])) : [];
}

async function run(bend?: Bend) {
  const net = await Interpreter.create(model(bend), { core: "mcu" });
  const source = Int8Array.from({ length: ROWS * WIDTH }, (_, i) => i + 1);
  net.inputs[0]!.bytes.fill(0);
  net.inputs[1]!.bytes.fill(99);
  net.inputs[2]!.bytes.set(new Uint8Array(source.buffer));
  net.inputs[3]!.bytes.fill(0);
  net.invoke();
  return { source, list: [...net.outputs[0]!.data], state: [...net.outputs[1]!.data] };
}

items("every item is set, and the list is never copied", async () => {
  const { source, list, state } = await run();
  let sum = [0, 0, 0];
  const due = Array.from({ length: ROWS }, (_, i) => (sum = sum.map((s, k) => s + source[i * WIDTH + k]!))).flat();
  assert.equal(list, due);
  assert.equal(state, due.slice(-WIDTH));
  const { steps } = lower(model(), { core: "mcu" }), copies = kernelsOfTurn().filter((kernel) => kernel === "copy").length;
  assert.is(kernelsOfTurn().filter((kernel) => kernel === "copy_at").length, 1);
  assert.is(copies, 4, "two of the vector of begins, the counter, the state"); // not the list, not the source
  assert.ok(steps.length < 16);
});

items("an old list that is read again is copied first", async () => {
  const { source, list, state } = await run({ readAgain: true });
  assert.equal(list.slice(0, WIDTH), [...source.slice(0, WIDTH)]);
  assert.equal(state, [99, 99, 99], "what was in the last place before it was set");
  assert.ok(kernelsOfTurn({ readAgain: true }).length > kernelsOfTurn().length);
});

items("what is no item of a list stays as it is", () => {
  const written = (bend?: Bend) => writeItems(model(bend)).subgraphs[2]!.operators.map(({ name }) => name).filter((name) => name === "DYNAMIC_UPDATE_SLICE" || name === "SLICE");
  assert.equal(written(), ["DYNAMIC_UPDATE_SLICE"]);
  for (const bend of [{ step: 2 }, { rest: 1 }, { after: "source" }]) assert.equal(written(bend), ["SLICE", "SLICE"], JSON.stringify(bend));
});

items.run();
