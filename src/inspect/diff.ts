// The quantization of two models, tensor by tensor, without data.
import { ArenulaError } from "../errors";
import type { Graph, Operator } from "../graph/graph";
import { elementCount, realRange, type Tensor } from "../graph/tensor";
import { valuesIn } from "../runtime/tensor_view";
import { isConversion, matchOperators, matchTensors } from "./match";

/** How one tensor maps codes to reals. */
export interface Parameters {
  readonly type: string;
  readonly scale: number | null;
  readonly zero_point: number | null;
  /** The least and the greatest real value. */
  readonly range: readonly [number, number] | null;
}

export interface TensorDiff {
  readonly name: string;
  /** The operator of B that writes it; "input" for inputs. */
  readonly op: string;
  readonly operator_b: number | null;
  readonly a: Parameters;
  readonly b: Parameters;
  /** How far the ends of the ranges are apart, in codes of B: 0 where both map alike. null where one is not quantized. */
  readonly codes: number | null;
}

export interface ConstantDiff {
  readonly name: string;
  readonly op: string;
  readonly operator_b: number;
  readonly role: "weights" | "bias";
  readonly equal: boolean;
  /** Elements whose real values differ, of `elements`. */
  readonly differing: number;
  readonly elements: number;
  /** The greatest difference in units of B's scale (of its channel); of reals where B is float32. */
  readonly most: number;
}

export interface ModelDiff {
  readonly tensors: readonly TensorDiff[];
  readonly constants: readonly ConstantDiff[];
  readonly weights_equal: boolean;
  readonly biases_equal: boolean;
  /** Operators without a counterpart: "operator 7 CONV_2D". */
  readonly only_a: readonly string[];
  readonly only_b: readonly string[];
}

const BIASED = new Set(["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"]);

/** @throws ArenulaError COMPARE_UNLIKE where the models have no operator in common */
export function diffModels(a: Graph, b: Graph): ModelDiff {
  const pairs = matchOperators(a, b), sources = matchTensors(a, b, pairs);
  if (pairs.length === 0) throw new ArenulaError("COMPARE_UNLIKE", "two models without an operator in common", { hint: "diff compares two versions of one network" });
  const [ofA, ofB] = [a.subgraphs[0]!, b.subgraphs[0]!];
  const writer = new Map(ofB.operators.flatMap((operator) => operator.outputs.map((tensor) => [tensor, operator] as const)));
  const tensors = [...sources].filter(([inB]) => ofB.inputs.includes(inB) || !isConversionOutput(writer.get(inB)))
    .map(([inB, inA]) => tensorDiff(ofA.tensors[inA]!, ofB.tensors[inB]!, writer.get(inB)));
  const constants = pairs.flatMap((pair) => pair.b.inputs.flatMap((inB, i) => {
    const tensorA = ofA.tensors[pair.a.inputs[i] ?? -1], tensorB = ofB.tensors[inB];
    return tensorA?.data && tensorB?.data ? [constantDiff(tensorA, tensorB, pair.b, BIASED.has(pair.b.name) && i === pair.b.inputs.length - 1 && i >= 2 ? "bias" : "weights")] : [];
  })).filter((diff) => diff !== null);
  const paired = new Set<Operator>(pairs.flatMap(({ a: x, b: y }) => [x, y]));
  const lone = (operators: readonly Operator[]) => operators.filter((operator) => !paired.has(operator)).map(({ index, name }) => `operator ${index} ${name}`);
  return {
    tensors, constants, weights_equal: constants.every(({ role, equal }) => role !== "weights" || equal), biases_equal: constants.every(({ role, equal }) => role !== "bias" || equal),
    only_a: lone(ofA.operators), only_b: lone(ofB.operators),
  };
}

function isConversionOutput(operator: Operator | undefined): boolean {
  return operator !== undefined && isConversion(operator);
}

function parametersOf(tensor: Tensor): Parameters {
  const { type, quantization } = tensor, scale = quantization?.scale.length === 1 ? quantization.scale[0]! : null, zeroPoint = scale === null ? null : quantization!.zeroPoint[0]!;
  return { type, scale, zero_point: zeroPoint, range: realRange(tensor) };
}

function tensorDiff(tensorA: Tensor, tensorB: Tensor, operator: Operator | undefined): TensorDiff {
  const a = parametersOf(tensorA), b = parametersOf(tensorB);
  const codes = a.range && b.range ? Math.max(Math.abs(a.range[0] - b.range[0]), Math.abs(a.range[1] - b.range[1])) / b.scale! : null;
  return { name: tensorB.name, op: operator?.name ?? "input", operator_b: operator?.index ?? null, a, b, codes };
}

/** Null for constants that are no weights: shapes, axes, indices. */
function constantDiff(tensorA: Tensor, tensorB: Tensor, operator: Operator, role: "weights" | "bias"): ConstantDiff | null {
  const isReal = ({ type, quantization }: Tensor) => type === "float32" || quantization !== null;
  if (!isReal(tensorA) || !isReal(tensorB) || elementCount(tensorA.shape) !== elementCount(tensorB.shape)) return null;
  const a = constantReals(tensorA), b = constantReals(tensorB);
  if (!a || !b) return null;
  let differing = 0, most = 0;
  a.values.forEach((value, i) => {
    if (value === b.values[i]) return;
    differing++;
    most = Math.max(most, Math.abs(value - b.values[i]!) / b.scaleAt(i));
  });
  return { name: tensorB.name, op: operator.name, operator_b: operator.index, role, equal: differing === 0, differing, elements: a.values.length, most };
}

/** Real values of a constant, with the scale of each: 1 where it is float32. */
function constantReals({ type, shape, data, quantization }: Tensor): { values: Float64Array; scaleAt: (element: number) => number } | null {
  const stored = valuesIn(type, data!.slice());
  if (!stored || type === "float16") return null;
  const numbers = Float64Array.from(stored as ArrayLike<number>, Number);
  if (type === "float32" || !quantization) return { values: numbers, scaleAt: () => 1 };
  const { scale, zeroPoint, dimension } = quantization;
  const inner = elementCount(shape.slice(dimension + 1));
  const channel = (element: number) => (scale.length === 1 ? 0 : Math.floor(element / inner) % scale.length);
  return { values: numbers.map((code, i) => (code - zeroPoint[channel(i)]!) * scale[channel(i)]!), scaleAt: (i) => scale[channel(i)]! };
}
