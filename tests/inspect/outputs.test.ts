// Ways to feed a classifier that it answers better to. The network tells which of three channels is brightest.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OutputWatch } from "../../src/inspect/outputs";
import { Interpreter } from "../../src/index";
import "../support/cores";
import { graphOf } from "../support/graph";
import { Random } from "../support/random";

const PIXELS = 16;
const reals = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const brightest = graphOf({
  tensors: [
    { name: "image", type: "float32", shape: [1, 4, 4, 3] }, { name: "axes", type: "int32", shape: [2], data: [1, 2] }, { name: "colour", type: "float32", shape: [1, 3] },
    { name: "w", type: "float32", shape: [3, 3], data: reals(12, 0, 0, 0, 12, 0, 0, 0, 12) }, { name: "logits", type: "float32", shape: [1, 3] }, { name: "scores", type: "float32", shape: [1, 3] },
  ],
  operators: [
    { op: "MEAN", inputs: ["image", "axes"], outputs: ["colour"], options: { keepDims: false } }, { op: "FULLY_CONNECTED", inputs: ["colour", "w", null], outputs: ["logits"] },
    { op: "SOFTMAX", inputs: ["logits"], outputs: ["scores"], options: { beta: 1 } },
  ],
});

/** Pictures with values from 0 to 1 in which channel `label` is brightest. */
function pictures(): { label: number; pixels: Float32Array }[] {
  const random = new Random(3);
  return Array.from({ length: 30 }, (_, i) => ({ label: i % 3, pixels: Float32Array.from({ length: 3 * PIXELS }, (_value, k) => random.byte() / 255 / (k % 3 === i % 3 ? 1 : 3)) }));
}

async function findings(feed: (pixels: Float32Array) => Float32Array, labelled: boolean): Promise<string[]> {
  const net = await Interpreter.create(brightest, { core: "mcu" }), other = await Interpreter.create(brightest, { core: "mcu" });
  const watch = new OutputWatch(other);
  for (const { label, pixels } of pictures()) {
    const fed = feed(pixels);
    net.inputs[0]!.quantize(fed);
    net.invoke();
    watch.add(fed, net.outputs[0]!.dequantize(), labelled ? label : null);
  }
  return watch.findings(labelled).map(({ code, where }) => `${code} ${where}`);
}

const swapped = (pixels: Float32Array) => pixels.map((_, i) => pixels[i - (i % 3) + (2 - (i % 3))]!);

const test = suite("inspect/outputs");
test("a network that is fed rightly has no finding", async () => assert.equal(await findings((pixels) => pixels, true), []));
test("red and blue exchanged", async () => assert.equal(await findings(swapped, true), ["CHANNEL_ORDER input 'image'"]));
test("inputs divided once too often: told by the confidence, where there are no labels", async () => {
  assert.equal(await findings((pixels) => pixels.map((value) => value / 255), false), ["INPUT_SCALING input 'image'"]);
});
test("larger inputs make a network surer of itself, which is no reason to enlarge them", async () => assert.equal(await findings((pixels) => pixels, false), []));
test("the same class for everything", async () => assert.equal(await findings((pixels) => pixels.map((_, i) => (i % 3 === 1 ? 0.9 : 0.1)), true), ["OUTPUT_CONSTANT output 'scores'"]));
test.run();
