import { averagePool2d, maxPool2d } from "./pool_2d";
import { conv2d } from "./conv_2d";
import { depthwiseConv2d } from "./depthwise_conv_2d";
import { add, mul, sub } from "./elementwise";
import { fullyConnected } from "./fully_connected";
import type { Lowering } from "./lowering";
import { mean } from "./mean";
import { concatenation, pad, padV2, transpose } from "./movement";
import { dequantize, quantize } from "./quantize";
import { pack, shape, stridedSlice } from "./shape_arithmetic";
import { softmax } from "./softmax";
import { logistic, relu6Lowering, reluLowering, tanh } from "./unary";
import { expandDims, reshape, squeeze } from "./views";

/** Every operator that Arenula runs: a new one adds its line here. */
const ALL: readonly Lowering[] = [
  add, averagePool2d, concatenation, conv2d, depthwiseConv2d, dequantize, expandDims, fullyConnected, logistic, maxPool2d, mean,
  mul, pack, pad, padV2, quantize, reluLowering, relu6Lowering, reshape, shape, softmax, squeeze, stridedSlice, sub, tanh, transpose,
];

/** Lowerings of an operator, each for types of its own; custom operators by their name with "custom " before it. */
export const LOWERINGS: ReadonlyMap<string, readonly Lowering[]> = ALL.reduce((all, lowering) => {
  const name = lowering.custom ? `custom ${lowering.operator}` : lowering.operator;
  return all.set(name, [...(all.get(name) ?? []), lowering]);
}, new Map<string, readonly Lowering[]>());
