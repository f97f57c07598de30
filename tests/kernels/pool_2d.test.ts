// AVERAGE_POOL_2D and MAX_POOL_2D on every core against tests/reference/pool_2d.ts.
import { suite } from "uvu";
import { averagePool2d, averagePool2dLegacy, maxPool2d, poolShape, type Pool } from "../reference/pool_2d";
import { ACTIVATIONS } from "../reference/quantization";
import { agrees } from "../support/contract";
import { graphOfOne } from "../support/graph";
import { Random } from "../support/random";
import { affine, codes, ZERO_POINTS, type Filling } from "./operands";

const pooling = suite("kernels/pool_2d");

type Shape = Pick<Pool, "input" | "filter"> & Partial<Pool>;

/** Both kinds over one shape. */
async function pools(shape: Shape, filling: Filling = "with -128"): Promise<void> {
  const full: Pool = { stride: [1, 1], padding: "SAME", activation: "NONE", x: affine(0.05, -3), ...shape };
  const x = codes(new Random(JSON.stringify(shape).length), full.input.reduce((a, b) => a * b), filling);
  const options = {
    padding: full.padding, strideH: full.stride[0], strideW: full.stride[1], filterHeight: full.filter[0], filterWidth: full.filter[1], fusedActivationFunction: full.activation,
  };
  for (const [op, reference] of [["AVERAGE_POOL_2D", averagePool2d], ["MAX_POOL_2D", maxPool2d]] as const) {
    const graph = graphOfOne(op, [{ type: "int8", shape: full.input, ...full.x }], { type: "int8", shape: poolShape(full), ...full.x }, options);
    await agrees(`${op} ${JSON.stringify(shape)}`, graph, [x], [reference(full, x)]);
  }
}

pooling("windows, strides and paddings on odd planes", async () => {
  for (const filter of [[1, 1], [2, 2], [3, 3], [2, 3], [5, 1]] as const)
    for (const stride of [[1, 1], [2, 2], [3, 2], [4, 4]] as const) for (const padding of ["SAME", "VALID"] as const) await pools({ input: [1, 7, 5, 3], filter, stride, padding });
});

pooling("windows larger than the image, and over all of it", async () => {
  for (const size of [1, 2, 3] as const) await pools({ input: [1, size, size, 2], filter: [5, 4] });
  await pools({ input: [1, 25, 5, 4], filter: [25, 5], stride: [25, 5], padding: "VALID" });
});

pooling("channels and batches", async () => {
  for (const channels of [1, 2, 3, 4, 5, 8, 9, 17]) await pools({ input: [2, 4, 4, channels], filter: [2, 2], stride: [2, 2] });
});

pooling("every number of channels up to two vectors and one, over every border", async () => {
  for (let channels = 1; channels <= 33; channels++) await pools({ input: [1, 5, 4, channels], filter: [3, 3], stride: [1 + (channels % 2), 1] });
});

pooling("sums that leave int16, and counts that a float32 does not divide by", async () => {
  for (const [h, w] of [[16, 16], [255, 1], [1, 256], [3, 254], [51, 40], [182, 181]] as const)
    for (const filling of [-128, 127, "with -128"] as const) await pools({ input: [1, h, w, 9], filter: [h, w], padding: "VALID" }, filling);
  for (let n = 1; n <= 130; n++) await pools({ input: [1, n, 3, 17], filter: [n, 3], padding: "VALID" });
});

pooling("means of legacy uint8 are rounded half up", async () => {
  for (const [channels, filter, stride] of [[1, 2, 1], [3, 2, 2], [8, 3, 1], [11, 5, 2], [17, 4, 1]] as const) {
    const c: Pool = { input: [2, 6, 7, channels], filter: [filter, filter], stride: [stride, stride], padding: "SAME", activation: "NONE", x: affine(0.05, 0) };
    const x = codes(new Random(channels), 84 * channels), legacy = (values: Int8Array) => Uint8Array.from(values, (code) => code + 128), type = { type: "uint8", scale: 0.05, zeroPoint: 128 } as const;
    const options = { padding: c.padding, strideH: stride, strideW: stride, filterHeight: filter, filterWidth: filter };
    await agrees(`legacy, ${channels} channels`, graphOfOne("AVERAGE_POOL_2D", [{ shape: c.input, ...type }], { shape: poolShape(c), ...type }, options), [legacy(x)], [legacy(averagePool2dLegacy(c, x))]);
  }
});

pooling("the extremes of int8, and ties of the mean on both sides of zero", async () => {
  for (const filling of [-128, -1, 0, 1, 127] as const) await pools({ input: [1, 3, 3, 2], filter: [2, 2] }, filling);
  const x = Int8Array.of(1, 2, 2, 3, -1, -2, -2, -3, 0, 1, -1, 0); // means 1.5, 2.5, -1.5, -2.5, 0.5, -0.5
  const graph = graphOfOne(
    "AVERAGE_POOL_2D", [{ type: "int8", shape: [6, 1, 2, 1], scale: 1 }], { type: "int8", shape: [6, 1, 1, 1], scale: 1 },
    { padding: "VALID", strideH: 1, strideW: 1, filterHeight: 1, filterWidth: 2 },
  );
  await agrees("ties", graph, [x], [Int8Array.of(2, 3, -2, -3, 1, -1)]);
});

pooling("fused activations and zero points", async () => {
  for (const activation of ACTIVATIONS) for (const zeroPoint of ZERO_POINTS) await pools({ input: [1, 4, 4, 3], filter: [2, 2], activation, x: affine(0.04, zeroPoint) });
});

pooling.run();
