// Layers with state, UNIDIRECTIONAL_SEQUENCE_LSTM and SVDF: what their weights, biases, variables and intermediates are quantized to. None of these spreads to
// another operator, so all of it follows from the forms of the input and the output, and from ranges.
// Source: converter/transforms/prepare_quantize_helper.h (ConvertLstmStatsToQDQs, ConvertSvdfStatsToQDQs, PrepareLstmOutputScale), converter/tools/optimize/operator_property.cc.
import { quantizeBias, quantizeConstant, quantizeToInt16, weightParameters, type QuantizedConstant } from "./constants";
import { CONSTRAINTS, type Recurrent } from "./constraints";
import type { FloatGraph, FloatOperator } from "./float_graph";
import { CODES, expanded, int16Parameters, perTensor, seenScale, type Parameters } from "./parameters";
import type { Form, OperatorPlan } from "./plan";
import type { Range, Ranges } from "./range";

const f = Math.fround;

/** Codes of time weights end at 512: the kernel's sum over time needs the other six bits. */
const TIME_CODES: readonly [number, number] = [-512, 512];

/** Why a layer with state has no quantized form; null where it has one. */
export function refusedVariant(graph: FloatGraph, { inputs }: FloatOperator, { weights, biases, needed, variants }: Recurrent): string | null {
  const present = (position: number) => (inputs[position] ?? -1) >= 0;
  if (!needed.every(present)) return "its input gate is coupled to the forget gate";
  const variant = variants.find(([, positions]) => positions.some(present));
  if (variant) return `it has ${variant[0]}`;
  return [...Object.keys(weights), ...Object.keys(biases)].map(Number).some((position) => present(position) && !graph.isConstant(inputs[position]!)) ? "its weights are computed while the model runs" : null;
}

/** The hidden state and the output, which are one value at two times, span what either was seen to. Source: PrepareLstmOutputScale. */
export function jointRanges(graph: FloatGraph, ranges: Ranges): Ranges {
  const joint = new Map(ranges);
  for (const { name, inputs, outputs } of graph.operators) {
    const hidden = ranges.get(inputs[CONSTRAINTS[name]?.recurrent?.hidden ?? -1] ?? -1), output = ranges.get(outputs[0] ?? -1);
    if (hidden && output && !output.trained && !output.parameters) joint.set(outputs[0]!, { ...output, min: Math.min(hidden.min, output.min), max: Math.max(hidden.max, output.max) });
  }
  return joint;
}

/** Plans of the layers with state of one model. */
export class RecurrentPlanner {
  private readonly weights = new Map<number, QuantizedConstant>();

  /**
   * @param ranges of variables, and of outputs as they were seen
   * @param seen scales in float32, as for ranges that were seen
   */
  constructor(private readonly graph: FloatGraph, private readonly ranges: Ranges, private readonly bias: "int32" | "int64", private readonly seen: boolean) {}

  /** @returns null where a variable has no range */
  plan(operator: FloatOperator, input: Parameters, output: Parameters): OperatorPlan | null {
    const { weights, biases, states, hidden, intermediates } = CONSTRAINTS[operator.name]!.recurrent!;
    const operands = operator.inputs.map((tensor, position): Form | QuantizedConstant => {
      const range = this.ranges.get(tensor), kind = states[position];
      if (tensor < 0) return null;
      if (position === 0) return input;
      if (position === hidden) return output;
      if (kind) return range ? stateOf(range, kind) : null;
      return weights[position] ? this.weight(tensor, weights[position]) : null;
    });
    if (Object.keys(states).some((position) => operands[Number(position)] === null)) return null;
    for (const [position, [a, b]] of Object.entries(biases)) {
      const tensor = operator.inputs[Number(position)] ?? -1;
      if (tensor >= 0) operands[Number(position)] = this.biasOf(tensor, scaleOf(operands[a]!) * scaleOf(operands[b]!));
    }
    return { operands, results: [output], quantized: true, ...(intermediates && { intermediates: [null, null, null, null, this.hiddenIntermediate(operator)] }) };
  }

  /** One scale for all, whatever the scheme does to weights of other operators. */
  private weight(tensor: number, kind: "int8" | "time"): QuantizedConstant {
    const found = this.weights.get(tensor);
    if (found) return found;
    const values = this.graph.values(tensor), { shape } = this.graph.tensors[tensor]!;
    const parameters = kind === "time" ? timeParameters(values) : weightParameters(values, shape, -1, { type: "int8", seen: this.seen });
    const constant = { parameters, data: kind === "time" ? quantizeToInt16(values, parameters.scales[0]!) : quantizeConstant(values, shape, parameters, this.seen) };
    this.weights.set(tensor, constant);
    return constant;
  }

  private biasOf(tensor: number, product: number): QuantizedConstant {
    const values = this.graph.values(tensor), scale = this.seen ? f(product) : product, wide = this.bias === "int64", reach = 2 ** (wide ? 63 : 31);
    return { parameters: perTensor(this.bias, scale, 0, [-reach, reach - 1]), data: wide ? quantizeBias(values, [scale], BigInt64Array) : quantizeBias(values, [scale], Int32Array) };
  }

  /** The hidden value before a projection. Without one it is the output, and no kernel reads this. It has 8 bits in every scheme, and its range need not hold 0. */
  private hiddenIntermediate({ intermediates, outputs }: FloatOperator): Form {
    const range = this.ranges.get(intermediates[4] ?? -1) ?? this.ranges.get(outputs[0]!);
    return range ? perTensor("int8", ...seenScale(...expanded(range.min, range.max), CODES.int8), CODES.int8) : null;
  }
}

/**
 * The same layer with another scale of its output. Kernels copy the hidden state to the output, so it has to have that scale; the converter leaves it in its own where
 * a CONCATENATION behind decides about the output's, and what is read there is off by the quotient.
 */
export function withOutput(plan: OperatorPlan, { hidden }: Recurrent, output: Parameters): OperatorPlan {
  if (hidden === undefined) return plan;
  const { operands, intermediates = [] } = plan;
  return { ...plan, operands: operands.map((form, i) => (i === hidden ? output : form)), intermediates: intermediates.map((form) => form && output) };
}

function scaleOf(form: Form | QuantizedConstant): number {
  return ("data" in form! ? form.parameters : form!).scales[0]!;
}

function timeParameters(values: Float32Array): Parameters {
  return perTensor("int16", (values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1) / TIME_CODES[1], 0, TIME_CODES);
}

/** Symmetric int16. A cell's scale is a power of two that reaches past its range. */
function stateOf({ min, max, parameters }: Range, kind: "power of two" | "any"): Parameters {
  if (parameters?.type === "int16") return parameters;
  if (kind === "any") return int16Parameters(min, max);
  const reach = Math.max(Math.abs(min), Math.abs(max)) || 1;
  return perTensor("int16", 2 ** Math.ceil(Math.log2(reach)) / 32768, 0, CODES.int16);
}
