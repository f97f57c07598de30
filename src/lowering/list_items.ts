// What the converter makes of a list that a loop writes one item of in every turn (Keras recurrent layers with return_sequences): all items before the
// i-th, the new one, all items behind it, put together again. The sizes of both slices depend on i, and every turn would copy the list. Here it
// becomes what it is: DYNAMIC_UPDATE_SLICE at i, in place where nothing else reads the list in that turn.
// Source: TensorFlow compiler/mlir/lite/transforms/lower_static_tensor_list.cc, ConvertTensorListSetItem.
import type { Graph, Operator, Subgraph } from "../graph/graph";
import { elementCount, type Tensor } from "../graph/tensor";

/** The same graph with lists that are written in place; itself where it has no loops. */
export function writeItems(graph: Graph): Graph {
  const bodies = loopBodies(graph);
  if (bodies.size === 0) return graph;
  return { ...graph, subgraphs: graph.subgraphs.map((subgraph, i) => (bodies.has(i) ? writtenInPlace(withItems(subgraph)) : subgraph)) };
}

/** Subgraphs that are bodies of loops and called by nothing else. */
function loopBodies({ subgraphs }: Graph): Set<number> {
  const calls = subgraphs.flatMap(({ operators }) => operators.flatMap(({ options }) => Object.entries(options).filter(([option]) => /SubgraphIndex$/.test(option)))) as [string, number][];
  const others = new Set(calls.filter(([option]) => option !== "bodySubgraphIndex").map(([, index]) => index));
  return new Set(calls.map(([, index]) => index).filter((index) => index > 0 && !others.has(index)));
}

/** A body with every list item that is set as one operator. */
function withItems(body: Subgraph): Subgraph {
  const reader = new Reader(body), tensors = [...body.tensors];
  const add = (tensor: Omit<Tensor, "index">): number => tensors.push({ ...tensor, index: tensors.length }) - 1;
  const operators = body.operators.flatMap((operator) => {
    const set = itemOf(reader, operator);
    if (!set) return [operator];
    const { list, item, place } = set, rank = tensors[list]!.shape.length;
    const vector = { type: "int32", shapeSignature: null, quantization: null, isVariable: false } as const;
    const where = tensors[place]!, begins = add({ ...where, ...vector, name: `${where.name}, begins`, shape: [rank], data: null });
    const zeros = add({ ...where, ...vector, name: `${where.name}, zeros`, shape: [rank - 1], data: new Uint8Array(4 * (rank - 1)) });
    const join: Operator = { ...operator, name: "CONCATENATION", inputs: rank > 1 ? [place, zeros] : [place], outputs: [begins], options: { axis: 0, fusedActivationFunction: "NONE" } };
    return [join, { ...operator, name: "DYNAMIC_UPDATE_SLICE", inputs: [list, item, begins], options: {} }];
  });
  return { ...body, tensors, operators: used({ ...body, tensors, operators }) };
}

/** Operators that compute something, or that another one reads: slices of lists are left over, and vectors that they began with. */
function used({ operators, outputs }: Subgraph): Operator[] {
  const read = new Set(outputs), kept: Operator[] = [];
  for (const operator of [...operators].reverse()) {
    if (LEFT_OVER.has(operator.name) && !operator.outputs.some((tensor) => read.has(tensor))) continue;
    operator.inputs.forEach((tensor) => read.add(tensor));
    kept.unshift(operator);
  }
  return kept;
}

const LEFT_OVER = new Set(["SLICE", "CONCATENATION", "RESHAPE", "EXPAND_DIMS", "ADD"]);

/** Marks updates of what a loop hands from turn to turn, where the old value is read by nothing else and the new one is only handed on. */
function writtenInPlace(body: Subgraph): Subgraph {
  const reads = (tensor: number) => body.operators.reduce((sum, { inputs }) => sum + inputs.filter((input) => input === tensor).length, 0) + body.outputs.filter((output) => output === tensor).length;
  const operators = body.operators.map((operator) => {
    const [list = -1] = operator.inputs, [result = -1] = operator.outputs, place = body.inputs.indexOf(list);
    const handedOn = operator.name === "DYNAMIC_UPDATE_SLICE" && place >= 0 && body.outputs[place] === result && reads(list) === 1 && reads(result) === 1;
    return handedOn ? { ...operator, options: { ...operator.options, inPlace: true } } : operator;
  });
  return { ...body, operators };
}

/** Who computes what in a subgraph. */
class Reader {
  private readonly makers = new Map<number, Operator>();

  constructor(private readonly subgraph: Subgraph) {
    for (const operator of subgraph.operators) for (const output of operator.outputs) this.makers.set(output, operator);
  }

  tensor(index: number): Tensor {
    return this.subgraph.tensors[index]!;
  }

  /** The operator of a name that computes a tensor. */
  maker(index: number, name: string): Operator | null {
    const maker = this.makers.get(index);
    return maker?.name === name ? maker : null;
  }

  /** The values of an int32 constant. */
  constant(index: number): number[] | null {
    const { data, type } = this.tensor(index);
    if (!data || type !== "int32") return null;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    return Array.from({ length: data.byteLength >> 2 }, (_, i) => view.getInt32(4 * i, true));
  }

  /** A number of one element behind what only renames its shape. */
  scalar(index: number): number {
    const maker = this.maker(index, "RESHAPE") ?? this.maker(index, "EXPAND_DIMS");
    return maker && elementCount(this.tensor(maker.inputs[0]!).shape) === 1 ? this.scalar(maker.inputs[0]!) : index;
  }

  /** A vector of a computed number, and constants behind it: the tensor that holds the number, and whether every constant is one of those that `accepts` takes. */
  led(index: number, rank: number, accepts: (value: number, dimension: number) => boolean): number | null {
    const whole = this.tensor(index);
    if (whole.type !== "int32" || elementCount(whole.shape) !== rank) return null;
    if (rank === 1) return index;
    const join = this.maker(index, "CONCATENATION"), [first = -1, rest = -1] = join?.inputs ?? [];
    const constants = join?.inputs.length === 2 ? this.constant(rest) : null;
    return constants?.length === rank - 1 && constants.every((value, i) => accepts(value, i + 1)) ? first : null;
  }
}

/** What CONCATENATION puts together again: the list, the new item, and the vector of one number that holds its place. Null for any other operator. */
function itemOf(reader: Reader, { name, inputs, outputs, options }: Operator): { list: number; item: number; place: number } | null {
  if (name !== "CONCATENATION" || inputs.length !== 3 || options.axis !== 0 || (options.fusedActivationFunction ?? "NONE") !== "NONE") return null;
  const [before, after] = [reader.maker(inputs[0]!, "SLICE"), reader.maker(inputs[2]!, "SLICE")], item = inputs[1]!;
  const list = before?.inputs[0];
  if (!before || !after || list === undefined || after.inputs[0] !== list) return null;
  const { shape } = reader.tensor(list), rank = shape.length, result = reader.tensor(outputs[0]!).shape;
  const same = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((n, i) => n === b[i]);
  if (!same(result, shape) || !same(reader.tensor(item).shape, [1, ...shape.slice(1)])) return null;
  const all = (value: number, dimension: number) => value === -1 || value === shape[dimension], rest = reader.constant(after.inputs[2]!);
  if (!reader.constant(before.inputs[1]!)?.every((value) => value === 0) || !rest?.every((value, dimension) => value === -1 || (dimension > 0 && all(value, dimension)))) return null;
  const place = reader.led(before.inputs[2]!, rank, all), next = reader.led(after.inputs[1]!, rank, (value) => value === 0);
  if (place === null || next === null) return null;
  return isNext(reader, reader.scalar(next), reader.scalar(place)) ? { list, item, place } : null;
}

/** Whether one number is another and 1. */
function isNext(reader: Reader, next: number, number: number): boolean {
  const sum = reader.maker(next, "ADD");
  if (!sum || (sum.options.fusedActivationFunction ?? "NONE") !== "NONE") return false;
  const [a = -1, b = -1] = sum.inputs;
  return [[a, b], [b, a]].some(([x, one]) => reader.scalar(x!) === number && reader.constant(one!)?.length === 1 && reader.constant(one!)![0] === 1);
}
