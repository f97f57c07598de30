// Bias correction: rounding and clipping shift a layer's output, on average over the data, by a constant per channel. It is measured and taken off the bias, layer by
// layer from the first to the last, so that each one is measured behind layers that are corrected already.
// Source: Nagel et al., Data-Free Quantization Through Weight Equalization and Bias Correction, 2019, appendix D (empirical bias correction).
import { writeModel } from "../tflite/object";
import { withConstants } from "./edit_constants";
import { FloatGraph, type FloatOperator } from "./float_graph";
import type { Ranges } from "./range";
import { mean, MOST_MACS, type Trials } from "./trial";

export interface Corrected {
  readonly bytes: Uint8Array;
  /** Layers whose bias changed. */
  readonly layers: number;
  /** Mean decibels of the output over the samples. */
  readonly before: number;
  readonly after: number;
}

/** Behind RELU a shift moves the mean of what is above 0 only: a second round takes most of the rest. */
const ROUNDS = 2;

/** A layer with weights and a bias that are constants. */
function isCorrectable(graph: FloatGraph, { name, inputs }: FloatOperator): boolean {
  return ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"].includes(name) && graph.isConstant(inputs[1]!) && graph.isFloat(inputs[1]!) && inputs[2] !== undefined && graph.isConstant(inputs[2]);
}

/** Inferences that the correction makes for each sample. */
export function correctionRuns(graph: FloatGraph): number {
  return 1 + ROUNDS * (1 + correctable(graph).length);
}

function correctable(graph: FloatGraph): number[] {
  return graph.operators.filter((operator) => isCorrectable(graph, operator)).map(({ index }) => index);
}

/**
 * Biases that make every layer's mean output, channel by channel, that of float32. A round after which the model's output is no better is taken back.
 * Where a trial for each layer is more than `budget` allows, neighbouring layers share one.
 * @param model the trials' float model; @param budget multiply-accumulates
 */
export async function correctBiases(model: Uint8Array, ranges: Ranges, trials: Trials, progress: (what: string, done: number) => void, budget = MOST_MACS): Promise<Corrected> {
  const graph = FloatGraph.read(model), layers = correctable(graph), expected = await trials.channelSums(null, layers);
  const rows = layers.map((operator, i) => {
    const { shape } = graph.tensors[graph.operators[operator]!.outputs[0]!]!;
    return (trials.count * shape.reduce((product, size) => product * size, 1)) / expected[i]!.length;
  });
  const score = async (bytes: Uint8Array) => mean((await trials.decibels([{ model: bytes, ranges }]))[0]!);
  const before = await score(model), biases = layers.map((operator) => graph.values(graph.operators[operator]!.inputs[2]!));
  const withBiases = () => writeModel(withConstants(graph, layers.map((operator, i) => ({ operator, position: 2, values: biases[i]! }))).model);
  const groups = Math.max(1, Math.floor(budget / (ROUNDS * trials.cost(trials.count))) - 2), share = Math.ceil(layers.length / groups);
  let best = { bytes: model, layers: 0, before, after: before };
  for (let round = 1; round <= ROUNDS && layers.length > 0; round++) {
    for (let first = 0; first < layers.length; first += share) {
      const group = layers.slice(first, first + share), sums = await trials.channelSums({ model: withBiases(), ranges }, group);
      for (const [k, seen] of sums.entries()) {
        const i = first + k;
        biases[i] = biases[i]!.map((bias, channel) => bias + (expected[i]![channel]! - seen[channel]!) / rows[i]!);
      }
      progress(`biases, round ${round}`, (first + group.length) / layers.length);
    }
    const bytes = withBiases(), after = await score(bytes);
    if (after <= best.after) break;
    best = { bytes, layers: layers.length, before, after };
  }
  return best;
}
