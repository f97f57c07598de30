/**
 * Quantizes a float model: ranges of its activations in, a .tflite out whose scales, zero points, weights and biases are those of the TensorFlow Lite converter
 * for the same ranges (docs/quantization.md says how that is shown). Runs in browsers too.
 */
import { ArenulaError, ModelError } from "../errors";
import { writeModel, type TableObject } from "../tflite/object";
import { CONSTRAINTS } from "./constraints";
import { hybridOptions, planWeights } from "./dynamic";
import { emit } from "./emit";
import { FloatGraph, type FloatOperator } from "./float_graph";
import { planInt16x8 } from "./int16x8";
import { rangeOf, type Parameters } from "./parameters";
import { isConstant, type Plan } from "./plan";
import { planPropagated, rangeParameters } from "./propagate";
import { checkRange, type Range, type Ranges } from "./range";
import { refusedVariant } from "./recurrent";
import { keptOperators, type Kept, type Recipe } from "./recipe";
import { decidingRanges } from "./redundant";
import { DUMMY, defaultRanges, rangesFrom, recordedRanges, scaledInputs } from "./sources";
import { withoutTrainingNodes } from "./trained";

export const SCHEMES = ["int8", "int16x8", "uint8", "dynamic", "weights"] as const;
export type Scheme = (typeof SCHEMES)[number];

export interface QuantizeOptions {
  readonly scheme: Scheme;
  /** Ranges by tensor of the model, from calibration. FAKE_QUANT nodes go before them; after them come, in this order, `rangesFrom`, what is recorded, `defaults`. */
  readonly ranges?: Ranges;
  /** Another model, whose scales hold for tensors of the same name, and what to call it. These go before `ranges`. */
  readonly rangesFrom?: { readonly bytes: Uint8Array; readonly name: string };
  /** For tensors that nothing else gives a range: dummy quantization. */
  readonly defaults?: { readonly min: number; readonly max: number };
  /** Defaults to false: inputs and outputs are stored values. */
  readonly floatIo?: boolean;
  /** uint8: real = (q - mean) / std of every input. */
  readonly inputScaling?: { readonly mean: number; readonly std: number };
  readonly recipe?: Recipe;
  /** Operators without a quantized form stay float instead of being refused. Defaults to false. */
  readonly allowFloat?: boolean;
}

/** An activation of the quantized model. */
export interface QuantizedTensor {
  readonly name: string;
  /** Its own range; null where it takes a neighbour's scale, or a fixed one. */
  readonly min: number | null;
  readonly max: number | null;
  readonly type: string;
  readonly scale: number;
  readonly zero_point: number;
  /** Where the scale comes from. */
  readonly source: string;
}

export interface Quantized {
  readonly bytes: Uint8Array;
  readonly tensors: readonly QuantizedTensor[];
  /** What to know before trusting the result. */
  readonly warnings: readonly string[];
  /** Operators that stay float32, of all. */
  readonly float: readonly string[];
  readonly operators: number;
}

/**
 * The float model that ranges are measured on: without FAKE_QUANT nodes, and with the same indices of tensors. Bytes without such nodes come back as they are.
 * @throws ArenulaError MODEL_QUANTIZED
 */
export function plainModel(bytes: Uint8Array): Uint8Array {
  const original = FloatGraph.read(bytes), { graph } = withoutTrainingNodes(original);
  refuseQuantized(graph);
  return graph === original ? bytes : writeModel(graph.model);
}

/** @throws ArenulaError MODEL_QUANTIZED, RANGE_MISSING, RANGE_INVALID, OPERATOR_UNSUPPORTED, RECIPE_INVALID, USAGE */
export function quantizeModel(bytes: Uint8Array, options: QuantizeOptions): Quantized {
  const original = FloatGraph.read(bytes), { graph, ranges: nodes, before } = withoutTrainingNodes(original);
  refuseQuantized(graph);
  const asymmetric = options.scheme === "uint8" ? [] : [...nodes].filter(([tensor, range]) => graph.isConstant(tensor) && rangeParameters(range, { type: "int8", seen: false }).zeroPoints.some((zero) => zero !== 0));
  const trained = new Map([...nodes].filter(([tensor]) => !asymmetric.some(([other]) => other === tensor)));
  const inFile = options.recipe ? keptOperators(original, options.recipe) : { float32: new Set<number>(), int16: new Set<number>() };
  const here = (operators: ReadonlySet<number>) => new Set(before.flatMap((index, i) => (operators.has(index) ? [i] : [])));
  const kept = { float32: here(inFile.float32), int16: here(inFile.int16) };
  const { scheme } = options;
  const weightsOnly = scheme === "dynamic" || scheme === "weights";
  if (weightsOnly && kept.int16.size > 0) throw new ArenulaError("USAGE", `scheme ${scheme} keeps activations in float32: no operator can be int16`, { where: "recipe" });
  const ranges = weightsOnly ? new Map<number, Range>() : gatherRanges(graph, options, trained);
  for (const [tensor, range] of ranges) checkRange(range, graph.tensors[tensor]!.name);
  const unsupported = weightsOnly ? [] : graph.operators.filter((operator) => !kept.float32.has(operator.index) && !quantizable(graph, operator, kept.int16.has(operator.index) ? "int16x8" : scheme));
  if (unsupported.length > 0 && !options.allowFloat) throw refusedOperators(graph, unsupported, scheme);
  const blocked = new Set([...kept.float32, ...unsupported.map(({ index }) => index)]);
  const free = new Set([...kept.float32, ...kept.int16]);
  const plan = planFor(graph, scheme, ranges, { float32: blocked, int16: kept.int16 }, free, [...ranges.values()].some((range) => range.trained && !range.parameters && scheme !== "uint8" && !range.source.startsWith("mean ")));
  if (!weightsOnly) refuseMissing(graph, plan, blocked, ranges);
  const model = emit(graph, plan, {
    floatIo: weightsOnly || (options.floatIo ?? false), note: noteOf(scheme, ranges),
    options: scheme === "dynamic" ? hybridOptions : scheme === "int16x8" ? wideOptions : () => ({}),
  });
  const float = graph.operators.filter(({ index }) => !plan.operators[index]!.quantized && touchesFloat(graph, graph.operators[index]!));
  return {
    bytes: writeModel(model), tensors: tensorReport(graph, plan, ranges, free), warnings: [...warningsOf(graph, ranges, plan, free), ...asymmetricWarning(graph, asymmetric.map(([tensor]) => tensor))],
    float: weightsOnly ? [] : float.map((operator) => graph.nameOf(operator)), operators: graph.operators.length,
  };
}

function gatherRanges(graph: FloatGraph, { scheme, ranges, rangesFrom: other, defaults, inputScaling }: QuantizeOptions, trained: Ranges): Map<number, Range> {
  const usable = (all: Ranges) => [...all].filter(([tensor]) => graph.isFloat(tensor) && !graph.isConstant(tensor));
  return new Map([
    ...(defaults ? defaultRanges(graph, defaults.min, defaults.max) : []),
    ...recordedRanges(graph),
    ...(ranges ? usable(ranges) : []),
    ...(other ? rangesFrom(graph, other.bytes, other.name) : []),
    ...(scheme === "uint8" && inputScaling ? scaledInputs(graph, inputScaling.mean, inputScaling.std) : []),
    ...trained,
  ]);
}

function planFor(graph: FloatGraph, scheme: Scheme, ranges: Ranges, kept: Kept, free: ReadonlySet<number>, trained: boolean): Plan {
  const everything = new Set(graph.operators.map(({ index }) => index));
  if (scheme === "dynamic" || scheme === "weights") return planWeights(graph, scheme === "dynamic", kept.float32);
  if (scheme === "int16x8") return planInt16x8(graph, ranges, kept.float32);
  const type = scheme === "uint8" ? "uint8" : "int8";
  const blocked = new Set([...kept.float32, ...kept.int16]);
  const plan = planPropagated(graph, ranges, { type, seen: type === "int8" && !trained, perChannel: type === "int8", blocked, kept: free });
  if (kept.int16.size === 0) return plan;
  const wide = planInt16x8(graph, ranges, new Set([...everything].filter((index) => !kept.int16.has(index))));
  return { ...plan, operators: plan.operators.map((operator, i) => (kept.int16.has(i) ? wide.operators[i]! : operator)) };
}

function touchesFloat(graph: FloatGraph, { inputs, outputs }: FloatOperator): boolean {
  return [...inputs, ...outputs].some((tensor) => graph.isFloat(tensor));
}

function quantizable(graph: FloatGraph, operator: FloatOperator, scheme: Scheme): boolean {
  if (!touchesFloat(graph, operator)) return true;
  const constraint = CONSTRAINTS[operator.name];
  if (!constraint || operator.custom || constraint.float || (scheme === "int16x8" && constraint.only8)) return false;
  return !constraint.recurrent || (scheme !== "uint8" && refusedVariant(graph, operator, constraint.recurrent) === null);
}

function refuseQuantized(graph: FloatGraph): void {
  const used = new Set(graph.operators.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
  const quantized = graph.tensors.find(({ index, type, quantization }) => used.has(index) && ["INT8", "UINT8", "INT16", "INT4"].includes(type) && ((quantization?.scale as number[] | null) ?? []).length > 0);
  if (quantized) {
    throw new ModelError("MODEL_QUANTIZED", `the model is quantized already: '${quantized.name}' is ${quantized.type.toLowerCase()} with a scale`, {
      hint: "give the float32 model that it was made from; `--ranges-from` takes over the scales of a quantized one",
    });
  }
  if (!graph.tensors.some(({ index }) => used.has(index) && graph.isFloat(index))) throw new ModelError("MODEL_QUANTIZED", "no tensor of the model is float32: nothing is to be quantized");
}

const SHOWN = 20;

function listed(names: readonly string[]): string {
  return `${names.slice(0, SHOWN).join(", ")}${names.length > SHOWN ? `, and ${names.length - SHOWN} more` : ""}`;
}

function refusedOperators(graph: FloatGraph, operators: readonly FloatOperator[], scheme: Scheme): ArenulaError {
  return new ArenulaError("OPERATOR_UNSUPPORTED", `${operators.length === 1 ? "one operator has" : `${operators.length} operators have`} no ${scheme} form: ${listed(operators.map((operator) => described(graph, operator)))}`, {
    hint: "`--allow-float` keeps them float32, with DEQUANTIZE in front and QUANTIZE behind; a `--recipe` names them one by one",
  });
}

/** With the reason, where other operators of its kind have a form. */
function described(graph: FloatGraph, operator: FloatOperator): string {
  const layer = CONSTRAINTS[operator.name]?.recurrent, variant = layer ? refusedVariant(graph, operator, layer) : null;
  return `${graph.nameOf(operator)}${variant ? ` (${variant})` : ""}`;
}

/** Story b: all tensors at once, with the ways to give them a range. */
function refuseMissing(graph: FloatGraph, plan: Plan, blocked: ReadonlySet<number>, ranges: Ranges): void {
  const missing = new Set<number>();
  for (const operator of graph.operators) {
    if (blocked.has(operator.index) || plan.operators[operator.index]!.quantized || !touchesFloat(graph, operator)) continue;
    for (const tensor of [...operator.inputs, ...operator.outputs]) if (graph.isFloat(tensor) && !graph.isConstant(tensor) && !plan.main.has(tensor) && !ranges.has(tensor)) missing.add(tensor);
  }
  if (missing.size === 0) return;
  const names = [...missing].map((tensor) => {
    const reader = graph.operators[graph.uses[tensor]![0]?.operator ?? -1], writer = graph.operators[graph.producer[tensor]!];
    return `'${graph.tensors[tensor]!.name}'${reader ? `, an input to ${reader.name}` : writer ? `, the output of ${writer.name}` : ""}`;
  });
  throw new ArenulaError("RANGE_MISSING", `${missing.size === 1 ? "one tensor has" : `${missing.size} tensors have`} no range: ${names.slice(0, SHOWN).join("; ")}${names.length > SHOWN ? `; and ${names.length - SHOWN} more` : ""}`, {
    hint: "--data FILE measures them on representative samples (the way to good results); --ranges-from MODEL takes those of a quantized model; training with FAKE_QUANT nodes brings them along; " +
      "--default-ranges MIN,MAX invents them, to try speed and memory only",
  });
}

/** Runtimes read a bias-less operator's accumulator from this. Source: SetOperatorPropertyBiasType, SetOperatorPropertyADDSUBOperator. */
function wideOptions({ name }: FloatOperator, quantized: boolean): TableObject {
  if (!quantized) return {};
  if (name === "ADD" || name === "SUB") return { potScaleInt16: false };
  return ["CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"].includes(name) ? { quantizedBiasType: "INT64" } : {};
}

function noteOf(scheme: Scheme, ranges: Ranges): string {
  const dummy = [...ranges.values()].filter(({ source }) => source === DUMMY).length;
  return `Quantized by Arenula: ${scheme}${dummy > 0 ? `, DUMMY ranges for ${dummy} tensors` : ""}.`;
}

function tensorReport(graph: FloatGraph, plan: Plan, ranges: Ranges, kept: ReadonlySet<number>): QuantizedTensor[] {
  const deciding = decidingRanges(graph, ranges, kept);
  const forms = new Map<number, Parameters>(plan.main);
  plan.operators.forEach(({ operands, results }, i) => {
    const { inputs, outputs } = graph.operators[i]!;
    results.forEach((form, k) => form && forms.set(outputs[k]!, form));
    operands.forEach((form, k) => form && !isConstant(form) && graph.tensors[inputs[k]!]!.isVariable && forms.set(inputs[k]!, form));
  });
  return [...forms].sort(([a], [b]) => a - b).map(([tensor, { type, scales, zeroPoints }]) => {
    const range = deciding.get(tensor), operator = graph.operators[graph.producer[tensor]!];
    const own = ranges.get(tensor);
    const source = range?.source ?? (operator && CONSTRAINTS[operator.name]?.output ? `fixed by ${operator.name}` : "the scale of its neighbours");
    return { name: graph.tensors[tensor]!.name, min: own?.min ?? null, max: own?.max ?? null, type, scale: Math.fround(scales[0]!), zero_point: zeroPoints[0]!, source };
  });
}

/** The converter keeps such ranges, and writes weights with a zero point, which kernels of int8 do not take. */
function asymmetricWarning(graph: FloatGraph, tensors: readonly number[]): string[] {
  return tensors.length === 0 ? [] : [`weights trained with asymmetric ranges, which only uint8 has kernels for, are quantized by their own values: ${listed(tensors.map((tensor) => `'${graph.tensors[tensor]!.name}'`))}`];
}

/** A share of a range whose loss is worth a word. */
const CUT = 0.1;

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function warningsOf(graph: FloatGraph, ranges: Ranges, plan: Plan, kept: ReadonlySet<number>): string[] {
  const deciding = [...decidingRanges(graph, ranges, kept)].filter(([tensor]) => plan.main.has(tensor)), warnings: string[] = [];
  const dummy = deciding.filter(([, { source }]) => source === DUMMY);
  if (dummy.length > 0) warnings.push(`dummy quantization: ${dummy.length} of ${deciding.length} ranges are ${dummy[0]![1].min} to ${dummy[0]![1].max} because --default-ranges says so; results mean nothing`);
  const cut = [...plan.main].flatMap(([tensor, parameters]) => {
    const own = ranges.get(tensor), reach = rangeOf(parameters), width = own ? own.max - own.min : 0;
    return own && Math.max(own.max - reach.max, reach.min - own.min) > CUT * width ? [`'${graph.tensors[tensor]!.name}' spans ${short(own.min)} to ${short(own.max)}, its scale ${short(reach.min)} to ${short(reach.max)}`] : [];
  });
  if (cut.length > 0) warnings.push(`the constraint of one scale for inputs and outputs cuts ranges off (a recipe can keep the operator behind, MINIMUM or CONCATENATION mostly, in float32): ${cut.slice(0, 5).join("; ")}${cut.length > 5 ? `; and ${cut.length - 5} more` : ""}`);
  const flat = deciding.filter(([, { min, max }]) => min === max);
  if (flat.length > 0) warnings.push(`constant activations, as far as the ranges tell: ${listed(flat.map(([tensor, { min }]) => `'${graph.tensors[tensor]!.name}' is always ${min}`))}`);
  return warnings;
}
