// A plan becomes a file: tensors in their types, constants as codes, QUANTIZE and DEQUANTIZE wherever a tensor is read in another form than it is written in.
import type { TableObject, UnionObject } from "../tflite/object";
import { compacted } from "./compact";
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
    const { model, inputs: oldInputs, outputs: oldOutputs } = graph, description = (model.description as string | null) ?? "";
    const first = { ...this.subgraph, tensors: this.tensors, operators: this.operators, inputs, outputs };
    const moved = (list: unknown, old: readonly number[], now: readonly number[]) => (list as TableObject[] | null)?.map((item) => ({ ...item, tensorIndex: now[old.indexOf(item.tensorIndex as number)] ?? item.tensorIndex! })) ?? null;
    const signatureDefs = (model.signatureDefs as TableObject[] | null)?.map((signature) =>
      signature.subgraphIndex !== 0 ? signature : { ...signature, inputs: moved(signature.inputs, oldInputs, inputs), outputs: moved(signature.outputs, oldOutputs, outputs) }) ?? null;
    return compacted({
      ...model, description: `${description}${description ? " " : ""}${settings.note}`, operatorCodes: this.codes, buffers: this.buffers,
      subgraphs: [first, ...(model.subgraphs as TableObject[]).slice(1)], signatureDefs,
    });
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
    const { operands, results, intermediates, quantized } = this.plan.operators[operator.index]!;
    const source = (this.subgraph.operators as TableObject[])[operator.index]!;
    const inputs = operator.inputs.map((tensor, i) => {
      const form = operands[i]!;
      if (tensor < 0 || !this.graph.isFloat(tensor)) return tensor;
      if (isConstant(form)) return this.constant(tensor, form);
      if (form && this.graph.tensors[tensor]!.isVariable) this.setForm(tensor, form); // nothing but this operator reads it
      return this.graph.isConstant(tensor) ? this.floatConstant(tensor) : this.read(tensor, form);
    });
    const outputs = operator.outputs.map((tensor, i) => this.define(tensor, results[i]!));
    const hybrid = quantized && results.every((form) => form === null) && operator.outputs.some((tensor) => this.graph.isFloat(tensor));
    const { version: least = 1, dynamic } = CONSTRAINTS[operator.name] ?? {};
    const version = !quantized ? operator.version : Math.max(operator.version, hybrid ? dynamic!.version! : least);
    const extra = this.settings.options?.(operator, quantized) ?? {};
    const options = source.builtinOptions as UnionObject | null;
    this.operators.push({
      ...source, inputs, outputs, ...(intermediates && { intermediates: intermediates.map((form) => this.intermediate(form)) }), opcodeIndex: this.code(source.opcodeIndex as number, version),
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
    this.operators.push({ opcodeIndex: this.builtin(form === null ? "DEQUANTIZE" : "QUANTIZE", version), inputs: [from], outputs: [made], builtinOptions: { type: form === null ? "DequantizeOptions" : "QuantizeOptions", value: {} } });
    return made;
  }

  private intermediate(form: Form): number {
    return this.add({
      ...this.tensors[0]!, name: this.freshName("intermediate"), shape: [0], shapeSignature: null, isVariable: false, sparsity: null,
      type: form === null ? "FLOAT32" : form.type.toUpperCase(), buffer: 0, quantization: form && quantizationTable(form.scales, form.zeroPoints, form.axis),
    });
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

  private builtin(name: keyof typeof BUILTIN_CODES, version: number): number {
    return this.codeLike({ deprecatedBuiltinCode: BUILTIN_CODES[name], customCode: null, version, builtinCode: name });
  }

  private codeLike(wanted: TableObject): number {
    const same = this.codes.findIndex((code) => (["builtinCode", "deprecatedBuiltinCode", "customCode", "version"] as const).every((field) => code[field] === wanted[field]));
    return same >= 0 ? same : this.codes.push(wanted) - 1;
  }
}

const BUILTIN_CODES = { DEQUANTIZE: 6, QUANTIZE: 114 } as const;

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
