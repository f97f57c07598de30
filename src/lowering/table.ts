import { BITWISE } from "./bitwise";
import { COMPARISON } from "./comparison";
import { INTEGER_ARITHMETIC } from "./integer_arithmetic";
import { MAXIMUM_MINIMUM } from "./maximum_minimum";
import { averagePool2d, maxPool2d } from "./pool_2d";
import { batchMatmul } from "./batch_matmul";
import { conv2d } from "./conv_2d";
import { CONV_2D_INT16 } from "./conv_2d_int16";
import { CONTROL_FLOW } from "./control_flow";
import { depthwiseConv2d } from "./depthwise_conv_2d";
import { depthwiseConv2dInt16 } from "./depthwise_conv_2d_int16";
import { add, mul, sub } from "./elementwise";
import { fullyConnected } from "./fully_connected";
import { leakyRelu } from "./leaky_relu";
import type { Lowering } from "./lowering";
import { mean } from "./mean";
import { concatenation, pad, padV2, transpose } from "./movement";
import { dequantize, quantize } from "./quantize";
import { pack, shape, stridedSlice } from "./shape_arithmetic";
import { RELU_INT16 } from "./requantize";
import { SIGMOID_INT16 } from "./sigmoid_int16";
import { softmax } from "./softmax";
import { softmaxInt16 } from "./softmax_int16";
import { transposeConv } from "./transpose_conv";
import { logistic, relu6Lowering, reluLowering, tanh } from "./unary";
import { expandDims, reshape, squeeze } from "./views";

/** Every operator that Arenula runs, one line for each file of lowerings: a new file adds its line here. */
const ALL: readonly Lowering[] = [
  ...CONTROL_FLOW,
  conv2d,
  ...CONV_2D_INT16,
  transposeConv,
  batchMatmul,
  depthwiseConv2d,
  depthwiseConv2dInt16,
  add, mul, sub,
  fullyConnected,
  mean,
  concatenation, pad, padV2, transpose,
  averagePool2d, maxPool2d,
  quantize, dequantize,
  pack, shape, stridedSlice,
  leakyRelu,
  ...RELU_INT16,
  ...SIGMOID_INT16,
  softmax,
  softmaxInt16,
  logistic, relu6Lowering, reluLowering, tanh,
  expandDims, reshape, squeeze,
  ...MAXIMUM_MINIMUM,
  ...INTEGER_ARITHMETIC,
  ...COMPARISON,
  ...BITWISE,
];

/** Lowerings of an operator, each for types of its own; custom operators by their name with "custom " before it. */
export const LOWERINGS: ReadonlyMap<string, readonly Lowering[]> = ALL.reduce((all, lowering) => {
  const name = lowering.custom ? `custom ${lowering.operator}` : lowering.operator;
  return all.set(name, [...(all.get(name) ?? []), lowering]);
}, new Map<string, readonly Lowering[]>());
