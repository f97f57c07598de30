// MEAN on every core against tests/reference/mean.ts.
import { suite } from "uvu";
import { mean } from "../reference/mean";
import type { Affine } from "../reference/quantization";
import { agrees } from "../support/contract";
import { graphOfOne } from "../support/graph";
import { Random } from "../support/random";
import { affine, codes, ZERO_POINTS, type Filling } from "./operands";

const means = suite("kernels/mean");

interface Options { x?: Affine; y?: Affine; keepDims?: boolean; filling?: Filling }

async function averages(shape: readonly number[], axes: readonly number[], { x = affine(0.05, -3), y = affine(0.02, 7), keepDims = false, filling = "with -128" }: Options = {}): Promise<void> {
  const values = codes(new Random(shape.length + axes.length), shape.reduce((a, b) => a * b, 1), filling);
  const reduced = [...new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)))];
  const outShape = shape.flatMap((n, d) => (reduced.includes(d) ? (keepDims ? [1] : []) : [n]));
  const graph = graphOfOne("MEAN", [{ type: "int8", shape, ...x }, { type: "int32", shape: [axes.length], data: axes }], { type: "int8", shape: outShape, ...y }, { keepDims });
  await agrees(`[${shape}] over [${axes}], keep ${keepDims}, ${JSON.stringify([x, y])}`, graph, [values], [mean(values, shape, reduced, x, y)]);
}

means("every set of axes of four dimensions, kept or dropped", async () => {
  for (let set = 0; set < 16; set++) for (const keepDims of [false, true]) await averages([2, 3, 4, 5], [0, 1, 2, 3].filter((d) => (set >> d) & 1), { keepDims });
});

means("axes counted from behind, in any order, named twice", async () => {
  await averages([2, 3, 4, 5], [-2, 1]);
  await averages([2, 3, 4, 5], [2, 1, 1, -3]);
  await averages([7], [0]);
  await averages([7], [-1], { keepDims: true });
});

means("up to six dimensions, every other one reduced", async () => {
  await averages([2, 3, 2, 3, 2, 3], [0, 2, 4]);
  await averages([2, 3, 2, 3, 2, 3], [1, 3, 5], { keepDims: true });
  await averages([2, 1, 3, 1, 2, 2], [1, 3]);
});

means("counts from 1 to a whole image", async () => {
  for (const n of [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 49, 64, 100, 1024, 4097]) await averages([1, n, 1, 3], [1, 2]);
  for (const filling of [-128, 127] as const) await averages([1, 96, 96, 2], [1, 2], { filling, x: affine(0.1, -filling - 1), y: affine(0.2) });
});

means("every number of channels, and sums that leave int16", async () => {
  for (let channels = 1; channels <= 17; channels++) await averages([2, 5, 7, channels], [1, 2]);
  for (const filling of [-128, 127, "with -128"] as const)
    for (const shape of [[1, 16, 16, 9], [2, 255, 1, 8], [1, 1, 256, 3], [3, 130, 4, 10], [1, 3, 8300, 8]]) await averages(shape, [1, 2], { filling, x: affine(0.05, 90), y: affine(0.05, -128) });
  for (const axes of [[0], [1], [0, 2], [0, 1, 2]]) await averages([3, 4, 5, 11], axes);
});

means("zero points at both ends", async () => {
  for (const x of ZERO_POINTS) for (const y of ZERO_POINTS) await averages([1, 3, 3, 4], [1, 2], { x: affine(0.05, x), y: affine(0.05, y) });
});

means("scales far apart: the shift leaves few bits for the division, or none", async () => {
  for (const ratio of [2 ** -31, 2 ** -30, 1e-6, 0.01, 0.99, 1, 7, 1000]) await averages([1, 5, 5, 3], [1, 2], { x: affine(ratio, 3), y: affine(1, -5) });
});

means.run();
