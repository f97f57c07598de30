// Where ranges come from, apart from data and training: minima and maxima recorded in the model, another model, defaults, the scaling of uint8 inputs.
import { ArenulaError } from "../errors";
import { isConversion, matchOperators, matchTensors } from "../inspect/match";
import { writeModel, type TableObject } from "../tflite/object";
import { readModel } from "../tflite/read";
import { FloatGraph } from "./float_graph";
import { CODES, perTensor, rangeOf } from "./parameters";
import type { Range } from "./range";

/** Minima and maxima in the quantization parameters of float tensors: a model that was calibrated, but not quantized. */
export function recordedRanges(graph: FloatGraph): Map<number, Range> {
  const ranges = new Map<number, Range>();
  for (const { index, quantization } of graph.tensors) {
    const { min, max, scale } = (quantization ?? {}) as TableObject;
    const [lows, highs] = [(min as number[] | null) ?? [], (max as number[] | null) ?? []];
    if (!graph.isFloat(index) || graph.isConstant(index) || lows.length !== 1 || highs.length !== 1 || ((scale as number[] | null) ?? []).length > 0) continue;
    ranges.set(index, { min: lows[0]!, max: highs[0]!, source: "recorded in the model" });
  }
  return ranges;
}

/**
 * Scales and zero points of another model: by the names of tensors; where a name is in one model only, by the place in the network, if all operators have a counterpart.
 * Training with FAKE_QUANT nodes renames inputs and the tensors behind such nodes.
 * @param source how people call that model
 * @throws ArenulaError RANGE_MISSING where the models have no tensor in common
 */
export function rangesFrom(graph: FloatGraph, other: Uint8Array, source: string): Map<number, Range> {
  const theirs = FloatGraph.read(other), byName = new Map(theirs.tensors.filter(({ data }) => data === null).map((tensor) => [tensor.name, tensor]));
  const ranges = new Map<number, Range>(recordedFrom(graph, theirs, source)), places = sameNetwork(graph, other);
  for (const { index, name } of graph.tensors) {
    const tensor = byName.get(name) ?? theirs.tensors[places?.get(index) ?? -1], { scale, zeroPoint } = (tensor?.quantization ?? {}) as TableObject;
    const type = tensor?.type.toLowerCase();
    if (!graph.isFloat(index) || graph.isConstant(index) || ((scale as number[] | null) ?? []).length !== 1 || !(type === "int8" || type === "uint8" || type === "int16")) continue;
    const parameters = perTensor(type, (scale as number[])[0]!, (zeroPoint as number[])[0]!, CODES[type]);
    ranges.set(index, { ...rangeOf(parameters), source: `from ${source}`, parameters });
  }
  if (ranges.size > 0) return ranges;
  throw new ArenulaError("RANGE_MISSING", "no tensor of that model has a scale and the name or the place of one of this model", {
    where: source, hint: "tensors are matched by name, and by place where all operators are the same: both models have to come from one network",
  });
}

/** Tensors of `graph` -> tensors of the other model; null where an operator has no counterpart. */
function sameNetwork(graph: FloatGraph, other: Uint8Array): ReadonlyMap<number, number> | null {
  const ours = readModel(writeModel(graph.model)), theirs = readModel(other), pairs = matchOperators(theirs, ours);
  const layers = (model: typeof ours) => model.subgraphs[0]!.operators.filter((operator) => !isConversion(operator)).length;
  return pairs.length > 0 && pairs.length === layers(ours) && pairs.length === layers(theirs) ? matchTensors(theirs, ours, pairs) : null;
}

/** Of a model that was calibrated only. */
function recordedFrom(graph: FloatGraph, theirs: FloatGraph, source: string): [number, Range][] {
  const recorded = recordedRanges(theirs), indexOf = new Map(theirs.tensors.map(({ name, index }) => [name, index]));
  return graph.tensors.flatMap(({ index, name }) => {
    const range = recorded.get(indexOf.get(name) ?? -1);
    return range && graph.isFloat(index) && !graph.isConstant(index) ? [[index, { ...range, source: `from ${source}` }] as [number, Range]] : [];
  });
}

export const DUMMY = "default (dummy)";

/** One range for every activation that has none: enough to see a model run, not to trust its results. */
export function defaultRanges(graph: FloatGraph, min: number, max: number): Map<number, Range> {
  const activations = graph.tensors.filter(({ index }) => graph.isFloat(index) && !graph.isConstant(index));
  return new Map(activations.map(({ index }) => [index, { min, max, source: DUMMY }]));
}

/** Inputs of the uint8 scheme: real = (q - mean) / std. Source: the converter's quantized_input_stats. */
export function scaledInputs(graph: FloatGraph, mean: number, std: number): Map<number, Range> {
  const inputs = graph.inputs.filter((index) => graph.isFloat(index));
  return new Map(inputs.map((index) => [index, { min: (0 - mean) / std, max: (255 - mean) / std, source: `mean ${mean}, std ${std}`, trained: "full" }]));
}
