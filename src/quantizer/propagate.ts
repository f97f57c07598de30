// Scales of all tensors out of the ranges of some, as the TensorFlow Lite converter spreads them (int8, uint8). A work list runs from the last operator to the
// first; what sets a scale puts the neighbours on the list. The order is part of the result: where two operators want one tensor in two scales, the first one
// decides and the other reads a rescaled copy. Source: quantization_driver.cc (PropagateParamsAndReturnIfChanged and what it calls), prepare_quantize.cc, quantize.cc.
import { constantParameters, quantizeConstant, weightParameters, type ConstantRule, type QuantizedConstant } from "./constants";
import { CONSTRAINTS, fixedOutput, type Constraint } from "./constraints";
import type { FloatGraph, FloatOperator, Use } from "./float_graph";
import { asType, CODES, perTensor, rangeOf, sameParameters, seenParameters, trainedParameters, type Parameters } from "./parameters";
import type { Form, OperatorPlan, Plan } from "./plan";
import type { Range, Ranges } from "./range";
import { jointRanges, RecurrentPlanner, withOutput } from "./recurrent";
import { decidingRanges } from "./redundant";

export interface Propagation extends ConstantRule {
  /** One scale per output channel. */
  readonly perChannel: boolean;
  /** Operators that stay float. */
  readonly blocked: ReadonlySet<number>;
  /** Of these, the ones that a recipe keeps: they do not spread scales either. */
  readonly kept: ReadonlySet<number>;
}

/** Half of int32 is left to the accumulator. Source: kBiasMax. */
const MOST_BIAS = Math.floor((2 ** 31 - 1) / 2);
const INT32: readonly [number, number] = [-(2 ** 31), 2 ** 31 - 1];

/** A tensor, or a copy of a constant that one operand has for itself. */
interface Value {
  readonly tensor: number;
  parameters: Parameters | null;
  /** The range was given: propagation does not change it. */
  readonly given: boolean;
  /** Copies in other scales. */
  rescaled: Rescaled[];
}

interface Rescaled {
  readonly parameters: Parameters;
  /** The operator writes this one and `Value.parameters` is made of it; else the operands of `uses` read it. */
  readonly written: boolean;
  readonly uses: Use[];
}

/** Neighbours on the work list: an operator, or a constant. */
type Work = { readonly operator: FloatOperator } | { readonly constant: Value };

class Propagator {
  readonly values = new Map<number, Value>();
  /** Operands that have a copy of their constant, by `key`. */
  readonly copies = new Map<string, Value>();
  private readonly work: Work[] = [];
  private readonly done = new Set<FloatOperator | Value>();
  /** Constants whose own values give their scale; the axis, where an operator says so. */
  private readonly weights = new Map<Value, number | null>();

  constructor(private readonly graph: FloatGraph, ranges: Ranges, private readonly rule: Propagation) {
    for (const { index } of graph.tensors) {
      if (!graph.isFloat(index)) continue;
      const range = ranges.get(index);
      const parameters = range ? rangeParameters(range, rule) : null;
      this.values.set(index, { tensor: index, parameters, given: parameters !== null, rescaled: [] });
    }
    for (const { index } of graph.tensors) if (this.values.has(index) && graph.isConstant(index)) this.prepareConstant(index);
  }

  /** Weights keep to themselves; biases and operands of one scale with others take theirs from those, so each gets a copy. */
  private prepareConstant(tensor: number): void {
    const uses = this.graph.uses[tensor]!, value = this.values.get(tensor)!;
    for (const use of uses) {
      const constraint = this.constraintOf(this.graph.operators[use.operator]!);
      if (constraint?.recurrent) continue; // its constants are its own: RecurrentPlanner
      if ((constraint?.bias?.operand !== use.position && !constraint?.sameScale) || constraint?.table === use.position) {
        const axis = constraint?.weights?.operand === use.position ? constraint.weights.axis : null;
        if (axis !== null || !this.weights.has(value)) this.weights.set(value, this.weights.get(value) ?? axis);
      } else if (uses.length > 1) {
        this.copies.set(key(use), { tensor, parameters: null, given: false, rescaled: [] });
      }
    }
    this.work.push({ constant: value });
  }

  run(): void {
    for (const operator of this.graph.operators) if (this.constraintOf(operator)) this.work.push({ operator });
    for (let next = this.work.pop(); next !== undefined; next = this.work.pop()) {
      if ("constant" in next) this.visitConstant(next.constant);
      else this.visit(next.operator);
    }
  }

  private constraintOf({ name, index }: FloatOperator): Constraint | undefined {
    return this.rule.kept.has(index) ? undefined : CONSTRAINTS[name];
  }

  operand(operator: FloatOperator, position: number): Value | undefined {
    return this.copies.get(key({ operator: operator.index, position })) ?? this.values.get(operator.inputs[position]!);
  }

  private visitConstant(value: Value): void {
    if (this.done.has(value)) return;
    this.done.add(value);
    const axis = this.weights.get(value);
    if (axis === undefined || value.parameters) return;
    this.setResult(value, this.constantScale(value.tensor, axis));
  }

  private constantScale(tensor: number, axis: number | null): Parameters {
    const values = this.graph.values(tensor), { shape } = this.graph.tensors[tensor]!;
    return axis === null ? constantParameters(values, this.rule) : weightParameters(values, shape, this.rule.perChannel ? axis : -1, this.rule);
  }

  private visit(operator: FloatOperator): void {
    const constraint = this.constraintOf(operator);
    if (!constraint || this.done.has(operator)) return;
    this.done.add(operator);
    const operands = operator.inputs.map((_, position) => this.operand(operator, position)), results = operator.outputs.map((tensor) => this.values.get(tensor));
    if (this.rule.type === "uint8" && operator.name === "CONCATENATION" && operands.some((value) => value?.given)) {
      this.visitConcatenation(operator, operands as Value[], results as Value[]);
      return;
    }
    if (constraint.sameScale) {
      const shared = sharedParameters(operator, operands, results);
      if (!shared) {
        this.done.delete(operator); // again, when a neighbour has one
        return;
      }
      operands.forEach((value, position) => value && this.setOperand(operator, position, value, shared));
      for (const value of results) if (value) this.setResult(value, shared);
    }
    const fixed = fixedOutput(constraint, this.rule.type);
    if (fixed) for (const value of results) if (value && !value.given) this.setResult(value, fixed);
    this.visitBias(operator, constraint, operands);
  }

  /** uint8 kernels of CONCATENATION rescale their inputs: given scales stay, others take the output's or, without one, what holds all given inputs. */
  private visitConcatenation(operator: FloatOperator, operands: readonly Value[], results: readonly Value[]): void {
    const inputs = operands.filter(({ given }) => given).map(({ parameters }) => parameters!), output = results[0]!;
    if (inputs.length === operands.length && output.given) return;
    const joint = output.given ? output.parameters! : union(inputs);
    operands.forEach((value, position) => !value.given && this.setOperand(operator, position, value, joint));
    if (!output.given) this.setResult(output, joint);
  }

  private setResult(value: Value, parameters: Parameters): void {
    if (value.parameters && sameParameters(value.parameters, parameters)) return;
    if (value.parameters) {
      value.rescaled.push({ parameters, written: true, uses: [] });
      return;
    }
    value.parameters = parameters;
    for (const use of this.usesOf(value)) this.work.push({ operator: this.graph.operators[use.operator]! });
  }

  private setOperand(operator: FloatOperator, position: number, value: Value, parameters: Parameters): void {
    if (value.parameters && sameParameters(value.parameters, parameters)) return;
    const use = { operator: operator.index, position };
    if (value.parameters) {
      const same = value.rescaled.find((rescaled) => sameParameters(rescaled.parameters, parameters));
      if (same) same.uses.push(use);
      else value.rescaled.push({ parameters, written: false, uses: [use] });
      return;
    }
    value.parameters = parameters;
    const producer = this.graph.operators[this.graph.producer[value.tensor]!];
    if (producer) this.work.push({ operator: producer });
    else if (this.graph.isConstant(value.tensor)) this.work.push({ constant: value });
  }

  /** Whether an output has the scale of its own range, and no other. */
  keepsRange(tensor: number): boolean {
    const { given, rescaled } = this.values.get(tensor)!;
    return given && !rescaled.some(({ written }) => written);
  }

  /** Operands that read this value and no copy of it. */
  usesOf(value: Value): Use[] {
    return this.graph.uses[value.tensor]!.filter((use) => (this.copies.get(key(use)) ?? this.values.get(value.tensor)) === value);
  }

  /** The bias takes the product of two scales; where that is too small for an int32, the weights' scale grows with it. */
  private visitBias(operator: FloatOperator, { bias, weights }: Constraint, operands: readonly (Value | undefined)[]): void {
    if (!bias) return;
    const value = operands[bias.operand], [a, b] = bias.of.map((position) => operands[position]?.parameters ?? null);
    if (!value?.parameters && (!a || !b)) {
      this.done.delete(operator);
      return;
    }
    if (!value) return;
    const product = value.parameters ?? biasParameters(a!, b!, this.rule.seen);
    const input = operands[bias.of.find((position) => position !== weights!.operand)!]!, filter = operands[weights!.operand]!;
    const constants = this.graph.isConstant(value.tensor) && this.graph.isConstant(filter.tensor);
    const wider = constants && product.type === "int32" ? widened(product.scales, this.graph.values(value.tensor)) : null;
    if (!wider) {
      this.setOperand(operator, bias.operand, value, product);
      return;
    }
    this.setOperand(operator, bias.operand, value, { ...product, scales: wider });
    const use = { operator: operator.index, position: weights!.operand };
    const scales = filter.parameters!.scales.map((scale, i) => (wider[i] === product.scales[i] ? scale : wider[i]! / input.parameters!.scales[0]!));
    const parameters = { ...filter.parameters!, scales };
    if (this.usesOf(filter).length > 1) this.copies.set(key(use), { tensor: filter.tensor, parameters, given: false, rescaled: [] });
    else filter.parameters = parameters;
  }
}

function key({ operator, position }: Use): string {
  return `${operator}:${position}`;
}

/** Scale and zero point of a range. */
export function rangeParameters({ min, max, trained, parameters }: Range, { type, seen }: ConstantRule): Parameters {
  const known = parameters && asType(parameters, type);
  if (known) return known;
  if (trained) return trainedParameters(min, max, type, trained === "narrow");
  return seen ? seenParameters(min, max, type) : trainedParameters(Math.min(min, 0), Math.max(max, 0), type);
}

/** Source: CalculateNewQuantizedType. */
function union(all: readonly Parameters[]): Parameters {
  if (all.length === 1) return all[0]!;
  const ranges = all.map(rangeOf), min = Math.min(...ranges.map((range) => range.min)), max = Math.max(...ranges.map((range) => range.max));
  const [first, last] = CODES.uint8, scale = (max - min) / (last - first);
  return perTensor("uint8", scale, Math.trunc(first - min / scale), CODES.uint8);
}

/** A given scale before one that was spread; the only operand's before the only result's before the first. */
function sharedParameters(operator: FloatOperator, operands: readonly (Value | undefined)[], results: readonly (Value | undefined)[]): Parameters | null {
  const operandCount = operator.name === "RESHAPE" ? 2 : operands.length; // the shape may be an option
  const known = (values: readonly (Value | undefined)[], given: boolean) => values.filter((value): value is Value => value?.parameters != null && value.given === given);
  for (const given of [true, false]) {
    const of = known(operands, given), to = known(results, given);
    if (operandCount === 1 && of.length === 1) return of[0]!.parameters;
    if (results.length === 1 && to.length === 1) return to[0]!.parameters;
    const first = of[0] ?? to[0];
    if (first) return first.parameters;
  }
  return null;
}

/** Source: GetUniformQuantizedTypeForBias. */
function biasParameters(a: Parameters, b: Parameters, seen: boolean): Parameters {
  const channels = Math.max(a.scales.length, b.scales.length);
  const at = ({ scales }: Parameters, i: number) => scales[scales.length === 1 ? 0 : i]!;
  const scales = Array.from({ length: channels }, (_, i) => at(a, i) * at(b, i)).map((scale) => (seen ? Math.fround(scale) : scale));
  return { type: "int32", scales, zeroPoints: scales.map(() => 0), axis: 0, codes: INT32 };
}

/** Scales at which every bias is below half of int32; null where they are. Source: SetBiasParamsWithAdjustments. */
function widened(scales: readonly number[], biases: Float32Array): number[] | null {
  if (scales.length === 1) {
    const most = biases.reduce((reach, bias) => Math.max(reach, Math.abs(bias)), 0);
    return most / scales[0]! < MOST_BIAS ? null : [most / MOST_BIAS];
  }
  const wider = scales.map((scale, i) => (Math.abs(biases[i]!) / scale > MOST_BIAS ? Math.abs(biases[i]!) / MOST_BIAS : scale));
  return wider.some((scale, i) => scale !== scales[i]) ? wider : null;
}

/** The plan of int8 and uint8. */
export function planPropagated(graph: FloatGraph, ranges: Ranges, rule: Propagation): Plan {
  const propagator = new Propagator(graph, jointRanges(graph, decidingRanges(graph, ranges, rule.kept)), rule), recurrent = new RecurrentPlanner(graph, ranges, "int32", rule.seen);
  propagator.run();
  const constants = new Map<Value, QuantizedConstant>();
  const constantOf = (value: Value, parameters: Parameters): QuantizedConstant => {
    const found = constants.get(value);
    if (found) return found;
    const { shape } = graph.tensors[value.tensor]!;
    const constant = { parameters, data: quantizeConstant(graph.values(value.tensor), shape, parameters, rule.seen) };
    constants.set(value, constant);
    return constant;
  };
  const operators = graph.operators.map((operator): OperatorPlan => {
    const constraint = CONSTRAINTS[operator.name], asItIs: OperatorPlan = { operands: operator.inputs.map(() => null), results: operator.outputs.map(() => null), quantized: false };
    if (!constraint || constraint.float || rule.blocked.has(operator.index) || !touches(graph, operator)) return asItIs;
    const operands = operator.inputs.map((_, position) => {
      const value = propagator.operand(operator, position), parameters = value && readAs(propagator, graph, value, { operator: operator.index, position });
      return { value, parameters };
    });
    const results = operator.outputs.map((tensor) => writtenAs(propagator.values.get(tensor)));
    if (constraint.recurrent) {
      const input = operands[0]!.parameters, output = results[0], plan = input && output ? recurrent.plan(operator, input, output) : null;
      return !plan ? asItIs : propagator.keepsRange(operator.outputs[0]!) ? plan : withOutput(plan, constraint.recurrent, output!);
    }
    const whole = operands.every(({ value, parameters }) => !value || parameters) && operator.outputs.every((tensor, i) => !graph.isFloat(tensor) || results[i]);
    if (!whole) return asItIs;
    return {
      operands: operands.map(({ value, parameters }) => (!value ? null : graph.isConstant(value.tensor) ? constantOf(value, parameters!) : parameters!)), results, quantized: true,
    };
  });
  const main = new Map([...propagator.values].flatMap(([tensor, { parameters }]) => (parameters && !graph.isConstant(tensor) && !graph.tensors[tensor]!.isVariable ? [[tensor, parameters] as const] : [])));
  const outputs = graph.outputs.map((tensor) => {
    const value = propagator.values.get(tensor);
    return value && !graph.isConstant(tensor) ? readAs(propagator, graph, value, RETURNED) : null;
  });
  return { operators: folded(graph, operators, outputs), main, outputs };
}

/** Where all readers want one other scale, the operator writes that one at once, unless its scale is not free. Source: FoldTrivalRequantizeOp. */
function folded(graph: FloatGraph, operators: readonly OperatorPlan[], outputs: readonly Form[]): OperatorPlan[] {
  return operators.map((plan, index) => {
    const { name, outputs: tensors } = graph.operators[index]!, constraint = CONSTRAINTS[name];
    if (!plan.quantized || constraint?.sameScale || constraint?.output) return plan;
    const results = plan.results.map((form, i) => {
      const tensor = tensors[i]!, readers = graph.uses[tensor]!.map(({ operator, position }) => operators[operator]!.operands[position] as Form);
      const [first, ...rest] = [...readers, ...outputs.filter((_, k) => graph.outputs[k] === tensor)];
      return first && rest.every((other) => other && sameParameters(other, first)) ? first : form;
    });
    const [output] = results;
    return { ...(constraint?.recurrent && output && output !== plan.results[0] ? withOutput(plan, constraint.recurrent, output) : plan), results };
  });
}

/** The caller reads it. */
const RETURNED: Use = { operator: -1, position: -1 };

/** Integers alone are not quantized. */
function touches(graph: FloatGraph, { inputs, outputs }: FloatOperator): boolean {
  return [...inputs, ...outputs].some((tensor) => graph.isFloat(tensor));
}

function writtenAs(value: Value | undefined): Parameters | null {
  return value?.rescaled.find(({ written }) => written)?.parameters ?? value?.parameters ?? null;
}

/** Where every reader asked for another scale, the first of these serves all that asked for none. Source: RequantizeValue. */
function readAs(propagator: Propagator, graph: FloatGraph, value: Value, use: Use): Parameters | null {
  const copies = value.rescaled.filter(({ written }) => !written);
  const own = copies.find(({ uses }) => uses.some(({ operator, position }) => operator === use.operator && position === use.position));
  if (own) return own.parameters;
  const readers = propagator.usesOf(value).length + graph.outputs.filter((tensor) => tensor === value.tensor).length;
  return copies.length > 0 && readers <= copies.length ? copies[0]!.parameters : value.parameters;
}

