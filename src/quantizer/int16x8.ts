// int16 activations, int8 weights, int64 biases, as the TensorFlow Lite converter makes them: operator after operator, forwards, each tensor once.
// Source: lite/tools/optimize/quantize_model.cc and quantization_utils.cc.
import { channelsOf, perChannelCodes, quantizeBias, quantizeToInt16, type QuantizedConstant } from "./constants";
import { CONSTRAINTS, fixedOutput, type Constraint } from "./constraints";
import type { FloatGraph, FloatOperator } from "./float_graph";
import { CODES, int16Parameters, perTensor, sameParameters, type Parameters } from "./parameters";
import type { Form, OperatorPlan, Plan } from "./plan";
import type { Range, Ranges } from "./range";
import { jointRanges, RecurrentPlanner } from "./recurrent";

const f = Math.fround;
const SYMMETRIC: readonly [number, number] = [-127, 127];
const MOST_INT32 = 2 ** 31 - 1;

class Int16Planner {
  readonly main = new Map<number, Parameters>();
  private readonly weights = new Map<number, QuantizedConstant>();
  private readonly biases = new Map<number, QuantizedConstant[]>();
  /** Largest magnitude of weights per channel; a bias can raise it. */
  private readonly reaches = new Map<number, number[]>();

  private readonly ranges: Ranges;
  private readonly recurrent: RecurrentPlanner;

  constructor(private readonly graph: FloatGraph, seen: Ranges, private readonly blocked: ReadonlySet<number>) {
    this.ranges = jointRanges(graph, seen);
    this.recurrent = new RecurrentPlanner(graph, seen, "int64", true);
    for (const operator of graph.operators) if (this.quantizes(operator)) this.widen(operator, CONSTRAINTS[operator.name]!);
  }

  quantizes(operator: FloatOperator): boolean {
    const constraint = CONSTRAINTS[operator.name], real = [...operator.inputs, ...operator.outputs].some((tensor) => this.graph.isFloat(tensor));
    return constraint !== undefined && !constraint.only8 && real && !this.blocked.has(operator.index);
  }

  /** The converter keeps biases below half of an int32 at the product of the scales, with int64 biases too. Source: AdjustWeightsForBiasScale. */
  private widen(operator: FloatOperator, { bias, weights }: Constraint): void {
    const { graph } = this;
    const at = (position: number | undefined) => operator.inputs[position ?? -1] ?? -1;
    const biasTensor = at(bias?.operand), weightTensor = at(weights?.operand), range = this.ranges.get(at(bias?.of.find((position) => position !== weights!.operand)));
    if (!graph.isConstant(biasTensor) || !graph.isConstant(weightTensor) || !range) return;
    const inputScale = this.ofRange(range).scales[0]!, reaches = this.reachesOf(weightTensor, weights!.axis), values = graph.values(biasTensor);
    const biasReach = (channel: number) => (reaches.length > 1 ? Math.abs(values[channel]!) : values.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
    reaches.forEach((reach, channel) => {
      if (biasReach(channel) >= 0.5 * inputScale * f(reach / 127) * MOST_INT32) reaches[channel] = f(((2 * biasReach(channel)) / MOST_INT32) * f(127 / inputScale));
    });
  }

  private reachesOf(tensor: number, axis: number): number[] {
    const found = this.reaches.get(tensor);
    if (found) return found;
    const { channels, channelOf } = channelsOf(this.graph.tensors[tensor]!.shape, axis), reaches = new Array<number>(channels).fill(0);
    this.graph.values(tensor).forEach((value, i) => void (reaches[channelOf(i)] = Math.max(reaches[channelOf(i)]!, Math.abs(value))));
    this.reaches.set(tensor, reaches);
    return reaches;
  }

  private ofRange({ min, max, parameters }: Range): Parameters {
    return parameters?.type === "int16" ? parameters : int16Parameters(min, max);
  }

  plan(operator: FloatOperator): OperatorPlan {
    const { graph } = this, constraint = CONSTRAINTS[operator.name];
    const asItIs: OperatorPlan = { operands: operator.inputs.map(() => null), results: operator.outputs.map(() => null), quantized: false };
    if (!constraint || !this.quantizes(operator)) return asItIs;
    if (constraint.recurrent) {
      const input = this.activation(operator.inputs[0]!), output = input && this.result(operator, constraint, operator.outputs[0]!);
      return (input && output && this.recurrent.plan(operator, input, output)) || asItIs;
    }
    const operands = operator.inputs.map((tensor, position) => (graph.isFloat(tensor) && position !== constraint.bias?.operand ? this.operand(constraint, tensor, position) : null));
    const results = operator.outputs.map((tensor) => (graph.isFloat(tensor) ? this.result(operator, constraint, tensor) : null));
    if (operands.some((form, i) => form === null && graph.isFloat(operator.inputs[i]!) && i !== constraint.bias?.operand)) return asItIs;
    if (constraint.joins) operands.forEach((_, i) => void (operands[i] = this.joined(operands[i]!, results[0]!)));
    const bias = constraint.bias?.operand;
    if (bias !== undefined && graph.isConstant(operator.inputs[bias]!)) operands[bias] = this.bias(operator.inputs[bias]!, constraint.bias!.of.map((position) => operands[position]!));
    return { operands, results, quantized: true };
  }

  private operand({ weights }: Constraint, tensor: number, position: number): Form | QuantizedConstant {
    if (!this.graph.isConstant(tensor)) return this.activation(tensor);
    const found = this.weights.get(tensor);
    if (found) return found;
    const constant = weights?.operand === position ? this.weight(tensor, weights.axis) : this.wideConstant(tensor);
    this.weights.set(tensor, constant);
    return constant;
  }

  private activation(tensor: number): Form {
    const known = this.main.get(tensor), range = this.ranges.get(tensor);
    if (known || !range) return known ?? null;
    const parameters = this.ofRange(range);
    this.main.set(tensor, parameters);
    return parameters;
  }

  private weight(tensor: number, axis: number): QuantizedConstant {
    const reaches = this.reachesOf(tensor, axis), { shape } = this.graph.tensors[tensor]!;
    const scales = reaches.map((reach) => f(reach / 127));
    return {
      parameters: { type: "int8", scales, zeroPoints: scales.map(() => 0), axis, codes: SYMMETRIC },
      data: perChannelCodes(this.graph.values(tensor), shape, axis, reaches.map((reach) => (reach === 0 ? 0 : f(127 / reach)))),
    };
  }

  /** A constant that is an activation to its operator: int16, symmetric. */
  private wideConstant(tensor: number): QuantizedConstant {
    const values = this.graph.values(tensor), reach = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const parameters = perTensor("int16", f(reach / 32767), 0, CODES.int16);
    return { parameters, data: quantizeToInt16(values, parameters.scales[0]!) };
  }

  private result(operator: FloatOperator, constraint: Constraint, tensor: number): Form {
    const known = this.main.get(tensor), range = this.ranges.get(tensor);
    if (known) return known;
    const source = operator.inputs[constraint.real?.[0] ?? 0] ?? -1;
    const shared = (constraint.sameScale && !constraint.joins) || constraint.sameScale16 ? this.main.get(source) ?? this.weights.get(source)?.parameters : undefined;
    const parameters = shared ?? fixedOutput(constraint, "int16") ?? (range ? this.ofRange(range) : null);
    if (parameters) this.main.set(tensor, parameters);
    return parameters;
  }

  /** An input of CONCATENATION in the output's scale. */
  private joined(form: Form | QuantizedConstant, output: Form): Form | QuantizedConstant {
    if (!form || !output) return form;
    if (!("data" in form)) return output;
    if (sameParameters(form.parameters, output)) return form;
    const [from] = form.parameters.scales, codes = form.data as Int16Array;
    return { parameters: output, data: quantizeToInt16(Float32Array.from(codes, (code) => f(from! * code)), output.scales[0]!) };
  }

  /** One bias for several operators: shared where its codes are, as by the converter; a copy where they are not. */
  private bias(tensor: number, of: readonly (Form | QuantizedConstant)[]): QuantizedConstant | null {
    const [a, b] = of.map((form) => form && ("data" in form ? form.parameters : form));
    if (!a || !b) return null;
    const [input, weight] = a.type === "int16" ? [a, b] : [b, a];
    const values = this.graph.values(tensor), scales = weight!.scales.map((scale) => f(input!.scales[0]! * scale));
    const before = this.biases.get(tensor) ?? [];
    const same = before.find(({ parameters }) => values.every((value) => value === 0) || parameters.scales.every((scale, i) => scale === scales[i]));
    if (same) return same;
    const constant: QuantizedConstant = {
      parameters: { type: "int64", scales, zeroPoints: scales.map(() => 0), axis: 0, codes: [-(2 ** 63), 2 ** 63] }, data: quantizeBias(values, scales, BigInt64Array),
    };
    this.biases.set(tensor, [...before, constant]);
    return constant;
  }
}

export function planInt16x8(graph: FloatGraph, ranges: Ranges, blocked: ReadonlySet<number>): Plan {
  const planner = new Int16Planner(graph, ranges, blocked);
  const operators = graph.operators.map((operator) => planner.plan(operator));
  const floatOnly = (tensor: number) => operators.every(({ quantized }, i) => !quantized || ![...graph.operators[i]!.inputs, ...graph.operators[i]!.outputs].includes(tensor));
  const main = new Map([...planner.main].filter(([tensor]) => !floatOnly(tensor)));
  const written = (tensor: number) => graph.producer[tensor]! < 0 || operators[graph.producer[tensor]!]!.quantized;
  return { operators, main, outputs: graph.outputs.map((tensor) => (written(tensor) ? main.get(tensor) ?? null : null)) };
}
