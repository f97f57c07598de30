// FULLY_CONNECTED on every core against tests/reference/fully_connected.ts: one row x eight channels a tile;
// 256 terms before sums of 24 bits are spilled; with --weights widened sixteen channels a tile, three terms a word.
import { suite } from "uvu";
import { fullyConnected, type FullyConnected } from "../reference/fully_connected";
import { ACTIVATIONS } from "../reference/quantization";
import { agrees } from "../support/contract";
import { bytesOf, graphOfOne } from "../support/graph";
import { Random } from "../support/random";
import { affine, biases, codes, weightScales, ZERO_POINTS, type Filling } from "./operands";

const connected = suite("kernels/fully_connected_edges");

type Shape = Pick<FullyConnected, "batches" | "depth" | "outC"> & Partial<FullyConnected>;
interface Operands { x?: Filling; w?: Filling; bias?: Int32Array | null; shape?: readonly number[]; keepNumDims?: boolean }

async function connects(layer: Shape, { x = "with -128", w = "with -128", bias, shape, keepNumDims = false }: Operands = {}): Promise<void> {
  const label = JSON.stringify({ ...layer, shape, fillings: [x, w] });
  const random = new Random(label.length * 13 + layer.depth);
  const { batches, depth, outC } = layer;
  const quantizations = { x: affine(0.05, -3), y: affine(0.1, 4), ...layer };
  const full: FullyConnected = { activation: "NONE", weightZeroPoint: 0, weightScales: weightScales(random, outC, depth, quantizations.x, quantizations.y), ...quantizations };
  const activations = codes(random, batches * depth, x), weights = codes(random, outC * depth, w);
  const added = bias === undefined ? biases(random, outC, depth) : bias;
  const graph = graphOfOne(
    "FULLY_CONNECTED",
    [
      { type: "int8", shape: shape ?? [batches, depth], ...full.x },
      { type: "int8", shape: [outC, depth], scale: full.weightScales, zeroPoint: full.weightZeroPoint, data: bytesOf(weights) },
      added && { type: "int32", shape: [outC], data: bytesOf(added) },
    ],
    { type: "int8", shape: keepNumDims ? [...shape!.slice(0, -1), outC] : [batches, outC], ...full.y },
    { fusedActivationFunction: full.activation, keepNumDims },
  );
  await agrees(label, graph, [activations], [fullyConnected(full, activations, weights, added)]);
}

/** Biases that leave 0, 1, 2, ... of one and the same sum: a unit lost anywhere shows. */
const cancelling = (sum: number, channels: number): Int32Array => Int32Array.from({ length: channels }, (_, c) => c - sum);

connected("every remainder of channels, depths and rows", async () => {
  for (let outC = 1; outC <= 17; outC++)
    for (const depth of [1, 2, 3, 4, 5, 63, 64, 65, 128, 130]) for (const batches of [1, 2, 3]) await connects({ batches, depth, outC });
});

connected("the largest products of either sign", async () => {
  for (const depth of [1, 64, 130, 1000])
    for (const w of [-128, 127] as const)
      for (const x of [-128, 127] as const)
        for (const zeroPoint of [-128, 0, 127])
          await connects({ batches: 2, depth, outC: 5, x: affine(1, zeroPoint), y: affine(1), weightScales: [Math.fround(1 / (depth * 260))] }, { x, w, bias: null });
});

connected("rows around the 256 terms that a field of 24 bits sums, and where 128 * 255 for each overflows it", async () => {
  for (const depth of [255, 256, 257, 258, 512, 513, 9000]) // 258 * 128 * 255 > 2^23
    for (const w of [-128, 127] as const)
      for (const x of [-128, 127] as const)
        await connects({ batches: 1, depth, outC: 9, x: affine(1), y: affine(1), weightScales: [1] }, { x, w, bias: cancelling(depth * x * w, 9) });
});

connected("weights with a zero point", async () => {
  for (const weightZeroPoint of [-128, -7, 1, 127])
    for (const x of [-128, 0, 9]) for (const outC of [1, 4, 6]) await connects({ batches: 2, depth: 33, outC, weightZeroPoint, weightScales: [Math.fround(0.003)], x: affine(0.05, x) });
});

connected("zero points at both ends", async () => {
  for (const x of ZERO_POINTS) for (const y of ZERO_POINTS) await connects({ batches: 1, depth: 20, outC: 5, x: affine(0.05, x), y: affine(0.1, y) });
});

connected("leading dimensions count as rows, kept or flattened", async () => {
  await connects({ batches: 6, depth: 5, outC: 3 }, { shape: [2, 3, 5] });
  await connects({ batches: 6, depth: 5, outC: 3 }, { shape: [2, 3, 5], keepNumDims: true });
  await connects({ batches: 1, depth: 30, outC: 3 }, { shape: [1, 2, 3, 5] });
});

connected("no bias, multipliers above 1, dead channels, biases near the ends of int32", async () => {
  await connects({ batches: 2, depth: 9, outC: 5 }, { bias: null });
  const scales = [40, 2, 1, 0.5, 1.3e-11, 0, 2 ** -31, 2 ** -33, 3e4].map(Math.fround);
  await connects({ batches: 2, depth: 3, outC: 9, x: affine(1, 3), y: affine(1, -9), weightScales: scales });
  const bias = Int32Array.of(2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1 - 40_000, -(2 ** 31) + 40_000, 2 ** 30);
  for (const zeroPoint of [-128, 0, 127]) await connects({ batches: 3, depth: 4, outC: 5, x: affine(1, zeroPoint), y: affine(1), weightScales: [2 ** -25] }, { bias });
});

connected("fused activations", async () => {
  for (const activation of ACTIVATIONS) for (const y of [affine(0.05, -128), affine(0.02, 0), affine(0.1, 100)]) await connects({ batches: 2, depth: 7, outC: 5, activation, y });
});

connected.run();
