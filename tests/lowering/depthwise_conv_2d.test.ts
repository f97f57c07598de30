// Which kernel a DEPTHWISE_CONV_2D becomes, and how much scratch the plane of a piece takes: eight bytes an element, and eight for the fill value.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lower } from "../../src/lowering/lower";
import type { Step } from "../../src/lowering/program";
import { depthwiseShape } from "../reference/depthwise_conv_2d";
import type { Pair } from "../reference/window";
import { graphOfOne } from "../support/graph";

const lowering = suite("lowering/depthwise_conv_2d");

/** The step of a depthwise convolution over [1][h][w][channels]. */
function stepOf([h, w]: Pair, kernel: Pair, { channels = 2, stride = [1, 1] as Pair, dilation = [1, 1] as Pair, weightScale = 0.25, activation = "NONE" } = {}): Step {
  const conv = {
    input: [1, h, w, channels], weights: [1, ...kernel, channels], stride, dilation, padding: "SAME", activation: "NONE",
    x: { scale: 1, zeroPoint: 0 }, y: { scale: 1, zeroPoint: 0 }, weightScales: [weightScale],
  } as const;
  const graph = graphOfOne(
    "DEPTHWISE_CONV_2D", [{ type: "int8", shape: conv.input, scale: 1 }, { type: "int8", shape: conv.weights, scale: weightScale, data: new Array<number>(kernel[0] * kernel[1] * channels).fill(1) }],
    { type: "int8", shape: depthwiseShape(conv), scale: 1 }, { padding: "SAME", strideH: stride[0], strideW: stride[1], dilationHFactor: dilation[0], dilationWFactor: dilation[1], fusedActivationFunction: activation },
  );
  const { steps } = lower(graph, { core: "mcu" });
  assert.is(steps.length, 1);
  return steps[0]!;
}

lowering("outputs whose plane takes up to 4,096 bytes are one piece; others are cut to fit", () => {
  // 3x3, stride 1: two elements more than the outputs, which are taken in threes along one axis
  assert.equal(stepOf([8, 8], [3, 3]).scratch, [8 * (9 + 2) * 10 + 8]);
  assert.equal(stepOf([25, 5], [3, 3]).scratch, [8 * (6 + 2) * (25 + 2) + 8]);
  assert.equal(stepOf([20, 20], [3, 3]).scratch, [8 * (21 + 2) * 22 + 8]);
  assert.equal(stepOf([60, 60], [3, 3]).scratch, [8 * (6 + 2) * 62 + 8]); // 7 + 2 rows of 62 are too many
  assert.equal(stepOf([60, 60], [3, 3], { stride: [2, 2] }).scratch, [8 * (2 * 3 + 1) * 61 + 8]);
  for (const size of [21, 65, 100, 300, 2000]) assert.ok(stepOf([size, size], [5, 4], { dilation: [2, 1] }).scratch[0]! <= 4096 + 8);
  for (const size of [9, 65, 100, 300, 2000]) for (const stride of [[1, 1], [2, 2]] as const) assert.ok(stepOf([9, size], [3, 3], { stride }).scratch[0]! <= 4096 + 8);
});

lowering("other filters need no groups of three, and one output however far it reaches", () => {
  assert.equal(stepOf([8, 8], [5, 4]).scratch, [8 * (8 + 4) * 11 + 8]);
  assert.equal(stepOf([500, 8], [4, 4], { stride: [500, 8] }).scratch, [8 * 4 * 4 + 8]); // one output
  assert.equal(stepOf([90, 90], [9, 9], { dilation: [10, 10] }).scratch, [8 * 81 * 81 + 8]);
});

lowering("the kernel follows the filter", () => {
  assert.is(stepOf([9, 9], [3, 3], { activation: "RELU" }).kernel, "depthwise_conv_2d_3x3");
  assert.is(stepOf([9, 9], [3, 3], { activation: "RELU6", stride: [2, 2] }).kernel, "depthwise_conv_2d_3x3_s2");
  assert.is(stepOf([9, 9], [3, 3]).kernel, "depthwise_conv_2d_3x3_signed"); // negative outputs have to be rounded as the reference does
  assert.is(stepOf([9, 9], [3, 3], { activation: "RELU_N1_TO_1", stride: [2, 2] }).kernel, "depthwise_conv_2d_3x3_s2_signed");
  for (const options of [{ stride: [1, 2] }, { stride: [3, 3] }, { dilation: [2, 1] }, { dilation: [1, 2] }] as const) assert.is(stepOf([9, 9], [3, 3], options).kernel, "depthwise_conv_2d");
  assert.is(stepOf([9, 9], [3, 2]).kernel, "depthwise_conv_2d");
  assert.is(stepOf([9, 9], [3, 2], { channels: 1 }).kernel, "conv_2d");
});

lowering("sums that are shifted to the left take the general kernel, which wraps as the reference does", () => {
  assert.is(stepOf([9, 9], [3, 3], { weightScale: 0.999 }).kernel, "depthwise_conv_2d_3x3_signed");
  assert.is(stepOf([9, 9], [3, 3], { weightScale: 1 }).kernel, "depthwise_conv_2d"); // a factor of 1 is 2^30 / 2^31 * 2^1
});

lowering("it is computed in place where sizes agree and pieces are as wide as the image", () => {
  assert.is(stepOf([8, 8], [3, 3]).inPlace.length, 1);
  assert.is(stepOf([90, 90], [3, 3]).inPlace.length, 1);
  assert.is(stepOf([9, 900], [3, 3]).inPlace.length, 0);
  assert.is(stepOf([8, 8], [3, 3], { stride: [2, 2] }).inPlace.length, 0);
});

lowering.run();
