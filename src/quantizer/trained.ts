// What quantization-aware training leaves in a float model: FAKE_QUANT nodes, or pairs of QUANTIZE and DEQUANTIZE. The nodes go, their ranges stay.
import type { TableObject, UnionObject } from "../tflite/object";
import { FloatGraph, type FloatOperator } from "./float_graph";
import { CODES, rangeOf, type Parameters } from "./parameters";
import type { Range } from "./range";

export interface Trained {
  readonly graph: FloatGraph;
  /** By tensor of `graph`. */
  readonly ranges: ReadonlyMap<number, Range>;
  /** The index that every operator of `graph` had before. */
  readonly before: readonly number[];
}

/** The graph without such nodes: what they read takes their place, also as an output of the model, then under the output's name. */
export function withoutTrainingNodes(graph: FloatGraph): Trained {
  const source = new Map<number, number>(), ranges = new Map<number, Range>(), gone = new Set<number>();
  const origin = (tensor: number): number => (source.has(tensor) ? origin(source.get(tensor)!) : tensor);
  const remove = (node: FloatOperator) => {
    gone.add(node.index);
    source.set(node.outputs[0]!, node.inputs[0]!);
  };
  for (const operator of graph.operators) { // of two in a row the last one is what readers see
    const range = operator.name === "FAKE_QUANT" ? fakeQuantRange(operator) : pairRange(graph, operator);
    if (!range) continue;
    remove(operator);
    if (operator.name === "QUANTIZE") graph.uses[operator.outputs[0]!]!.forEach((use) => remove(graph.operators[use.operator]!));
    ranges.set(origin(operator.inputs[0]!), range);
  }
  const before = graph.operators.map(({ index }) => index).filter((index) => !gone.has(index));
  if (gone.size === 0) return { graph, ranges, before };
  const first = (graph.model.subgraphs as TableObject[])[0]!;
  const rewired = (list: unknown) => (list as number[]).map(origin);
  const tensors = (first.tensors as TableObject[]).map((tensor) => ({ ...tensor }));
  for (const output of graph.outputs) if (source.has(output) && !graph.inputs.includes(origin(output))) tensors[origin(output)]!.name = tensors[output]!.name!;
  const operators = (first.operators as TableObject[]).filter((_, i) => !gone.has(i)).map((operator) => ({ ...operator, inputs: rewired(operator.inputs) }));
  const signatureDefs = (graph.model.signatureDefs as TableObject[] | null)?.map((signature) => (signature.subgraphIndex !== 0 ? signature : {
    ...signature, outputs: (signature.outputs as TableObject[] | null)?.map((item) => ({ ...item, tensorIndex: origin(item.tensorIndex as number) })) ?? null,
  })) ?? null;
  const subgraphs = [{ ...first, tensors, operators, outputs: rewired(first.outputs) }, ...(graph.model.subgraphs as TableObject[]).slice(1)];
  return { graph: new FloatGraph({ ...graph.model, subgraphs, signatureDefs }), ranges, before };
}

function fakeQuantRange({ options }: FloatOperator): Range {
  const { min, max, narrowRange } = (options as UnionObject).value as { min: number; max: number; narrowRange: boolean };
  return { min, max, source: "FAKE_QUANT", trained: narrowRange ? "narrow" : "full" };
}

/** A QUANTIZE whose codes nothing reads but DEQUANTIZE. */
function pairRange(graph: FloatGraph, { name, inputs, outputs }: FloatOperator): Range | null {
  const codes = outputs[0]!;
  const pair = name === "QUANTIZE" && graph.isFloat(inputs[0]!) && !graph.outputs.includes(codes) && graph.uses[codes]!.length > 0 &&
    graph.uses[codes]!.every(({ operator }) => graph.operators[operator]!.name === "DEQUANTIZE");
  const { scale, zeroPoint, quantizedDimension } = (graph.tensors[codes]!.quantization ?? {}) as TableObject;
  const type = graph.tensors[codes]!.type.toLowerCase();
  if (!pair || !(type === "int8" || type === "uint8" || type === "int16")) return null;
  const constant = graph.isConstant(inputs[0]!), zeroPoints = zeroPoint as number[], zero = type === "uint8" ? 128 : 0;
  // weights: the least code is not used where the range is symmetric
  const narrow = constant && zeroPoints.every((point) => point === zero);
  const [first, last] = CODES[type];
  const parameters: Parameters = { type, scales: scale as number[], zeroPoints, axis: quantizedDimension as number, codes: [narrow ? first + 1 : first, last] };
  return { ...rangeOf(parameters), source: "QUANTIZE and DEQUANTIZE in the model", trained: narrow ? "narrow" : "full", parameters };
}
