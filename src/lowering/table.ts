import { argMax, argMin } from "./arg_max";
import { BITWISE } from "./bitwise";
import { COMPARISON } from "./comparison";
import { INTEGER_ARITHMETIC } from "./integer_arithmetic";
import { MAXIMUM_MINIMUM } from "./maximum_minimum";
import { averagePool2d, maxPool2d } from "./pool_2d";
import { conv2d } from "./conv_2d";
import { CONTROL_FLOW } from "./control_flow";
import { CUMSUM } from "./cumsum";
import { depthwiseConv2d } from "./depthwise_conv_2d";
import { add, mul, sub } from "./elementwise";
import { fullyConnected } from "./fully_connected";
import { l2Normalization } from "./l2_normalization";
import type { Lowering } from "./lowering";
import { mean, sum } from "./mean";
import { concatenation, pad, padV2, transpose } from "./movement";
import { dequantize, quantize } from "./quantize";
import { SEARCHES } from "./search";
import { pack, shape, stridedSlice } from "./shape_arithmetic";
import { REDUCTIONS } from "./reduce";
import { RESIZES } from "./resize";
import { softmax } from "./softmax";
import { logistic, relu6Lowering, reluLowering, tanh } from "./unary";
import { EXTENTS } from "./where";
import { expandDims, reshape, squeeze } from "./views";

/** Every operator that Arenula runs, one line for each file of lowerings: a new file adds its line here. */
const ALL: readonly Lowering[] = [
  ...CONTROL_FLOW,
  conv2d,
  depthwiseConv2d,
  add, mul, sub,
  fullyConnected,
  mean, sum,
  ...REDUCTIONS,
  argMax, argMin,
  ...CUMSUM,
  ...RESIZES,
  ...SEARCHES,
  ...EXTENTS,
  l2Normalization,
  concatenation, pad, padV2, transpose,
  averagePool2d, maxPool2d,
  quantize, dequantize,
  pack, shape, stridedSlice,
  softmax,
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
