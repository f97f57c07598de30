// CONV_2D on every core against tests/reference/conv_2d.ts: six pixels x four channels a tile, 64 (63 with a weight of -128) terms a
// 21-bit field; and in the forms of interpreters, up to twelve pixels x eight channels, as many terms as the weights allow.
import { suite } from "uvu";
import type { Graph } from "../../src/graph/graph";
import { conv2d, convShape, type Conv } from "../reference/conv_2d";
import { ACTIVATIONS } from "../reference/quantization";
import { agrees, agreesFor } from "../support/contract";
import { bytesOf, graphOfOne } from "../support/graph";
import { Random } from "../support/random";
import { affine, biases, codes, weightScales, ZERO_POINTS, type Filling } from "./operands";

const conv = suite("kernels/conv_2d");

type Shape = Pick<Conv, "input" | "weights"> & Partial<Conv>;
interface Operands { x?: Filling; w?: Filling; bias?: Int32Array | null }

/** One convolution with random operands where none are given. */
async function convolves(shape: Shape, { x = "with -128", w = "full", bias }: Operands = {}): Promise<void> {
  const label = JSON.stringify({ ...shape, fillings: [x, w] });
  const random = new Random(label.length * 31 + shape.input[2] * shape.weights[3]);
  const [outC, kH, kW, groupC] = shape.weights, terms = kH * kW * groupC;
  const quantizations = { x: affine(0.05, -3), y: affine(0.1, 4), ...shape };
  const full: Conv = {
    stride: [1, 1], dilation: [1, 1], padding: "SAME", activation: "NONE", weightScales: weightScales(random, outC, terms, quantizations.x, quantizations.y), ...quantizations,
  };
  const activations = codes(random, full.input.reduce((a, b) => a * b), x);
  const weights = codes(random, outC * terms, w);
  const added = bias === undefined ? biases(random, outC, terms) : bias;
  const graph = graphOfConv(full, weights, added), expected = [conv2d(full, activations, weights, added)];
  await agrees(label, graph, [activations], expected);
  await agreesFor(SMALL, label, graph, [activations], expected);
}

/** Small slices, and so tiles of four; blocks of six and of three. */
const SMALL = [{ machine: "vector", sliceBytes: 300 }, { machine: "fast", sliceBytes: 150 }, ...[1, 2].map((spared) => ({ machine: "classic", sliceBytes: 400, sparing: new Map([[0, spared]]) }) as const)] as const;

function graphOfConv(c: Conv, weights: Int8Array, bias: Int32Array | null): Graph {
  return graphOfOne(
    "CONV_2D",
    [
      { type: "int8", shape: c.input, ...c.x },
      { type: "int8", shape: c.weights, scale: c.weightScales, data: bytesOf(weights) },
      bias && { type: "int32", shape: [bias.length], data: bytesOf(bias) },
    ],
    { type: "int8", shape: convShape(c), ...c.y },
    { padding: c.padding, strideH: c.stride[0], strideW: c.stride[1], dilationHFactor: c.dilation[0], dilationWFactor: c.dilation[1], fusedActivationFunction: c.activation },
  );
}

conv("every remainder of six pixels and four channels", async () => {
  for (let pixels = 1; pixels <= 13; pixels++)
    for (let outC = 1; outC <= 9; outC++) await convolves({ input: [1, 1, pixels, 5], weights: [outC, 1, 1, 5] });
});

conv("blocks and tiles of interpreters: every remainder of twelve pixels and eight channels", async () => {
  for (let pixels = 1; pixels <= 27; pixels += pixels < 14 ? 1 : 6)
    for (let outC = 1; outC <= 18; outC += outC < 9 ? 1 : 4)
      for (const activation of ["NONE", "RELU"] as const) await convolves({ input: [1, 1, pixels, 6], weights: [outC, 1, 1, 6], activation });
});

conv("every depth around the words and the fields", async () => {
  for (const depth of [1, 2, 3, 4, 5, 62, 63, 64, 65, 126, 127, 128, 129, 130, 191, 192, 193])
    for (const w of ["full", "with -128"] as const) await convolves({ input: [1, 1, 7, depth], weights: [5, 1, 1, depth] }, { w });
});

conv("the largest products of either sign fill the fields and no more", async () => {
  for (const depth of [1, 62, 63, 64, 65, 128, 130, 256])
    for (const w of [-128, -127, 127] as const)
      for (const x of [-128, 127] as const)
        for (const zeroPoint of [-128, 0, 127]) {
          // biases leave 0, 1, 2, 3 of one and the same sum: a unit lost anywhere shows
          const bias = Int32Array.from({ length: 4 }, (_, c) => c - depth * (x - zeroPoint) * w);
          await convolves({ input: [1, 1, 7, depth], weights: [4, 1, 1, depth], x: affine(1, zeroPoint), weightScales: [1], y: affine(1) }, { x, w, bias });
        }
});

conv("fields of opposite signs do not borrow from their neighbours", async () => {
  for (const depth of [1, 62, 63, 64, 65, 130])
    for (const w of [-128, -127, 127] as const) {
      const x = Int8Array.from({ length: 13 * depth }, (_, i) => (Math.floor(i / depth) % 2 ? 127 : -128)); // pixels alternate between the extremes
      const c: Conv = {
        input: [1, 1, 13, depth], weights: [6, 1, 1, depth], stride: [1, 1], dilation: [1, 1], padding: "VALID", activation: "NONE", x: affine(1), y: affine(1), weightScales: [1],
      };
      const weights = codes(new Random(1), 6 * depth, w);
      // biases leave 0 to 5 of the sum of the one kind of pixels in even channels, of the other in odd ones
      const bias = Int32Array.from({ length: 6 }, (_, o) => o - depth * w * (o % 2 ? 127 : -128));
      const label = `alternating pixels, depth ${depth}, weights ${w}`, graph = graphOfConv(c, weights, bias), expected = [conv2d(c, x, weights, bias)];
      await agrees(label, graph, [x], expected);
      await agreesFor(SMALL, label, graph, [x], expected);
    }
});

conv("borders: every filter, stride, dilation and padding on small images", async () => {
  for (const kernel of [[1, 1], [2, 2], [3, 3], [1, 4], [5, 2]] as const)
    for (const stride of [[1, 1], [2, 2], [3, 1], [1, 3]] as const)
      for (const dilation of [[1, 1], [2, 1], [1, 2], [2, 3]] as const)
        for (const padding of ["SAME", "VALID"] as const) {
          const [h, w] = [7, 8];
          if (padding === "VALID" && ((kernel[0] - 1) * dilation[0] >= h || (kernel[1] - 1) * dilation[1] >= w)) continue;
          await convolves({ input: [1, h, w, 2], weights: [3, ...kernel, 2], stride, dilation, padding });
        }
});

conv("filters larger than the image, and strides larger than the filter", async () => {
  for (const size of [1, 2, 3]) await convolves({ input: [1, size, size, 3], weights: [5, 5, 5, 3] });
  for (const stride of [3, 4, 5] as const)
    for (const padding of ["SAME", "VALID"] as const) await convolves({ input: [1, 11, 10, 2], weights: [4, 2, 2, 2], stride: [stride, stride], padding });
});

conv("vectors: channels that four do not divide, folded: alone, or in a tile that begins among those before; groups, several slices, filters in rows, clamps", async () => {
  for (const activation of ["RELU", "RELU6"] as const) {
    const folded = { activation, y: affine(0.1, -128) };
    for (let outC = 1; outC <= 13; outC++) {
      await convolves({ input: [1, 2, 3, 7], weights: [outC, 1, 1, 7], ...folded });
      await convolves({ input: [2, 5, 4, 16], weights: [outC, 3, 3, 16], ...folded });
      await convolves({ input: [1, 3, 3, 6], weights: [2 * outC, 2, 2, 3], ...folded });
    }
  }
});

conv("several chunks of depth, several slices of channels", async () => {
  for (const depth of [255, 256, 257, 515]) for (const outC of [1, 3]) await convolves({ input: [1, 1, 3, depth], weights: [outC, 1, 1, depth] }, { w: "with -128" });
  for (const outC of [64, 65, 127, 131]) await convolves({ input: [2, 3, 3, 8], weights: [outC, 3, 3, 8], activation: "RELU", y: affine(0.1, -128) });
});

conv("groups, with and without filters to a border", async () => {
  for (const [groups, groupC, groupOut] of [[2, 1, 1], [2, 3, 4], [3, 2, 5], [4, 4, 1], [5, 1, 3]] as const)
    for (const kernel of [1, 3] as const)
      for (const padding of ["SAME", "VALID"] as const)
        await convolves({ input: [1, 4, 5, groups * groupC], weights: [groups * groupOut, kernel, kernel, groupC], padding });
  await convolves({ input: [2, 5, 4, 6], weights: [9, 3, 3, 2], stride: [2, 2], dilation: [1, 2] });
});

conv("batches follow each other", async () => {
  for (const batches of [2, 3]) await convolves({ input: [batches, 3, 3, 4], weights: [5, 3, 3, 4] });
  await convolves({ input: [5, 1, 1, 3], weights: [2, 1, 1, 3] });
});

conv("zero points at both ends, in padding too", async () => {
  for (const x of ZERO_POINTS) for (const y of ZERO_POINTS) await convolves({ input: [1, 4, 4, 3], weights: [5, 3, 3, 3], x: affine(0.05, x), y: affine(0.1, y) });
});

conv("one scale for all channels, and no bias", async () => {
  for (const padding of ["SAME", "VALID"] as const) {
    await convolves({ input: [1, 5, 5, 3], weights: [6, 3, 3, 3], padding, weightScales: [Math.fround(0.004)] });
    await convolves({ input: [1, 5, 5, 3], weights: [6, 3, 3, 3], padding }, { bias: null });
  }
});

conv("multipliers above 1, dead channels and channels of no weight at all", async () => {
  const scales = [40, 2, 1, 0.5, 1.3e-11, 0, 2 ** -31, 2 ** -33, 3e4].map(Math.fround);
  await convolves({ input: [1, 3, 5, 2], weights: [9, 1, 1, 2], x: affine(1), y: affine(1), weightScales: scales });
  await convolves({ input: [1, 3, 5, 2], weights: [9, 1, 1, 2], x: affine(1, 7), y: affine(1, -9), weightScales: scales }, { w: 0 });
});

conv("biases near the ends of int32, sums that wrap included", async () => {
  const ends = Int32Array.of(2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1 - 40_000, -(2 ** 31) + 40_000, 2 ** 30);
  for (const scale of [2 ** -24, 2 ** -26, 1.75 * 2 ** -32]) // the last one shifts by -31, the most there is
    for (const zeroPoint of [-128, 0, 127]) await convolves({ input: [1, 2, 5, 3], weights: [5, 1, 1, 3], x: affine(1, zeroPoint), y: affine(1), weightScales: [scale] }, { bias: ends });
});

conv("SIMD: eights of channels, alone and in groups; one pixel, sixteen channels at once", async () => {
  for (const outC of [7, 8, 9, 15, 16, 17, 23, 24, 25, 33])
    for (const pixels of [1, 2, 3, 4, 5]) await convolves({ input: [1, 1, pixels, 9], weights: [outC, 1, 1, 9] });
  for (const groupOut of [8, 16, 24]) for (const kernel of [1, 3] as const) await convolves({ input: [2, 3, 5, 6], weights: [2 * groupOut, kernel, kernel, 3] });
});

conv("SIMD: ties of either sign, with small sums and large ones, every shift", async () => {
  for (const depth of [4, 600]) // of 2^21 and more: 600 products of 127 * 127
    for (const activation of ["NONE", "RELU"] as const)
      for (let right = 1; right <= (depth === 4 ? 9 : 16); right++) {
        const weightScale = 2 ** -right * (depth === 4 ? 1 : 2 ** -4), step = Math.max(Math.round(0.5 / weightScale), 1); // an odd multiple of half a code
        const random = new Random(right), weights = codes(random, 16 * depth), x = codes(random, 7 * depth, "with -128");
        const c: Conv = {
          input: [1, 1, 7, depth], weights: [16, 1, 1, depth], stride: [1, 1], dilation: [1, 1], padding: "VALID", activation, x: affine(1), y: affine(1, activation === "RELU" ? -128 : 3), weightScales: [weightScale],
        };
        const bias = Int32Array.from({ length: 16 }, (_, o) => {
          const pixel = o % 7; // its sum becomes a tie
          let sum = 0;
          for (let i = 0; i < depth; i++) sum += x[pixel * depth + i]! * weights[o * depth + i]!;
          return (o - 8) * 2 * step + step - sum;
        });
        await agrees(`ties, depth ${depth}, right ${right}, ${activation}`, graphOfConv(c, weights, bias), [x], [conv2d(c, x, weights, bias)]);
      }
});

conv("fused activations", async () => {
  for (const activation of ACTIVATIONS)
    for (const y of [affine(0.05, -128), affine(0.02, 0), affine(0.1, 100)]) await convolves({ input: [1, 3, 4, 3], weights: [5, 3, 3, 3], activation, y });
});

conv("shapes at random", async () => {
  const random = new Random(7);
  for (let i = 0; i < 60; i++) {
    const groups = random.pick([1, 1, 1, 2, 3]), groupC = random.between(1, 9);
    const kernel = [random.between(1, 4), random.between(1, 4)] as const, dilation = [random.between(1, 2), random.between(1, 2)] as const;
    const h = random.between(1, 9) + (kernel[0] - 1) * dilation[0], w = random.between(1, 9) + (kernel[1] - 1) * dilation[1];
    await convolves(
      {
        input: [random.between(1, 2), h, w, groups * groupC], weights: [groups * random.between(1, 6), ...kernel, groupC], dilation,
        stride: [random.between(1, 3), random.between(1, 3)], padding: random.pick(["SAME", "VALID"] as const), activation: random.pick(ACTIVATIONS),
        x: affine(0.03, random.between(-128, 127)), y: affine(0.06, random.between(-128, 127)),
      },
      { w: random.pick(["full", "with -128"] as const) },
    );
  }
});

conv.run();
