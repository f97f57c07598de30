// Cross-layer equalization: where a layer's channels go through RELU or nothing into one other layer, a channel may be divided by s in the first and multiplied by s in
// the second. Chosen so that both layers' weights have the same range per channel, this evens the ranges of channels, which share one scale per tensor.
// Source: Nagel et al., Data-Free Quantization Through Weight Equalization and Bias Correction, 2019, section 4.1. Here s is a power of two: float32 results do not change by a bit.
import { writeModel, type UnionObject } from "../tflite/object";
import { channelsOf } from "./constants";
import { CONSTRAINTS } from "./constraints";
import { withConstants, type Edit } from "./edit_constants";
import { FloatGraph, type FloatOperator } from "./float_graph";

export interface Equalized {
  readonly bytes: Uint8Array;
  /** Pairs of layers, by names: "conv1 -> conv2". */
  readonly pairs: readonly string[];
}

/** One channel's factor depends on the neighbours' factors; these turns were always enough for them to settle. */
const TURNS = 20;
/** Factors beyond it would only move a dead channel. */
const MOST_BITS = 8;

interface Layer {
  readonly operator: FloatOperator;
  /** Axis of the weights that output channels run along, and input channels. */
  readonly output: number;
  readonly input: number;
}

function layerOf(graph: FloatGraph, operator: FloatOperator | undefined): Layer | null {
  if (!operator || !["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"].includes(operator.name)) return null;
  const weights = operator.inputs[1] ?? -1;
  if (!graph.isFloat(weights) || !graph.isConstant(weights) || graph.uses[weights]!.length > 1) return null;
  const { shape } = graph.tensors[weights]!, output = CONSTRAINTS[operator.name]!.weights!.axis;
  return { operator, output, input: shape.length - 1 };
}

/** Layers whose channels are each other's alone. */
function pairsOf(graph: FloatGraph): [Layer, Layer][] {
  return graph.operators.flatMap((operator): [Layer, Layer][] => {
    const [tensor] = operator.outputs, uses = graph.uses[tensor!] ?? [];
    const a = layerOf(graph, operator), b = layerOf(graph, graph.operators[uses[0]?.operator ?? -1]);
    const activation = (operator.options as UnionObject | null)?.value["fusedActivationFunction"] ?? "NONE";
    if (!a || !b || uses.length !== 1 || uses[0]!.position !== 0 || graph.outputs.includes(tensor!) || !["NONE", "RELU"].includes(activation as string)) return [];
    return channels(graph, a, a.output) === channels(graph, b, b.input) ? [[a, b]] : []; // not in groups, nor flattened, nor with a depth multiplier
  });
}

function channels(graph: FloatGraph, { operator }: Layer, axis: number): number {
  return graph.tensors[operator.inputs[1]!]!.shape[axis]!;
}

/** Largest magnitude per index of `axis`. */
function reaches(values: Float32Array, shape: readonly number[], axis: number): number[] {
  const { channels: count, channelOf } = channelsOf(shape, axis), reach = new Array<number>(count).fill(0);
  values.forEach((value, i) => void (reach[channelOf(i)] = Math.max(reach[channelOf(i)]!, Math.abs(value))));
  return reach;
}

function scaleChannels(values: Float32Array, shape: readonly number[], axis: number, factors: readonly number[]): void {
  const { channelOf } = channelsOf(shape, axis);
  values.forEach((value, i) => void (values[i] = value * factors[channelOf(i)]!));
}

/** @param bytes of a float model without training nodes */
export function equalize(bytes: Uint8Array): Equalized {
  const graph = FloatGraph.read(bytes), pairs = pairsOf(graph);
  const values = new Map<string, Float32Array>();
  const valuesOf = (operator: FloatOperator, position: number): Float32Array => {
    const key = `${operator.index}:${position}`;
    if (!values.has(key)) values.set(key, graph.values(operator.inputs[position]!));
    return values.get(key)!;
  };
  const shapeOf = ({ operator }: Layer) => graph.tensors[operator.inputs[1]!]!.shape;
  const total = new Map(pairs.map(([a]) => [a.operator.index, new Array<number>(channels(graph, a, a.output)).fill(0)]));
  for (let turn = 0, moved = true; moved && turn < TURNS; turn++) {
    moved = false;
    for (const [a, b] of pairs) {
      const before = reaches(valuesOf(a.operator, 1), shapeOf(a), a.output), behind = reaches(valuesOf(b.operator, 1), shapeOf(b), b.input), sum = total.get(a.operator.index)!;
      const bits = before.map((reach, i) => {
        const wanted = reach > 0 && behind[i]! > 0 ? Math.round(Math.log2(reach / behind[i]!) / 2) : 0;
        const kept = Math.min(Math.max(sum[i]! + wanted, -MOST_BITS), MOST_BITS) - sum[i]!;
        sum[i]! += kept;
        return kept;
      });
      if (bits.every((bit) => bit === 0)) continue;
      moved = true;
      const down = bits.map((bit) => 2 ** -bit), bias = a.operator.inputs[2] ?? -1;
      scaleChannels(valuesOf(a.operator, 1), shapeOf(a), a.output, down);
      if (bias >= 0) scaleChannels(valuesOf(a.operator, 2), graph.tensors[bias]!.shape, 0, down);
      scaleChannels(valuesOf(b.operator, 1), shapeOf(b), b.input, bits.map((bit) => 2 ** bit));
    }
  }
  const edits = [...values].map(([key, edited]): Edit => {
    const [operator, position] = key.split(":").map(Number);
    return { operator: operator!, position: position!, values: edited };
  });
  const changed = pairs.filter(([a]) => total.get(a.operator.index)!.some((bits) => bits !== 0));
  const name = ({ operator }: Layer) => graph.tensors[operator.outputs[0]!]!.name;
  return { bytes: changed.length > 0 ? writeModel(withConstants(graph, edits).model) : bytes, pairs: changed.map(([a, b]) => `${name(a)} -> ${name(b)}`) };
}
