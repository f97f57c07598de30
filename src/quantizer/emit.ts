// A plan becomes a file: tensors in their types, constants as codes, QUANTIZE and DEQUANTIZE wherever a tensor is read in another form than it is written in.
import type { TableObject, UnionObject } from "../tflite/object";
import type { QuantizedConstant } from "./constants";
import { CONSTRAINTS } from "./constraints";
import type { FloatGraph, FloatOperator } from "./float_graph";
import { sameParameters, type Parameters } from "./parameters";
import { isConstant, type Form, type Plan } from "./plan";

export interface EmitOptions {
  /** float32 inputs and outputs, with QUANTIZE and DEQUANTIZE behind them. */
  readonly floatIo: boolean;
  /** Behind the description that the file has. */
  readonly note: string;
  /** Fields of an operator's options that the scheme sets. */
  readonly options?: (operator: FloatOperator, quantized: boolean) => TableObject;
}

/** Versions from which a runtime's QUANTIZE and DEQUANTIZE know their types. */
const CONVERSION_VERSION = { toInt8: 1, toInt16: 2, dequantize: 2, dequantizeInt16: 3 };

/** One model being written. Tensors of the float model keep their index until unused ones are dropped. */
class Emitter {
  private readonly tensors: TableObject[];
  private readonly buffers: TableObject[];
  private readonly operators: TableObject[] = [];
  private readonly codes: TableObject[] = [];
  private readonly subgraph: TableObject;
  /** Every form of an activation that exists so far; its own is first. */
  private readonly forms = new Map<number, { form: Form; tensor: number }[]>();
  private readonly constants = new Map<QuantizedConstant, number>();
  private readonly names: Set<string>;

  constructor(private readonly graph: FloatGraph, private readonly plan: Plan, private readonly settings: EmitOptions) {
    const model = graph.model;
    this.subgraph = (model.subgraphs as TableObject[])[0]!;
    this.tensors = (this.subgraph.tensors as TableObject[]).map((tensor) => ({ ...tensor, quantization: withoutStatistics(tensor.quantization as TableObject | null) }));
    this.buffers = [...(model.buffers as TableObject[])];
    this.names = new Set(graph.tensors.map(({ name }) => name));
  }

  write(): TableObject {
    const { graph, plan, settings } = this;
    this.codes.push(...(graph.model.operatorCodes as TableObject[]));
    const inputs = graph.inputs.map((tensor) => {
      const main = plan.main.get(tensor) ?? null;
      return this.define(tensor, settings.floatIo ? null : main);
    });
    for (const tensor of graph.inputs) this.convert(tensor);
    for (const operator of graph.operators) this.emitOperator(operator);
    const outputs = graph.outputs.map((tensor, i) => (graph.isConstant(tensor) ? tensor : this.read(tensor, settings.floatIo ? null : plan.outputs[i]!)));
    return this.compact(inputs, outputs);
  }

  /** Fixes the form that a tensor is written in. */
  private define(tensor: number, form: Form): number {
    if (form) this.setForm(tensor, form);
    this.forms.set(tensor, [{ form, tensor }]);
    return tensor;
  }

  private setForm(tensor: number, { type, scales, zeroPoints, axis }: Parameters): void {
    this.tensors[tensor] = { ...this.tensors[tensor]!, type: type.toUpperCase(), quantization: quantizationTable(scales, zeroPoints, axis) };
  }

  private emitOperator(operator: FloatOperator): void {
    const { operands, results, quantized } = this.plan.operators[operator.index]!;
    const source = (this.subgraph.operators as TableObject[])[operator.index]!;
    const inputs = operator.inputs.map((tensor, i) => {
      const form = operands[i]!;
      if (tensor < 0 || !this.graph.isFloat(tensor)) return tensor;
      if (isConstant(form)) return this.constant(tensor, form);
      return this.graph.isConstant(tensor) ? this.floatConstant(tensor) : this.read(tensor, form);
    });
    const outputs = operator.outputs.map((tensor, i) => this.define(tensor, results[i]!));
    const hybrid = quantized && results.every((form) => form === null) && operator.outputs.some((tensor) => this.graph.isFloat(tensor));
    const { version: least = 1, dynamic } = CONSTRAINTS[operator.name] ?? {};
    const version = !quantized ? operator.version : Math.max(operator.version, hybrid ? dynamic!.version! : least);
    const extra = this.settings.options?.(operator, quantized) ?? {};
    const options = source.builtinOptions as UnionObject | null;
    this.operators.push({
      ...source, inputs, outputs, opcodeIndex: this.code(source.opcodeIndex as number, version),
      ...(options && Object.keys(extra).length > 0 && { builtinOptions: { type: options.type, value: { ...options.value, ...extra } } }),
    });
    for (const tensor of operator.outputs) this.convert(tensor);
  }

  /** The forms that readers want, the caller included. */
  private wanted(tensor: number): Form[] {
    const { graph, plan, settings } = this;
    const readers = graph.uses[tensor]!.map(({ operator, position }) => plan.operators[operator]!.operands[position] as Form);
    const returned = graph.outputs.flatMap((output, i) => (output === tensor ? [settings.floatIo ? null : plan.outputs[i]!] : []));
    return [...readers, ...returned];
  }

  /** Behind its writer: every other form of it that is wanted. */
  private convert(tensor: number): void {
    if (!this.graph.isFloat(tensor)) return;
    for (const form of this.wanted(tensor)) this.read(tensor, form);
  }

  private read(tensor: number, form: Form): number {
    const forms = this.forms.get(tensor);
    if (!forms) return tensor; // an integer, or a variable that nothing writes
    const found = forms.find((other) => (form && other.form ? sameParameters(form, other.form) : form === other.form));
    if (found) return found.tensor;
    const main = this.plan.main.get(tensor);
    const own = forms[0]!;
    // a copy in another scale is made of the main one, as its readers were promised that one's resolution
    const from = form && main && !sameParameters(form, main) && !(own.form && sameParameters(own.form, main)) ? this.read(tensor, main) : own.tensor;
    const made = this.converted(tensor, from, form);
    forms.push({ form, tensor: made });
    return made;
  }

  /** A float constant as it is, or made of its codes. */
  private floatConstant(tensor: number): number {
    const constant = this.plan.dequantized?.get(tensor);
    if (!constant) return tensor;
    const made = this.forms.get(tensor)?.[0]!.tensor ?? this.converted(tensor, this.constant(tensor, constant), null);
    this.forms.set(tensor, [{ form: null, tensor: made }]);
    return made;
  }

  private converted(tensor: number, from: number, form: Form): number {
    const template = this.tensors[tensor]!, { name } = this.graph.tensors[tensor]!;
    const quantizedSource = this.tensors[from]!.type !== "FLOAT32";
    const made = this.add({
      ...template, name: this.freshName(`${name}_${form === null ? "float" : quantizedSource ? "requantized" : form.type}`),
      type: form === null ? "FLOAT32" : form.type.toUpperCase(), buffer: 0, quantization: form && quantizationTable(form.scales, form.zeroPoints, form.axis),
    });
    const wide = [this.tensors[from]!.type, this.tensors[made]!.type].includes("INT16");
    const version = form === null ? (wide ? CONVERSION_VERSION.dequantizeInt16 : CONVERSION_VERSION.dequantize) : wide ? CONVERSION_VERSION.toInt16 : CONVERSION_VERSION.toInt8;
    const name_ = form === null ? "DEQUANTIZE" : "QUANTIZE";
    this.operators.push({ opcodeIndex: this.builtin(name_, version), inputs: [from], outputs: [made], builtinOptions: { type: form === null ? "DequantizeOptions" : "QuantizeOptions", value: {} } });
    return made;
  }

  private constant(tensor: number, constant: QuantizedConstant): number {
    const found = this.constants.get(constant);
    if (found !== undefined) return found;
    const { parameters, data } = constant;
    const taken = this.readAsFloat(tensor) || [...this.constants.values()].includes(tensor);
    const made = taken ? this.add({ ...this.tensors[tensor]!, name: this.freshName(`${this.graph.tensors[tensor]!.name}_copy`) }) : tensor;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.setForm(made, parameters);
    this.tensors[made] = { ...this.tensors[made]!, buffer: this.buffers.push({ data: bytes }) - 1 };
    this.constants.set(constant, made);
    return made;
  }

  /** Some operator keeps the float constant, or the caller reads it. */
  private readAsFloat(tensor: number): boolean {
    const { graph, plan } = this;
    return !plan.dequantized?.has(tensor) && (graph.outputs.includes(tensor) || graph.uses[tensor]!.some(({ operator, position }) => plan.operators[operator]!.operands[position] === null));
  }

  private add(tensor: TableObject): number {
    return this.tensors.push(tensor) - 1;
  }

  private freshName(name: string): string {
    let fresh = name;
    for (let n = 2; this.names.has(fresh); n++) fresh = `${name}_${n}`;
    this.names.add(fresh);
    return fresh;
  }

  private code(index: number, version: number): number {
    const code = this.codes[index]!;
    if (code.version === version) return index;
    return this.codeLike({ ...code, version });
  }

  private builtin(name: string, version: number): number {
    return this.codeLike({ deprecatedBuiltinCode: BUILTIN_CODES[name as keyof typeof BUILTIN_CODES], customCode: null, version, builtinCode: name });
  }

  private codeLike(wanted: TableObject): number {
    const same = this.codes.findIndex((code) => code.builtinCode === wanted.builtinCode && code.deprecatedBuiltinCode === wanted.deprecatedBuiltinCode && code.customCode === wanted.customCode && code.version === wanted.version);
    return same >= 0 ? same : this.codes.push(wanted) - 1;
  }

  /** Leaves out what nothing refers to any more: float constants that became codes, operator codes of other versions. */
  private compact(inputs: readonly number[], outputs: readonly number[]): TableObject {
    const { model } = this.graph, others = (model.subgraphs as TableObject[]).slice(1);
    const tensors = renumber(this.tensors, [...this.operators.flatMap(({ inputs, outputs, intermediates }) => [...(inputs as number[]), ...(outputs as number[]), ...((intermediates as number[] | null) ?? [])]), ...inputs, ...outputs]);
    const kept = [...tensors.kept, ...others.flatMap((subgraph) => (subgraph.tensors as TableObject[] | null) ?? [])];
    const metadata = (model.metadata as TableObject[] | null) ?? [];
    const buffers = renumber(this.buffers, [0, ...kept.map(({ buffer }) => buffer as number), ...metadata.map(({ buffer }) => buffer as number)]);
    const codes = renumber(this.codes, [...this.operators, ...others.flatMap((subgraph) => (subgraph.operators as TableObject[] | null) ?? [])].map(({ opcodeIndex }) => opcodeIndex as number));
    const rebuffered = (list: readonly TableObject[]) => list.map((item) => ({ ...item, buffer: buffers.index(item.buffer as number) }));
    const recoded = (list: readonly TableObject[]) => list.map((item) => ({ ...item, opcodeIndex: codes.index(item.opcodeIndex as number) }));
    const at = (list: unknown) => ((list as number[] | null) ?? []).map(tensors.index);
    const first: TableObject = {
      ...this.subgraph, tensors: rebuffered(tensors.kept), inputs: inputs.map(tensors.index), outputs: outputs.map(tensors.index),
      operators: recoded(this.operators).map((operator) => ({ ...operator, inputs: at((operator as TableObject).inputs), outputs: at((operator as TableObject).outputs), ...((operator as TableObject).intermediates ? { intermediates: at((operator as TableObject).intermediates) } : {}) })),
    };
    const rest = others.map((subgraph) => ({ ...subgraph, tensors: rebuffered((subgraph.tensors as TableObject[] | null) ?? []), operators: recoded((subgraph.operators as TableObject[] | null) ?? []) }));
    const oldInputs = this.graph.inputs, oldOutputs = this.graph.outputs;
    const remap = (list: unknown, old: readonly number[], now: readonly number[]) => (list as TableObject[] | null)?.map((item) => ({ ...item, tensorIndex: tensors.index(now[old.indexOf(item.tensorIndex as number)] ?? (item.tensorIndex as number)) })) ?? null;
    const signatures = (model.signatureDefs as TableObject[] | null)?.map((signature) =>
      (signature.subgraphIndex as number) !== 0 ? signature : { ...signature, inputs: remap(signature.inputs, oldInputs, inputs), outputs: remap(signature.outputs, oldOutputs, outputs) }) ?? null;
    const description = (model.description as string | null) ?? "";
    return {
      ...model, description: `${description}${description ? " " : ""}${this.settings.note}`, operatorCodes: codes.kept, subgraphs: [first, ...rest],
      buffers: buffers.kept, metadata: model.metadata ? rebuffered(metadata) : null, signatureDefs: signatures,
    };
  }
}

const BUILTIN_CODES = { DEQUANTIZE: 6, QUANTIZE: 114 } as const;

/** Items that are used, in their order, and the new index of each; -1 stays. */
function renumber<T>(items: readonly T[], used: readonly number[]): { kept: T[]; index: (old: number) => number } {
  const wanted = new Set(used), map = new Map<number, number>(), kept: T[] = [];
  items.forEach((item, i) => {
    if (wanted.has(i)) map.set(i, kept.push(item) - 1);
  });
  return { kept, index: (old) => map.get(old) ?? -1 };
}

function quantizationTable(scales: readonly number[], zeroPoints: readonly number[], axis: number): TableObject {
  return { min: null, max: null, scale: [...scales], zeroPoint: [...zeroPoints], details: null, quantizedDimension: axis };
}

/** Recorded minima and maxima have served; a scale stays. */
function withoutStatistics(quantization: TableObject | null): TableObject | null {
  if (!quantization || ((quantization.scale as number[] | null) ?? []).length === 0) return null;
  return { ...quantization, min: null, max: null };
}

/** The model as plain objects, for `writeModel`. */
export function emit(graph: FloatGraph, plan: Plan, options: EmitOptions): TableObject {
  return new Emitter(graph, plan, options).write();
}
