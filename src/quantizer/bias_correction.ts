// Bias correction: rounded weights add (Wq - W) x to a layer, whose mean over the data is a constant per channel. It is taken off the bias.
// Source: Nagel et al., Data-Free Quantization Through Weight Equalization and Bias Correction, 2019, section 4.2, with means of data.
import { writeModel } from "../tflite/object";
import { channelsOf, quantizeConstant, weightParameters, type ConstantRule } from "./constants";
import { CONSTRAINTS } from "./constraints";
import { withConstants, type Edit } from "./edit_constants";
import { FloatGraph, type FloatOperator } from "./float_graph";

export interface Corrected {
  readonly bytes: Uint8Array;
  /** Layers whose bias changed. */
  readonly layers: number;
}

/** Mean of every input channel (last axis), by tensor. */
export type ChannelMeans = ReadonlyMap<number, Float64Array>;

/** A layer with weights and a bias that are constants. Padding counts as data here: at borders the correction is a little too large. */
function isCorrectable(graph: FloatGraph, { name, inputs }: FloatOperator): boolean {
  return ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"].includes(name) && graph.isConstant(inputs[1]!) && graph.isFloat(inputs[1]!) && inputs[2] !== undefined && graph.isConstant(inputs[2]);
}

/** Tensors whose channel means `correctBiases` wants. */
export function correctionInputs(bytes: Uint8Array): number[] {
  const graph = FloatGraph.read(bytes);
  return [...new Set(graph.operators.filter((operator) => isCorrectable(graph, operator)).map(({ inputs }) => inputs[0]!))];
}

/** @param rule how the scheme quantizes weights; @param perChannel whether channels have their own scales */
export function correctBiases(bytes: Uint8Array, means: ChannelMeans, rule: ConstantRule, perChannel: boolean): Corrected {
  const graph = FloatGraph.read(bytes);
  const edits = graph.operators.filter((operator) => isCorrectable(graph, operator)).flatMap((operator): Edit[] => {
    const mean = means.get(operator.inputs[0]!), bias = graph.values(operator.inputs[2]!);
    if (!mean) return [];
    const shift = expectedShift(graph, operator, mean, rule, perChannel);
    return [{ operator: operator.index, position: 2, values: bias.map((value, channel) => value - shift[channel]!) }];
  });
  return { bytes: edits.length > 0 ? writeModel(withConstants(graph, edits).model) : bytes, layers: edits.length };
}

/** Sum over taps and input channels of (Wq - W) E[x], per output channel. */
function expectedShift(graph: FloatGraph, { name, inputs }: FloatOperator, mean: Float64Array, rule: ConstantRule, perChannel: boolean): Float64Array {
  const weights = graph.values(inputs[1]!), { shape } = graph.tensors[inputs[1]!]!, { axis } = CONSTRAINTS[name]!.weights!;
  const parameters = weightParameters(weights, shape, perChannel ? axis : -1, rule), codes = quantizeConstant(weights, shape, parameters, rule.seen) as Int8Array | Uint8Array;
  const { channels, channelOf } = channelsOf(shape, axis), inner = shape[shape.length - 1]!, shift = new Float64Array(channels);
  const multiplier = channels / mean.length; // of a depthwise convolution: output channel c reads input channel c / multiplier
  weights.forEach((weight, i) => {
    const channel = channelOf(i), input = name === "DEPTHWISE_CONV_2D" ? Math.floor(channel / multiplier) : (i % inner) % mean.length;
    const scale = Math.fround(parameters.scales[parameters.scales.length === 1 ? 0 : channel]!), zero = parameters.zeroPoints[parameters.zeroPoints.length === 1 ? 0 : channel]!;
    shift[channel]! += ((codes[i]! - zero) * scale - weight) * mean[input]!;
  });
  return shift;
}
