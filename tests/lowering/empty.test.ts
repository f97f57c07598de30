// Tensors without elements: what LiteRT runs with them, and what is refused.
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Interpreter } from "../../src/index";
import { link } from "../../src/link/link";
import { verifyLinked } from "../../src/link/verify";
import { lower } from "../../src/lowering/lower";
import { readModel } from "../../src/tflite/read";
import { buildModel, type ModelSpec, type SubgraphSpec, type TensorSpec } from "../support/build_model";
import { refuses } from "./refused";

const empty = suite("lowering/empty");

const float = (name: string, shape: number[], data?: number[]): TensorSpec => ({ name, type: "float32", shape, ...(data && { data }) });
const int32 = (name: string, data: number[], shape = [data.length]): TensorSpec => ({ name, type: "int32", shape, data });

/** x [2,3] split into [2,2], [2,0] and [2,1]. */
const SPLIT: Pick<ModelSpec, "tensors" | "operators"> = {
  tensors: [float("x", [2, 3]), int32("sizes", [2, 0, -1]), int32("axis", [1], []), float("a", [2, 2]), float("none", [2, 0]), float("b", [2, 1])],
  operators: [{ op: "SPLIT_V", inputs: ["x", "sizes", "axis"], outputs: ["a", "none", "b"], options: { numSplits: 3 } }],
};

async function outputsOf(spec: ModelSpec, x: number[]): Promise<number[][]> {
  const graph = readModel(buildModel(spec)), net = await Interpreter.create(graph, { core: "mcu" });
  net.inputs[0]!.set(Float32Array.from(x));
  net.invoke();
  const linked = await link(graph, readFileSync("build/core/device.wasm"), { sliceBytes: 1024, engine: "wamr-fast", name: "empty", sha256: "0".repeat(64), version: "0" });
  await verifyLinked(graph, linked);
  return net.outputs.map(({ data }) => [...(data as Float32Array)]);
}

empty("a part of no columns is known, no step writes it, and it may be an output", async () => {
  const spec = { ...SPLIT, outputs: ["a", "none", "b"] };
  assert.equal(lower(readModel(buildModel(spec)), { core: "mcu" }).steps.length, 2);
  assert.equal(await outputsOf(spec, [1, 2, 3, 4, 5, 6]), [[1, 2, 4, 5], [], [3, 6]]);
});

empty("what follows from nothing is nothing, joined with something it is that, and summed up 0", async () => {
  const spec: ModelSpec = {
    tensors: [...SPLIT.tensors, int32("columns", [1]), float("more", [2, 0]), float("joined", [2, 2]), float("sum", [2]), float("padded", [2, 2]), int32("paddings", [0, 0, 1, 1], [2, 2])],
    operators: [
      ...SPLIT.operators!, { op: "TANH", inputs: ["none"], outputs: ["more"] }, { op: "CONCATENATION", inputs: ["more", "a"], outputs: ["joined"], options: { axis: 1 } },
      { op: "SUM", inputs: ["more", "columns"], outputs: ["sum"] }, { op: "PAD", inputs: ["none", "paddings"], outputs: ["padded"] },
    ],
    outputs: ["joined", "sum", "padded"],
  };
  assert.equal(await outputsOf(spec, [1, 2, 3, 4, 5, 6]), [[1, 2, 4, 5], [0, 0], [0, 0, 0, 0]]);
});

empty("a loop hands nothing on from turn to turn", async () => {
  const turned = (result: string, more: SubgraphSpec["operators"] = [], tensors: TensorSpec[] = []): SubgraphSpec =>
    ({ tensors: [float("i", []), float("nothing", [2, 0]), ...tensors], operators: more, inputs: ["i", "nothing"], outputs: result.split(" ") });
  const spec: ModelSpec = {
    tensors: [...SPLIT.tensors, float("start", [], [0]), float("end", []), float("left", [2, 0]), float("y", [2, 2])],
    operators: [
      ...SPLIT.operators!, { op: "WHILE", inputs: ["start", "none"], outputs: ["end", "left"], options: { condSubgraphIndex: 1, bodySubgraphIndex: 2 } },
      { op: "CONCATENATION", inputs: ["left", "a"], outputs: ["y"], options: { axis: 1 } },
    ],
    outputs: ["y", "end"],
    others: [
      turned("below", [{ op: "LESS", inputs: ["i", "limit"], outputs: ["below"] }], [float("limit", [], [3]), { name: "below", type: "bool", shape: [] }]),
      turned("next other", [{ op: "ADD", inputs: ["i", "one"], outputs: ["next"] }, { op: "TANH", inputs: ["nothing"], outputs: ["other"] }], [float("one", [], [1]), float("next", []), float("other", [2, 0])]),
    ],
  };
  assert.equal(await outputsOf(spec, [1, 2, 3, 4, 5, 6]), [[1, 2, 4, 5], [3]]);
});

empty("operators that would read it are refused by name", () => {
  const none = { type: "float32", shape: [2, 0] } as const;
  refuses({ op: "BATCH_MATMUL", operands: [none, { type: "float32", shape: [0, 3] }], result: { type: "float32", shape: [2, 3] } }, "OPERATOR_UNSUPPORTED", "of shape [2,0] has no elements");
  refuses({ op: "GATHER", operands: [{ type: "float32", shape: [0, 3] }, { type: "int32", shape: [2] }], result: { type: "float32", shape: [2, 3] } }, "OPERATOR_UNSUPPORTED", "of shape [0,3] has no elements");
});

empty.run();
