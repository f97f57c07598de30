// SOFTMAX on every core against tests/reference/softmax.ts.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { softmax } from "../reference/softmax";
import { agrees } from "../support/contract";
import { graphOfOne } from "../support/graph";
import { Random } from "../support/random";

const rows = suite("kernels/softmax");

async function normalizes(shape: readonly number[], codes: Int8Array, scale: number, beta = 1, zeroPoint = 0): Promise<void> {
  const graph = graphOfOne("SOFTMAX", [{ type: "int8", shape, scale, zeroPoint }], { type: "int8", shape, scale: 1 / 256, zeroPoint: -128 }, { beta });
  await agrees(`[${shape}], scale ${scale}, beta ${beta}`, graph, [codes], [softmax(codes, shape[shape.length - 1]!, scale, beta)]);
}

/** From below one step of the input to beyond what Q5.26 holds. */
const SCALES = [2 ** -26, 1e-6, 0.001, 0.02, 1 / 16, 0.1, 0.5, 1, 3, 31, 32, 1000].map(Math.fround);

rows("every scale, with differences of every size", async () => {
  const all = Int8Array.from({ length: 256 }, (_, i) => i - 128);
  for (const scale of SCALES) {
    await normalizes([256], all, scale);
    for (let most = -128; most <= 127; most += 15) await normalizes([2], Int8Array.of(most, -128), scale);
  }
});

rows("random rows of every length", async () => {
  const random = new Random(12);
  for (const depth of [1, 2, 3, 4, 5, 7, 8, 9, 10, 16, 17, 33, 100]) for (const scale of SCALES) await normalizes([3, depth], random.int8s(3 * depth), scale);
});

rows("leading dimensions are rows", async () => {
  const random = new Random(13);
  await normalizes([2, 3, 2, 5], random.int8s(60), Math.fround(0.07));
  await normalizes([1, 1, 1, 1, 1, 4], random.int8s(4), Math.fround(0.07));
});

rows("beta scales the logits; the zero point does not matter", async () => {
  const codes = new Random(14).int8s(20);
  for (const beta of [0.1, 0.5, 1, 2, 10]) await normalizes([2, 10], codes, Math.fround(0.05), beta);
  for (const zeroPoint of [-128, 127]) await normalizes([2, 10], codes, Math.fround(0.05), 1, zeroPoint);
});

rows("equal logits, up to the end of Q12.19 and beyond its sign", async () => {
  for (const depth of [1, 2, 255, 256, 257, 511, 512, 4094, 4095, 4096, 4097, 8191]) await normalizes([depth], new Int8Array(depth).fill(5), Math.fround(0.1));
});

rows("where TFLM's sum would wrap to nothing, every share still rounds to 0", async () => {
  for (const depth of [8192, 8193, 12000]) {
    const graph = graphOfOne("SOFTMAX", [{ type: "int8", shape: [depth], scale: Math.fround(0.1) }], { type: "int8", shape: [depth], scale: 1 / 256, zeroPoint: -128 }, { beta: 1 });
    await agrees(`${depth} equal logits`, graph, [new Int8Array(depth).fill(5)], [new Int8Array(depth).fill(-128)]);
  }
});

rows("ties of equal logits share; one sure class takes all that the format has", () => {
  // 256 * 1/4 = 64, minus 128; a share of 1 would be 256 and is clamped to 255
  assert.equal([...softmax(Int8Array.of(9, 9, 9, 9), 4, 0.1, 1)], [-64, -64, -64, -64]);
  assert.equal([...softmax(Int8Array.of(127, -128), 2, 1, 1)], [127, -128]);
});

rows.run();
