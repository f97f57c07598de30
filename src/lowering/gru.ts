// A GRU as the converter writes it, of float32 or hybrid: a WHILE over time whose body is one step, recognized as a whole and computed by one kernel
// (assembly/kernels/gru.ts) with the bits of the loop. Whatever is not exactly what is expected here stays the loop that it is (control_flow.ts).
// Source: what TensorFlow 2.21 makes of tf.keras.layers.GRU, of Keras 2 and 3, with either reset_after, with dynamic range quantization or without; lists are those of list_items.ts.
import * as abi from "../../assembly/abi/gru";
import type { Operator, Subgraph } from "../graph/graph";
import { elementCount, type Tensor } from "../graph/tensor";
import { float32Bias, float32Of, packFloat32 } from "./float32";
import { hasHybridScales, packHybrid, scalesOf } from "./hybrid";
import type { Emitter } from "./lowering";
import { Op } from "./op";
import { concatenate, tilesPerSlice } from "./packing";
import { stridedRanges } from "./strided_slice";
import { weightsOf } from "./weights";

/** FULLY_CONNECTED of constant weights. */
interface Dense {
  readonly weights: Tensor;
  readonly bias: Tensor | null;
  /** Whether rows that meet int8 weights get an offset. */
  readonly asymmetric: boolean;
}

/** What a body computes in one step; places are those of the loop's operands. */
interface Body {
  /** What begins at 0 and grows by 1. */
  readonly counters: readonly number[];
  readonly sequence: number;
  readonly state: number;
  /** Item i of which is the new state, or which is the new state; null: there is none. */
  readonly list: number | null;
  /** Whether items are set one by one. */
  readonly items: boolean;
  readonly steps: number;
  readonly batches: number;
  readonly inputSize: number;
  readonly units: number;
  readonly fromInput: Dense;
  readonly fromHidden: Dense;
  /** Of the reset state; null where the candidate is reset after its projection. */
  readonly fromReset: Dense | null;
}

/** The longest expression that is told from others: the new state has about 150 characters. */
const MOST_CHARACTERS = 500;

const same = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

/** Every tensor of a body by what it is computed from: its operands are $0, $1, .. */
class Expressions {
  private readonly texts = new Map<number, string>();
  readonly projections = new Map<string, Dense>();

  constructor(private readonly op: Op, private readonly body: Subgraph) {
    body.inputs.forEach((tensor, i) => this.texts.set(tensor, `$${i}`));
  }

  /** Whether every operator is one of those that a GRU has. */
  read(): boolean {
    return this.body.operators.every((operator) => {
      const text = this.textOf(operator);
      if (text === null || text.length > MOST_CHARACTERS) return false;
      if (!PARTS.has(operator.name)) this.texts.set(operator.outputs[0]!, text);
      return true;
    });
  }

  of(tensor: number): string | null {
    return this.texts.get(tensor) ?? null;
  }

  private tensor(index: number): Tensor | null {
    return this.body.tensors[index] ?? null;
  }

  private textOf(operator: Operator): string | null {
    const { name, inputs, outputs, options } = operator;
    if (operator.custom || (options["fusedActivationFunction"] ?? "NONE") !== "NONE") return null;
    const [first, second, third] = inputs.map((tensor) => this.tensor(tensor)), output = this.tensor(outputs[0] ?? -1);
    if (!first || !output || (outputs.length !== 1 && !PARTS.has(name))) return null;
    const a = this.of(first.index), b = second ? this.of(second.index) : null;
    switch (name) {
      case "ADD": case "MUL": case "SUB": {
        if (inputs.length !== 2 || !second) return null;
        if (name === "ADD" && first.type === "int32") return a && isOne(second, "int32") && output.type === "int32" && elementCount(output.shape) === 1 ? `next(${a})` : null;
        const left = name === "SUB" && isOne(first, "float32") ? "1" : isFloat(first, output) ? a : null;
        return left && b && isFloat(second, output) ? `${name}(${left},${b})` : null;
      }
      case "LOGISTIC": case "TANH":
        return a && inputs.length === 1 && isFloat(first, output) ? `${name}(${a})` : null;
      case "GATHER": {
        const whole = first.shape.length === 3 && same(first.shape.slice(1), output.shape) && first.type === "float32" && output.type === "float32";
        const one = second?.type === "int32" && elementCount(second.shape) === 1 && inputs.length === 2;
        return a && b && whole && one && (options["axis"] ?? 0) === 0 && (options["batchDims"] ?? 0) === 0 ? `item(${a},${b})` : null;
      }
      case "FULLY_CONNECTED": {
        if (!a || !second || inputs.length > 3 || (options["weightsFormat"] ?? "DEFAULT") !== "DEFAULT" || this.projections.has(a)) return null;
        const [channels = 0, depth = 0] = second.shape, [rows = 0] = first.shape, bias = third ?? null, rank = second.shape.length;
        if (rank !== 2 || !isWeights(second, channels) || !same(first.shape, [rows, depth]) || !same(output.shape, [rows, channels])) return null;
        if (first.type !== "float32" || output.type !== "float32" || (bias && !(isFloatConstant(bias) && elementCount(bias.shape) === channels))) return null;
        this.projections.set(a, { weights: second, bias, asymmetric: Boolean(options["asymmetricQuantizeInputs"]) });
        return `dense(${a})`;
      }
      case "SPLIT":
        return this.parts(second, first, outputs, null);
      case "SPLIT_V":
        return third && second ? this.parts(first, third, outputs, int32Of(second)) : null;
      case "STRIDED_SLICE": {
        const places = inputs.slice(1).map((index) => this.tensor(index));
        if (!a || inputs.length !== 4 || first.shape.length !== 2 || first.type !== output.type || !places.every((place) => place?.data && place.type === "int32")) return null;
        const { ranges, shape } = stridedRanges(new Op(this.op.graph, this.body, operator, new Map())), [rows, columns] = ranges, units = columns!.count;
        const whole = rows!.begin === 0 && rows!.step === 1 && rows!.count === first.shape[0];
        return whole && columns!.step === 1 && units > 0 && columns!.begin % units === 0 && same(shape, [rows!.count, units]) && same(output.shape, shape) ? `${a}[${columns!.begin / units}]` : null;
      }
      case "RESHAPE":
        return a && first.type === output.type && elementCount(first.shape) === elementCount(output.shape) && (second?.data ?? null) !== null ? a : null;
      case "CONCATENATION": {
        const zeros = second ? int32Of(second) : null;
        return a && inputs.length === 2 && (options["axis"] ?? 0) === 0 && first.type === "int32" && same(first.shape, [1]) && same(output.shape, [3]) && zeros?.length === 2 && zeros.every((n) => n === 0)
          ? `place(${a})` : null;
      }
      case "DYNAMIC_UPDATE_SLICE": {
        const place = third ? this.of(third.index) : null, [, ...item] = first.shape;
        const fits = first.shape.length === 3 && same(second?.shape ?? [], [1, ...item]) && same(output.shape, first.shape);
        return a && b && place && fits && [first, second!, output].every(({ type }) => type === "float32") ? `set(${a},${b},${place})` : null;
      }
      default:
        return null;
    }
  }

  /** Parts of as many columns each, behind which an empty one may follow. @param sizes of the parts, -1 what is left; null: all are the same */
  private parts(whole: Tensor | undefined | null, axis: Tensor, outputs: readonly number[], sizes: readonly number[] | null): string | null {
    const text = whole ? this.of(whole.index) : null, [rows = 0, columns = 0] = whole?.shape ?? [], along = int32Of(axis);
    if (!text || whole!.shape.length !== 2 || along?.length !== 1 || (along[0] !== 1 && along[0] !== -1)) return null;
    const parts = outputs.map((index) => this.tensor(index)), filled = parts.filter((part) => part?.shape[1] !== 0), units = columns / filled.length;
    const fit = parts.every((part, i) => part && part.type === whole!.type && same(part.shape, [rows, i < filled.length ? units : 0]));
    if (!fit || (sizes && !(sizes.length === parts.length && sizes.every((size, i) => size === -1 || size === parts[i]!.shape[1])))) return null;
    outputs.forEach((index, i) => this.texts.set(index, `${text}[${i}]`));
    return text;
  }
}

const PARTS: ReadonlySet<string> = new Set(["SPLIT", "SPLIT_V"]);

const isFloat = (operand: Tensor, output: Tensor): boolean => operand.type === "float32" && output.type === "float32" && same(operand.shape, output.shape);

const isFloatConstant = (tensor: Tensor): boolean => tensor.type === "float32" && tensor.data !== null;

const isWeights = (tensor: Tensor, channels: number): boolean => isFloatConstant(tensor) || (tensor.data !== null && hasHybridScales(tensor, 0, channels));

function int32Of({ type, data }: Tensor): number[] | null {
  if (type !== "int32" || !data) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: data.byteLength >> 2 }, (_, i) => view.getInt32(4 * i, true));
}

/** Whether a tensor is one constant 1. */
function isOne(tensor: Tensor, type: "int32" | "float32"): boolean {
  if (tensor.type !== type || !tensor.data || elementCount(tensor.shape) !== 1) return false;
  return (type === "int32" ? int32Of(tensor)! : float32Of(tensor))[0] === 1;
}

/** Whether every operator computes something that is read, or given back. */
function allRead({ operators, outputs }: Subgraph): boolean {
  const read = new Set([...outputs, ...operators.flatMap(({ inputs }) => inputs)]);
  return operators.every((operator) => operator.outputs.some((tensor) => read.has(tensor)));
}

/** How many turns a condition lets pass that compares counters with constants, all of which begin at 0; null for any other. */
function turnsOf(condition: Subgraph, counters: readonly number[]): number | null {
  const most = new Map<number, number>();
  for (const { name, inputs, outputs } of condition.operators) {
    const [a = -1, b = -1] = inputs, limit = condition.tensors[b] && int32Of(condition.tensors[b]!);
    if (name === "LESS" && counters.includes(condition.inputs.indexOf(a)) && limit?.length === 1) most.set(outputs[0]!, limit[0]!);
    else if (name === "LOGICAL_AND" && most.has(a) && most.has(b)) most.set(outputs[0]!, Math.min(most.get(a)!, most.get(b)!));
    else return null;
  }
  return allRead(condition) && condition.outputs.length === 1 ? most.get(condition.outputs[0]!) ?? null : null;
}

/** The GRU that a loop is; null for any other. */
function gruOf(op: Op): Body | null {
  const body = op.graph.subgraphs[op.option("bodySubgraphIndex", -1)]!, condition = op.graph.subgraphs[op.option("condSubgraphIndex", -1)]!;
  if (!allRead(body) || [...body.tensors, ...op.inputs].some(({ isVariable, rows }) => isVariable || rows !== undefined)) return null;
  const expressions = new Expressions(op, body);
  if (!expressions.read()) return null;
  const { projections } = expressions, texts = body.outputs.map((tensor) => expressions.of(tensor));
  const places = body.inputs.map((_, i) => i), counters = places.filter((i) => texts[i] === `next($${i})`);
  const [item = ""] = [...projections.keys()].filter((text) => text.startsWith("item(")), [, sequence = -1, counter = -1] = (/^item\(\$(\d+),\$(\d+)\)$/.exec(item) ?? []).map(Number);
  const state = places.find((i) => projections.has(`$${i}`)) ?? -1;
  if (sequence < 0 || state < 0 || texts[sequence] !== `$${sequence}` || !counters.includes(counter)) return null;
  const h = `$${state}`, x = `dense(${item})`, update = `LOGISTIC(ADD(${x}[0],dense(${h})[0]))`, reset = `LOGISTIC(ADD(${x}[1],dense(${h})[1]))`;
  const fromReset = projections.get(`MUL(${reset},${h})`) ?? null;
  const candidate = fromReset ? `dense(MUL(${reset},${h}))` : `MUL(${reset},dense(${h})[2])`;
  const next = `ADD(MUL(${update},${h}),MUL(SUB(1,${update}),TANH(ADD(${x}[2],${candidate}))))`;
  if (texts[state] !== next || projections.size !== (fromReset ? 3 : 2)) return null;
  const lists = places.filter((i) => i !== sequence && i !== state && !counters.includes(i)), list = lists[0] ?? null;
  const items = list !== null && texts[list] === `set($${list},${next},place($${counter}))`;
  if (lists.length > 1 || (list !== null && !items && texts[list] !== next)) return null;

  const shape = (place: number) => body.tensors[body.inputs[place]!]!.shape;
  const [batches = 0, units = 0] = shape(state), [steps = 0, , inputSize = 0] = shape(sequence);
  const fromInput = projections.get(item)!, fromHidden = projections.get(h)!;
  const fit = same(shape(state), [batches, units]) && same(shape(sequence), [steps, batches, inputSize]) && same(fromInput.weights.shape, [3 * units, inputSize]) &&
    same(fromHidden.weights.shape, [(fromReset ? 2 : 3) * units, units]) && (!fromReset || same(fromReset.weights.shape, [units, units])) && (!items || same(shape(list!), [steps, batches, units]));
  const zero = (place: number) => op.input(place).data !== null && same(int32Of(op.input(place)) ?? [], [0]);
  if (!fit || batches * units * steps * inputSize === 0 || !counters.every(zero) || turnsOf(condition, counters) !== steps) return null;
  return { counters, sequence, state, list, items, steps, batches, inputSize, units, fromInput, fromHidden, fromReset };
}

/** Weights in tiles of four channels. */
function packed4({ weights, bias }: Dense): { tiles: Uint8Array; tileBytes: number } {
  const [channels, depth] = weights.shape as [number, number], biases = float32Bias(bias, channels);
  return weights.type === "float32" ? packFloat32(float32Of(weights), biases, depth) : packHybrid({ weights: weightsOf(weights).weights, bias: biases, scales: scalesOf(weights, channels), depth, groups: 1 });
}

/** Computes a WHILE that is a GRU. @returns whether it is one */
export function emitGru(op: Op, emit: Emitter): boolean {
  const gru = gruOf(op);
  if (!gru) return false;
  const { counters, sequence, state, list, items, steps, batches, inputSize, units, fromInput, fromHidden, fromReset } = gru;
  const projections = [fromInput, fromHidden, ...(fromReset ? [fromReset] : [])], hybrid = projections.filter(({ weights }) => weights.type !== "float32");
  const packed = projections.map((dense) => {
    const { tiles, tileBytes } = packed4(dense);
    return { tiles, tileBytes, perSlice: tilesPerSlice(emit.target.sliceBytes, tileBytes, tiles.length / tileBytes) };
  });
  emit.step(hybrid.length > 0 ? "gru_hybrid" : "gru_float32", hybrid.length > 0 ? abi.GRU_HYBRID_SIZE : abi.GRU_SIZE, (r) => {
    r.input(abi.GRU_INPUT, op.input(sequence));
    r.input(abi.GRU_INITIAL, op.input(state));
    r.output(abi.GRU_HIDDEN, op.output(state));
    if (items) r.output(abi.GRU_LIST, op.output(list!));
    r.slices(abi.GRU_TILES, abi.GRU_BUFFER, concatenate(packed.map(({ tiles }) => tiles)), Math.max(...packed.map(({ tileBytes, perSlice }) => perSlice * tileBytes)));
    for (const at of [abi.GRU_FROM_INPUT, abi.GRU_FROM_HIDDEN]) r.scratch(at, 12 * batches * units);
    r.scratch(abi.GRU_SUMS, abi.GRU_SUMS_BYTES);
    r.i32s(abi.GRU_STEPS, [steps, batches, inputSize, units, fromReset ? 0 : 1]);
    r.i32s(abi.GRU_SLICE_TILES, packed.map(({ perSlice }) => perSlice));
    if (hybrid.length === 0) return;
    r.scratch(abi.GRU_CODES, batches * (8 + Math.max(...hybrid.map(({ weights }) => weights.shape[1]!))));
    r.i32s(abi.GRU_WEIGHTS, projections.map(({ weights, asymmetric }) => (weights.type === "float32" ? abi.GRU_WEIGHTS_FLOAT32 : asymmetric ? abi.GRU_WEIGHTS_ASYMMETRIC : abi.GRU_WEIGHTS_SYMMETRIC)));
  });
  const turns = new Uint8Array(Int32Array.of(steps).buffer);
  for (const counter of counters) emit.fold(op.output(counter), turns);
  if (list !== null && !items) emit.view(op.output(state), op.output(list));
  const whole = op.input(sequence);
  if (whole.data) emit.fold(op.output(sequence), whole.data);
  else emit.view(whole, op.output(sequence));
  return true;
}
