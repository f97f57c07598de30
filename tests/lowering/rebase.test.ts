// Quantized uint8 as int8: the user writes and reads uint8, and every tensor of a trace has the bytes that the file's types say.
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32 } from "../../src/crc32";
import { simulate } from "../../src/device/simulate/simulate";
import { Interpreter } from "../../src/index";
import { link } from "../../src/link/link";
import { graphOf } from "../support/graph";

const rebase = suite("lowering/rebase");

const uint8 = (name: string, data?: readonly number[]) => ({ name, type: "uint8" as const, shape: [9], scale: 0.5, zeroPoint: 120, ...(data && { data }) });
const X = Uint8Array.of(0, 1, 119, 120, 121, 200, 254, 255, 130);
const sum = X.map((q) => Math.min(q + 10, 255)); // the constant is real 5
const positive = sum.map((q) => Math.max(q, 120));

const graph = graphOf({
  tensors: [uint8("x"), uint8("ten", new Array<number>(9).fill(130)), uint8("s"), uint8("y")],
  operators: [{ op: "ADD", inputs: ["x", "ten"], outputs: ["s"] }, { op: "RELU", inputs: ["s"], outputs: ["y"] }], outputs: ["y", "ten", "s"],
});

rebase("inputs and outputs stay uint8, constant outputs too", async () => {
  const net = await Interpreter.create(graph, { core: "mcu" });
  assert.equal([...net.inputs, ...net.outputs].map(({ type, zeroPoint }) => [type, zeroPoint]), new Array(4).fill(["uint8", 120]));
  for (let i = 0; i < 2; i++) {
    net.inputs[0]!.bytes.set(X);
    net.invoke();
    assert.equal(net.outputs.map(({ bytes }) => [...bytes]), [[...positive], new Array(9).fill(130), [...sum]]);
  }
  net.inputs[0]!.bytes.set(X);
  assert.equal(net.trace().map((entry) => entry.crc32), [crc32(sum), crc32(positive)]);
});

rebase("a linked module does the same", async () => {
  const linked = await link(graph, readFileSync("build/core/device.wasm"), { engine: "wamr-fast", name: "uint8", sha256: "", version: "0.0.0", sliceBytes: 4096 });
  assert.equal(linked.facts.inputs.map(({ dtype, zero_point }) => [dtype, zero_point]), [["uint8", 120]]);
  const { outputs } = await simulate(linked.module, [X]);
  assert.equal(outputs.map((bytes) => [...bytes]), [[...positive], new Array(9).fill(130), [...sum]]);
});

rebase("an input that is an output", async () => {
  const net = await Interpreter.create(graphOf({ tensors: [uint8("x"), uint8("y")], operators: [{ op: "RELU", inputs: ["x"], outputs: ["y"] }], outputs: ["x", "y"] }), { core: "mcu" });
  net.inputs[0]!.bytes.set(X);
  net.invoke();
  assert.equal(net.outputs.map(({ bytes }) => [...bytes]), [[...X], [...X.map((q) => Math.max(q, 120))]]);
});

rebase.run();
