// DEPTHWISE_CONV_2D on every core against tests/reference/depthwise_conv_2d.ts: three outputs at once where the filter is 3x3, eight channels
// copied out at once, pieces of outputs whose plane takes up to 4,096 bytes.
import { suite } from "uvu";
import type { Graph } from "../../src/graph/graph";
import { depthwiseConv2d, depthwiseShape, type Depthwise } from "../reference/depthwise_conv_2d";
import { ACTIVATIONS, type Affine } from "../reference/quantization";
import { agrees } from "../support/contract";
import { bytesOf, graphOfOne } from "../support/graph";
import { Random } from "../support/random";
import { affine, biases, codes, weightScales, ZERO_POINTS, type Filling } from "./operands";

const depthwise = suite("kernels/depthwise_conv_2d");

/** [batches][h][w][c], the filter and the depth multiplier; the rest as Depthwise, with defaults. */
interface Shape extends Partial<Omit<Depthwise, "weights">> {
  input: Depthwise["input"];
  kernel: readonly [number, number];
  multiplier?: number;
}
interface Operands { x?: Filling; w?: Filling; bias?: Int32Array | null; zeroPoint?: number }

async function convolves({ kernel, multiplier = 1, ...shape }: Shape, { x = "with -128", w = "with -128", bias, zeroPoint = 0 }: Operands = {}): Promise<void> {
  const label = JSON.stringify({ kernel, multiplier, ...shape, fillings: [x, w] });
  const random = new Random(label.length * 17 + shape.input[1]);
  const outC = shape.input[3] * multiplier, terms = kernel[0] * kernel[1];
  const quantizations = { x: affine(0.05, -3), y: affine(0.1, 4), ...shape };
  const full: Depthwise = {
    stride: [1, 1], dilation: [1, 1], padding: "SAME", activation: "NONE", weights: [1, ...kernel, outC],
    weightScales: weightScales(random, outC, terms, quantizations.x, quantizations.y), ...quantizations,
  };
  const activations = codes(random, full.input.reduce((a, b) => a * b), x);
  const weights = codes(random, outC * terms, w);
  const added = bias === undefined ? biases(random, outC, terms) : bias;
  const reference = depthwiseConv2d(full, activations, Int16Array.from(weights, (code) => code - zeroPoint), added);
  await agrees(label, graphOfDepthwise(full, weights, added, zeroPoint), [legacy(activations, zeroPoint)], [legacy(reference, zeroPoint)]);
}

/** Codes as a model has them: of legacy uint8 they are 128 more. */
const legacy = (values: Int8Array, zeroPoint: number) => (zeroPoint === 0 ? bytesOf(values) : Uint8Array.from(values, (code) => code + 128));

/** @param zeroPoint of the weights: not 0 in a model of legacy uint8 alone */
function graphOfDepthwise(c: Depthwise, weights: Int8Array, bias: Int32Array | null, zeroPoint = 0): Graph {
  const type = zeroPoint === 0 ? "int8" : "uint8", more = zeroPoint === 0 ? 0 : 128, coded = ({ scale, zeroPoint }: Affine) => ({ type, scale, zeroPoint: zeroPoint + more }) as const;
  return graphOfOne(
    "DEPTHWISE_CONV_2D",
    [
      { shape: c.input, ...coded(c.x) },
      { type, shape: c.weights, scale: c.weightScales, zeroPoint: zeroPoint + more, dimension: 3, data: legacy(weights, zeroPoint) },
      bias && { type: "int32", shape: [bias.length], data: bytesOf(bias) },
    ],
    { shape: depthwiseShape(c), ...coded(c.y) },
    {
      padding: c.padding, strideH: c.stride[0], strideW: c.stride[1], dilationHFactor: c.dilation[0], dilationWFactor: c.dilation[1],
      fusedActivationFunction: c.activation, depthMultiplier: c.weights[3] / c.input[3],
    },
  );
}

depthwise("3x3: every size from 1 to 8, both strides, both paddings", async () => {
  for (let h = 1; h <= 8; h++)
    for (let w = 1; w <= 8; w++)
      for (const stride of [1, 2] as const)
        for (const padding of ["SAME", "VALID"] as const) {
          if (padding === "VALID" && (h < 3 || w < 3)) continue;
          await convolves({ input: [1, h, w, 2], kernel: [3, 3], stride: [stride, stride], padding });
        }
});

depthwise("3x3: strides that differ along the axes, and stride 3", async () => {
  for (const stride of [[1, 2], [2, 1], [3, 1], [3, 2], [1, 3], [3, 3], [5, 2]] as const)
    for (const [h, w] of [[9, 9], [10, 11], [11, 10]] as const)
      for (const padding of ["SAME", "VALID"] as const) await convolves({ input: [1, h, w, 3], kernel: [3, 3], stride, padding });
});

depthwise("3x3: the largest products of either sign, in each of the three fields", async () => {
  for (const w of [-128, 127] as const)
    for (const x of [-128, 127] as const)
      for (const zeroPoint of [-128, 0, 127])
        for (const activation of ["NONE", "RELU"] as const)
          await convolves({ input: [1, 7, 7, 2], kernel: [3, 3], activation, x: affine(1, zeroPoint), y: affine(1), weightScales: [Math.fround(1 / 2400)] }, { x, w, bias: null });
  // rows alternate between the extremes, so that fields of opposite signs lie side by side
  for (const weight of [-128, 127] as const) {
    const x = Int8Array.from({ length: 9 * 8 }, (_, i) => (Math.floor(i / 8) % 2 ? 127 : -128)), weights = new Int8Array(9).fill(weight);
    for (const stride of [1, 2] as const)
      for (const [h, w] of [[9, 8], [8, 9]] as const) { // one of them walks down, the other across
        const c: Depthwise = {
          input: [1, h, w, 1], weights: [1, 3, 3, 1], stride: [stride, stride], dilation: [1, 1], padding: "VALID", activation: "NONE", x: affine(1), y: affine(1),
          weightScales: [Math.fround(1 / 1200)],
        };
        await agrees(`alternating rows of ${w}, weight ${weight}, stride ${stride}`, graphOfDepthwise(c, weights, null), [x], [depthwiseConv2d(c, x, weights, null)]);
      }
  }
});

depthwise("planes of more than 4,096 bytes, in several pieces", async () => {
  for (const [h, w] of [[70, 70], [64, 66], [200, 31], [31, 200], [5, 900], [4, 2100]] as const)
    for (const stride of [1, 2] as const) {
      await convolves({ input: [1, h, w, 2], kernel: [3, 3], stride: [stride, stride] });
      await convolves({ input: [1, h, w, 2], kernel: [3, 3], stride: [stride, stride], padding: "VALID", activation: "RELU" });
    }
  await convolves({ input: [1, 90, 61, 2], kernel: [5, 4] });
  await convolves({ input: [1, 90, 61, 2], kernel: [5, 4], stride: [2, 3], padding: "VALID", multiplier: 2 });
  await convolves({ input: [2, 70, 70, 2], kernel: [3, 3], dilation: [3, 2] });
  await convolves({ input: [1, 70, 70, 2], kernel: [3, 3], padding: "VALID", multiplier: 3 });
});

depthwise("plane sizes around 4,096 bytes", async () => {
  for (let size = 18; size <= 24; size++) {
    for (const stride of [1, 2] as const) await convolves({ input: [1, size * stride, 20 * stride, 2], kernel: [3, 3], stride: [stride, stride] });
    await convolves({ input: [1, 20, size, 2], kernel: [3, 3] });
    await convolves({ input: [1, size, 19, 2], kernel: [2, 4] });
  }
});

depthwise("every number of channels around those that are copied at once", async () => {
  for (const channels of [7, 8, 9, 15, 16, 17, 24]) {
    await convolves({ input: [1, 5, 6, channels], kernel: [3, 3] });
    await convolves({ input: [2, 24, 25, channels], kernel: [3, 3], stride: [2, 2] });
    await convolves({ input: [1, 26, 25, channels], kernel: [3, 3], activation: "RELU" }); // in several pieces, in place
    await convolves({ input: [1, 6, 5, channels], kernel: [2, 3], multiplier: 2 });
  }
});

depthwise("one channel, whatever the filter and the pieces", async () => {
  for (const kernel of [[3, 3], [10, 8], [1, 3], [2, 2]] as const)
    for (const multiplier of [1, 3, 8]) for (const stride of [1, 2] as const) await convolves({ input: [2, 12, 11, 1], kernel, multiplier, stride: [stride, stride] });
  await convolves({ input: [1, 70, 70, 1], kernel: [3, 3], multiplier: 2 });
  await convolves({ input: [1, 70, 70, 1], kernel: [5, 4], dilation: [1, 2], multiplier: 2, weightScales: [Math.fround(0.004)] });
});

depthwise("any filter: sizes, strides, dilations, paddings", async () => {
  for (const kernel of [[1, 1], [2, 2], [3, 1], [1, 3], [3, 3], [4, 5]] as const)
    for (const stride of [[1, 1], [2, 2], [3, 1]] as const)
      for (const dilation of [[1, 1], [2, 1], [1, 2], [3, 2]] as const)
        for (const padding of ["SAME", "VALID"] as const) {
          const [h, w] = [11, 10];
          if (padding === "VALID" && ((kernel[0] - 1) * dilation[0] >= h || (kernel[1] - 1) * dilation[1] >= w)) continue;
          await convolves({ input: [1, h, w, 2], kernel, stride, dilation, padding });
        }
});

depthwise("filters larger than the image, and strides larger than the filter", async () => {
  for (const size of [1, 2, 3] as const) await convolves({ input: [1, size, size, 3], kernel: [5, 5] });
  await convolves({ input: [1, 1, 9, 2], kernel: [3, 3] });
  await convolves({ input: [1, 9, 1, 2], kernel: [3, 3], stride: [2, 2] });
  for (const stride of [3, 4, 6] as const) for (const padding of ["SAME", "VALID"] as const) await convolves({ input: [1, 11, 13, 2], kernel: [2, 2], stride: [stride, stride], padding });
});

depthwise("depth multipliers", async () => {
  for (const multiplier of [1, 2, 3, 8])
    for (const channels of [1, 2, 5]) {
      await convolves({ input: [1, 5, 4, channels], kernel: [3, 3], multiplier });
      await convolves({ input: [2, 5, 4, channels], kernel: [2, 3], stride: [2, 1], multiplier });
    }
});

/** What `depthwise_conv_2d_quads` clamps to all of int8 without telling codes below the zero point apart. */
const FULL = { activation: "RELU6", y: { scale: Math.fround(6 / 255), zeroPoint: -128 } } as const;

depthwise("quads of channels: every number of them, both strides, sizes, paddings, clamps", async () => {
  for (let channels = 4; channels <= 9; channels++)
    for (const stride of [1, 2] as const)
      for (const [h, w] of [[1, 1], [2, 1], [1, 2], [3, 3], [4, 7], [7, 4]] as const)
        for (const clamped of [{}, FULL, { activation: "RELU" } as const]) {
          await convolves({ input: [2, h, w, channels], kernel: [3, 3], stride: [stride, stride], x: affine(0.05, 3), ...clamped });
          if (h >= 3 && w >= 3) await convolves({ input: [1, h, w, channels], kernel: [3, 3], stride: [stride, stride], padding: "VALID", x: affine(0.05, -128), ...clamped });
        }
});

depthwise("quads of channels: one input channel for each, strips, rows of several chunks", async () => {
  for (const multiplier of [4, 8]) for (const stride of [1, 2] as const) for (const c of [1, 3]) await convolves({ input: [2, 6, 9, c], kernel: [3, 3], multiplier, stride: [stride, stride], ...FULL });
  for (const [h, w] of [[70, 21], [4, 131], [5, 300]] as const)
    for (const stride of [1, 2] as const) for (const multiplier of [1, 4]) await convolves({ input: [1, h, w, multiplier === 1 ? 6 : 1], kernel: [3, 3], multiplier, stride: [stride, stride], ...FULL });
});

depthwise("quads of channels: dead channels, the largest products, multipliers from a half up", async () => {
  const x = affine(1, 3);
  for (const clamped of [{ y: affine(1, -9) }, { activation: "RELU", y: affine(1, -128) } as const])
    for (const weightScales of [[0.4, 1.3e-11, 0, 2 ** -31, 2 ** -26, 0.01, 2 ** -20, 0.2], [0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.6], [0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 1], [Math.fround(1 / 3000)]])
      for (const stride of [1, 2] as const) await convolves({ input: [1, 5, 5, 8], kernel: [3, 3], stride: [stride, stride], x, weightScales: weightScales.map(Math.fround), ...clamped });
  for (const w of [-128, 127] as const)
    for (const filling of [-128, 127] as const)
      for (const zeroPoint of [-128, 0, 127])
        await convolves({ input: [1, 5, 5, 4], kernel: [3, 3], x: affine(1, zeroPoint), y: affine(1), weightScales: [Math.fround(1 / 2400)] }, { x: filling, w, bias: null });
  const bias = Int32Array.of(2 ** 31 - 1, -(2 ** 31), 2 ** 30, -(2 ** 30), 5);
  for (const activation of ["NONE", "RELU"] as const) await convolves({ input: [1, 4, 5, 5], kernel: [3, 3], activation, x: affine(1, 7), y: affine(1, -128), weightScales: [2 ** -25] }, { bias });
});

depthwise("eights of channels: every number of them, with depth multipliers", async () => {
  for (let channels = 1; channels <= 17; channels++) await convolves({ input: [2, 5, 7, channels], kernel: [3, 3], ...(channels % 2 ? FULL : {}) });
  for (const channels of [1, 2, 3, 8]) for (const multiplier of [2, 7, 8, 11, 16]) for (const stride of [1, 2]) await convolves({ input: [2, 6, 7, channels], kernel: [5, 3], multiplier, stride: [stride, stride] });
});

depthwise("eights of channels: filters of three, five and any taps along a line, whichever axis that is", async () => {
  for (const kernel of [[3, 3], [5, 5], [3, 5], [5, 3], [1, 5], [5, 1], [4, 3], [3, 6], [7, 2], [1, 1]] as const)
    for (const stride of [[1, 1], [2, 2], [1, 2], [3, 1], [4, 4]] as const)
      for (const dilation of [[1, 1], [2, 1], [1, 2], [2, 3]] as const)
        for (const [h, w, channels] of [[7, 13, 9], [13, 7, 8]] as const) await convolves({ input: [1, h, w, channels], kernel, stride, dilation });
  for (let size = 1; size <= 9; size++) for (const stride of [1, 2]) for (const multiplier of [1, 8]) await convolves({ input: [1, size, 9 - size + 1, 8], kernel: [5, 5], stride: [stride, stride], multiplier });
});

depthwise("eights of channels: several strips of lines", async () => {
  for (const [h, w] of [[40, 130], [130, 41]] as const)
    for (const kernel of [[3, 3], [5, 5], [4, 2]] as const)
      for (const stride of [1, 2, 3]) {
        await convolves({ input: [1, h, w, 9], kernel, stride: [stride, stride] });
        await convolves({ input: [1, h, w, 8], kernel, stride: [stride, stride], dilation: [2, 3], padding: "VALID" });
      }
  await convolves({ input: [1, 14, 1200, 1], kernel: [3, 3], multiplier: 8 });
});

depthwise("eights of channels: sums of every size, with and without a clamp at the zero point", async () => {
  const x = affine(1, 3);
  for (const y of [affine(1, -9), affine(1, -128)])
    for (const activation of ["NONE", "RELU"] as const)
      for (const [most, scale] of [[2 ** 10, 2 ** -7], [2 ** 12, 2 ** -5], [100, 0.5], [100, 2], [2 ** 20, 2 ** -14], [2 ** 20, 2 ** -5], [2 ** 20, 2 ** 9], [2 ** 23, 2 ** -16], [2 ** 23, 0.3], [2 ** 30, 2 ** -23], [2 ** 30, 1e-12]] as const) {
        const bias = Int32Array.from({ length: 11 }, (_, c) => Math.round((c / 5 - 1) * most));
        await convolves({ input: [1, 5, 5, 11], kernel: [3, 3], activation, x, y, weightScales: [scale] }, { bias });
        await convolves({ input: [1, 5, 5, 11], kernel: [3, 3], activation, x, y, weightScales: Array.from(bias, (_, c) => scale * (c === 4 ? 0 : 1 - c / 20)).map(Math.fround) }, { bias });
      }
});

depthwise("a zero point of legacy uint8 weights", async () => {
  const scales = { x: affine(2 ** -4, -3), y: affine(2 ** -3, 4), weightScales: [2 ** -7] }; // whose product a float32 holds
  for (const zeroPoint of [-128, -7, 127])
    for (const [kernel, multiplier] of [[[3, 3], 1], [[5, 5], 1], [[2, 3], 2], [[3, 3], 8]] as const)
      for (const stride of [1, 2]) {
        await convolves({ input: [1, 6, 7, 9], kernel, multiplier, stride: [stride, stride], ...scales }, { zeroPoint });
        await convolves({ input: [1, 6, 7, 1], kernel, multiplier, stride: [stride, stride], activation: "RELU", ...scales }, { zeroPoint, w: zeroPoint < 0 ? 127 : -128, x: -128 });
      }
});

depthwise("batches follow each other, in place too", async () => {
  for (const batches of [2, 3]) {
    await convolves({ input: [batches, 5, 6, 3], kernel: [3, 3] });
    await convolves({ input: [batches, 5, 6, 3], kernel: [2, 2], padding: "VALID" });
  }
});

depthwise("zero points at both ends, in padding too", async () => {
  for (const x of ZERO_POINTS) for (const y of ZERO_POINTS) await convolves({ input: [1, 5, 5, 3], kernel: [3, 3], x: affine(0.05, x), y: affine(0.1, y) });
});

depthwise("one scale for all channels, and no bias", async () => {
  for (const kernel of [[3, 3], [2, 3]] as const) {
    await convolves({ input: [1, 5, 5, 4], kernel, multiplier: 2, weightScales: [Math.fround(0.01)] });
    await convolves({ input: [1, 5, 5, 4], kernel }, { bias: null });
  }
});

depthwise("multipliers above 1 and dead channels", async () => {
  const weightScales = [40, 2, 1, 0.5, 1.3e-11, 0, 2 ** -31, 2 ** -33, 3e4].map(Math.fround);
  for (const kernel of [[3, 3], [1, 2]] as const) await convolves({ input: [1, 5, 5, 9], kernel, x: affine(1, 3), y: affine(1, -9), weightScales });
});

depthwise("biases near the ends of int32, sums that wrap included", async () => {
  const bias = Int32Array.of(2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1 - 40_000, -(2 ** 31) + 40_000, 2 ** 30);
  for (const kernel of [[3, 3], [2, 2]] as const)
    for (const zeroPoint of [-128, 0, 127]) await convolves({ input: [1, 4, 5, 5], kernel, x: affine(1, zeroPoint), y: affine(1), weightScales: [2 ** -25] }, { bias });
});

depthwise("fused activations", async () => {
  for (const activation of ACTIVATIONS) for (const y of [affine(0.05, -128), affine(0.02, 0), affine(0.1, 100)]) await convolves({ input: [1, 4, 4, 3], kernel: [3, 3], activation, y });
});

depthwise("shapes at random", async () => {
  const random = new Random(8);
  for (let i = 0; i < 80; i++) {
    const kernel = random.pick([[3, 3], [3, 3], [random.between(1, 5), random.between(1, 5)]] as const) as readonly [number, number];
    const dilation = random.pick([[1, 1], [1, 1], [random.between(1, 3), random.between(1, 3)]] as const) as readonly [number, number];
    await convolves(
      {
        input: [random.between(1, 2), random.between(1, 14) + (kernel[0] - 1) * dilation[0], random.between(1, 14) + (kernel[1] - 1) * dilation[1], random.between(1, 4)],
        kernel, dilation, multiplier: random.pick([1, 1, 2, 3]), stride: [random.between(1, 3), random.between(1, 3)], padding: random.pick(["SAME", "VALID"] as const),
        activation: random.pick(ACTIVATIONS), x: affine(0.03, random.between(-128, 127)), y: affine(0.06, random.between(-128, 127)),
      },
    );
  }
});

depthwise.run();
