import { addN } from "./add_n";
import { argMax, argMin } from "./arg_max";
import { FUNCTIONS } from "./functions";
import { BITWISE } from "./bitwise";
import { COMPARISON } from "./comparison";
import { INTEGER_ARITHMETIC } from "./integer_arithmetic";
import { QUANTIZED_BINARY } from "./quantized_binary";
import { MAXIMUM_MINIMUM } from "./maximum_minimum";
import { averagePool2d, maxPool2d } from "./pool_2d";
import { cast } from "./cast";
import { batchMatmul } from "./batch_matmul";
import { STREAMING } from "./circular_buffer";
import { COMPRESSION } from "./decode";
import { conv2d } from "./conv_2d";
import { CONV_2D_INT16 } from "./conv_2d_int16";
import { CONTROL_FLOW } from "./control_flow";
import { CUMSUM } from "./cumsum";
import { depthwiseConv2d } from "./depthwise_conv_2d";
import { DETECTION } from "./detection_postprocess";
import { depthwiseConv2dInt16 } from "./depthwise_conv_2d_int16";
import { BLOCKS } from "./blocks";
import { DYNAMIC_SLICES } from "./dynamic_slice";
import { add, mul, sub } from "./elementwise";
import { FFT } from "./fft";
import { FILTER_BANK } from "./filter_bank";
import { dequantizeConstant } from "./dequantized";
import { FLOAT32_CONV_2D } from "./float32_conv_2d";
import { float32DepthwiseConv2d } from "./float32_depthwise_conv_2d";
import { FLOAT32_ELEMENTWISE } from "./float32_elementwise";
import { float32BatchMatmul } from "./float32_matmul";
import { FLOAT32_POOL_2D } from "./float32_pool_2d";
import { FLOAT32_ROWS } from "./float32_rows";
import { float32TransposeConv } from "./float32_transpose_conv";
import { FLOAT32_UNARY } from "./float32_unary";
import { FLOAT32_LSTM } from "./float32_lstm";
import { fullyConnected } from "./fully_connected";
import { l2Normalization } from "./l2_normalization";
import { leakyRelu } from "./leaky_relu";
import { GATHER } from "./gather";
import { HYBRID } from "./hybrid";
import { HYBRID_LSTM } from "./hybrid_lstm";
import { BIDIRECTIONAL_LSTM } from "./bidirectional_lstm";
import type { Lowering } from "./lowering";
import { localResponseNormalization } from "./local_response_normalization";
import { logSoftmax } from "./log_softmax";
import { LSTM } from "./lstm";
import { mean, sum } from "./mean";
import { MOVEMENT } from "./movement";
import { PLAIN_INTEGERS } from "./plain_integers";
import { PADDING } from "./padding";
import { dequantize, quantize } from "./quantize";
import { SEARCHES } from "./search";
import { RELU_INT16 } from "./requantize";
import { SIGMOID_INT16 } from "./sigmoid_int16";
import { softmaxInt16 } from "./softmax_int16";
import { transposeConv } from "./transpose_conv";
import { SIGNAL_FRAME } from "./signal_frame";
import { SIGNAL_STREAM } from "./signal_stream";
import { REPETITION } from "./repetition";
import { SEQUENCES } from "./reverse_sequence";
import { SCATTER } from "./scatter_nd";
import { SELECT } from "./select";
import { SHAPES } from "./shapes";
import { SLICES } from "./slices";
import { stridedSlice } from "./strided_slice";
import { REDUCTIONS } from "./reduce";
import { RESIZES } from "./resize";
import { softmax } from "./softmax";
import { SVDF } from "./svdf";
import { INT16_FUNCTIONS } from "./int16_functions";
import { INT8_FUNCTIONS } from "./int8_functions";
import { VARIABLES } from "./variables";
import { logistic, relu0To1, reluN1To1, relu6Lowering, reluLowering, tanh } from "./unary";
import { EXTENTS } from "./where";
import { bitcast, expandDims, reshape, squeeze } from "./views";

/** Every operator that Arenula runs, one line for each file of lowerings: a new file adds its line here. */
const ALL: readonly Lowering[] = [
  ...CONTROL_FLOW,
  ...PLAIN_INTEGERS,
  conv2d,
  ...CONV_2D_INT16,
  transposeConv,
  batchMatmul,
  depthwiseConv2d,
  depthwiseConv2dInt16,
  add, mul, sub, addN,
  fullyConnected,
  ...LSTM, ...FLOAT32_LSTM, ...HYBRID_LSTM, ...BIDIRECTIONAL_LSTM,
  mean, sum,
  ...REDUCTIONS,
  argMax, argMin,
  ...CUMSUM,
  ...RESIZES,
  ...SEARCHES,
  ...EXTENTS,
  l2Normalization, localResponseNormalization,
  ...MOVEMENT,
  ...PADDING,
  stridedSlice,
  ...SLICES,
  ...BLOCKS,
  ...REPETITION,
  ...DYNAMIC_SLICES,
  ...GATHER,
  ...SCATTER,
  ...SELECT,
  ...SEQUENCES,
  averagePool2d, maxPool2d,
  quantize, dequantize,
  cast,
  leakyRelu,
  ...RELU_INT16,
  ...SIGMOID_INT16,
  softmaxInt16,
  ...SHAPES,
  softmax, logSoftmax,
  ...SVDF,
  ...VARIABLES,
  logistic, relu6Lowering, reluLowering, tanh,
  expandDims, reshape, squeeze, bitcast,
  ...SIGNAL_FRAME,
  ...FFT,
  ...FILTER_BANK,
  ...SIGNAL_STREAM,
  ...STREAMING,
  ...COMPRESSION,
  ...DETECTION,
  dequantizeConstant,
  ...FLOAT32_CONV_2D, float32DepthwiseConv2d, float32TransposeConv, float32BatchMatmul,
  ...HYBRID,
  ...FLOAT32_POOL_2D,
  ...FLOAT32_ELEMENTWISE, ...FLOAT32_UNARY, ...FLOAT32_ROWS,
  ...MAXIMUM_MINIMUM,
  ...INTEGER_ARITHMETIC,
  ...COMPARISON,
  ...BITWISE,
  ...FUNCTIONS,
  ...INT8_FUNCTIONS, ...INT16_FUNCTIONS, reluN1To1, relu0To1,
  ...QUANTIZED_BINARY,
];

/** Lowerings of an operator, each for types of its own; custom operators by their name with "custom " before it. */
export const LOWERINGS: ReadonlyMap<string, readonly Lowering[]> = ALL.reduce((all, lowering) => {
  const name = lowering.custom ? `custom ${lowering.operator}` : lowering.operator;
  return all.set(name, [...(all.get(name) ?? []), lowering]);
}, new Map<string, readonly Lowering[]>());
