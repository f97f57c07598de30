import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Interpreter, Model } from "../../src/index";
import { buildModel } from "../support/build_model";

const fullyConnected = suite("kernels/fully_connected");

/** One row of equal activations times channels of equal weights: every sum is x * w * depth. */
async function run(depth: number, x: number, weights: readonly number[], core: "mcu" | "simd"): Promise<number[]> {
  const data = new Uint8Array(weights.length * depth);
  weights.forEach((w, c) => data.fill(w, c * depth, (c + 1) * depth));
  const net = await Interpreter.create(Model.parse(buildModel({
    tensors: [
      { name: "x", type: "int8", shape: [1, depth], scale: 1 },
      { name: "w", type: "int8", shape: [weights.length, depth], scale: 2 ** -24, data },
      { name: "y", type: "int8", shape: [1, weights.length], scale: 1 },
    ],
    operators: [{ op: "FULLY_CONNECTED", inputs: ["x", "w", null], outputs: ["y"] }],
  })), { core });
  net.inputs[0]!.fill(x);
  net.invoke();
  return Array.from(net.outputs[0]!.data as Int8Array);
}

// inner/dot_1x8.ts sums 256 products in a field of 24 bits; 70,000 of -128 * 255 would run into the neighbour.
fullyConnected("rows longer than a field can sum, in whole tiles and a rest", async () => {
  const weights = [127, -128, 1, 0, -127, 64, -1, 100, 127, -128, 3, -64];
  const exact = weights.map((w) => Math.round((-128 * w * 70000) / 2 ** 24)); // none is near a tie
  for (const core of ["mcu", "simd"] as const) assert.equal(await run(70000, -128, weights, core), exact);
});

fullyConnected("weights of -128, and every number of channels left over", async () => {
  for (let channels = 1; channels <= 17; channels++) {
    const weights = Array.from({ length: channels }, (_, c) => (c % 3 === 0 ? -128 : 15 * c - 128));
    assert.equal(await run(20000, 101, weights, "mcu"), weights.map((w) => Math.round((101 * w * 20000) / 2 ** 24) || 0));
  }
});

fullyConnected.run();
