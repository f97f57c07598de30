// Which kernel a DEPTHWISE_CONV_2D becomes, and how much scratch a strip of its plane takes.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lower } from "../../src/lowering/lower";
import type { Step } from "../../src/lowering/program";
import { depthwiseShape } from "../reference/depthwise_conv_2d";
import type { Pair } from "../reference/window";
import { graphOfOne } from "../support/graph";

const lowering = suite("lowering/depthwise_conv_2d");

/** The step of a depthwise convolution over [1][h][w][channels]. */
function stepOf([h, w]: Pair, kernel: Pair, { channels = 2, stride = [1, 1] as Pair, dilation = [1, 1] as Pair, weightScale = 0.25 } = {}): Step {
  const conv = {
    input: [1, h, w, channels], weights: [1, ...kernel, channels], stride, dilation, padding: "SAME", activation: "NONE",
    x: { scale: 1, zeroPoint: 0 }, y: { scale: 1, zeroPoint: 0 }, weightScales: [weightScale],
  } as const;
  const graph = graphOfOne(
    "DEPTHWISE_CONV_2D", [{ type: "int8", shape: conv.input, scale: 1 }, { type: "int8", shape: conv.weights, scale: weightScale, data: new Array<number>(kernel[0] * kernel[1] * channels).fill(1) }],
    { type: "int8", shape: depthwiseShape(conv), scale: 1 }, { padding: "SAME", strideH: stride[0], strideW: stride[1], dilationHFactor: dilation[0], dilationWFactor: dilation[1] },
  );
  const { steps } = lower(graph, { core: "mcu" });
  assert.is(steps.length, 1);
  return steps[0]!;
}

lowering("a plane of up to 4,096 bytes is one strip; a larger one is cut to fit", () => {
  // 3x3, stride 1: the rows of whole groups of three, and two of the filter, each two columns wider than the output
  assert.equal(stepOf([8, 8], [3, 3]).scratch, [(9 + 2) * 10]);
  assert.equal(stepOf([60, 60], [3, 3]).scratch, [62 * 62]);
  assert.equal(stepOf([62, 62], [3, 3]).scratch, [62 * 64]); // 63 + 2 rows of 64 are too many: 60 + 2
  assert.equal(stepOf([300, 30], [3, 3]).scratch, [(126 + 2) * 32]);
  assert.equal(stepOf([300, 30], [3, 3], { stride: [2, 2] }).scratch, [(2 * 62 + 3) * 31]); // 63 rows: 127 of 31
  for (const size of [65, 100, 200, 300]) assert.ok(stepOf([size, size], [5, 4], { dilation: [2, 1] }).scratch[0]! <= 4096);
});

lowering("three output rows are a strip, however wide", () => {
  assert.equal(stepOf([9, 2000], [3, 3]).scratch, [5 * 2002]);
});

lowering("other filters need no groups of three", () => {
  assert.equal(stepOf([8, 8], [5, 4]).scratch, [(8 + 4) * 11]);
  assert.equal(stepOf([9, 2000], [5, 4]).scratch, [5 * 2003]);
  assert.equal(stepOf([500, 8], [4, 4], { stride: [500, 8] }).scratch, [4 * 4]); // one output
});

lowering("the kernel follows the filter", () => {
  assert.is(stepOf([9, 9], [3, 3]).kernel, "depthwise_conv_2d_3x3");
  assert.is(stepOf([9, 9], [3, 3], { stride: [2, 2] }).kernel, "depthwise_conv_2d_3x3_s2");
  for (const options of [{ stride: [1, 2] }, { stride: [3, 3] }, { dilation: [2, 1] }, { dilation: [1, 2] }] as const) assert.is(stepOf([9, 9], [3, 3], options).kernel, "depthwise_conv_2d");
  assert.is(stepOf([9, 9], [3, 2]).kernel, "depthwise_conv_2d");
  assert.is(stepOf([9, 9], [3, 2], { channels: 1 }).kernel, "conv_2d");
});

lowering("sums that are shifted to the left take the general kernel, which wraps as the reference does", () => {
  assert.is(stepOf([9, 9], [3, 3], { weightScale: 0.999 }).kernel, "depthwise_conv_2d_3x3");
  assert.is(stepOf([9, 9], [3, 3], { weightScale: 1 }).kernel, "depthwise_conv_2d"); // a factor of 1 is 2^30 / 2^31 * 2^1
});

lowering("it is computed in place where sizes agree and the plane is one strip", () => {
  assert.is(stepOf([8, 8], [3, 3]).inPlace.length, 1);
  assert.is(stepOf([90, 90], [3, 3]).inPlace.length, 0);
  assert.is(stepOf([8, 8], [3, 3], { stride: [2, 2] }).inPlace.length, 0);
});

lowering.run();
