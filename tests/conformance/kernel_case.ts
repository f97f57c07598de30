// A kernel case (conformance/README.md, "Kernel cases") as a graph of one operator, or of a chain. A case states multipliers where a
// model states scales: scales are chosen that give exactly those multipliers, so the whole path of a model is run.
import type { Graph, Operator, Subgraph } from "../../src/graph/graph";
import type { Quantization, Tensor, TensorType } from "../../src/graph/tensor";
import { ADD_MAX, ADD_MIN } from "../../assembly/abi/add";
import { CONV_2D_MAX, CONV_2D_MIN } from "../../assembly/abi/conv_2d";
import { CONV_2D_INT16_MAX, CONV_2D_INT16_MIN } from "../../assembly/abi/conv_2d_int16";
import { DEPTHWISE_CONV_2D_INT16_MAX, DEPTHWISE_CONV_2D_INT16_MIN } from "../../assembly/abi/depthwise_conv_2d_int16";
import { TRANSPOSE_CONV_MAX, TRANSPOSE_CONV_MIN } from "../../assembly/abi/transpose_conv";
import { CONV_2D_12_MAX, CONV_2D_12_MIN } from "../../assembly/abi/conv_2d_12";
import { CONV_2D_V128_MAX, CONV_2D_V128_MIN } from "../../assembly/abi/conv_2d_v128";
import { DEPTHWISE_V128_MAX, DEPTHWISE_V128_MIN } from "../../assembly/abi/depthwise_conv_2d_v128";
import { CONV_2D_ROWS_MAX, CONV_2D_ROWS_MIN } from "../../assembly/abi/conv_2d_rows";
import { DEPTHWISE_CONV_2D_ROWS_MAX, DEPTHWISE_CONV_2D_ROWS_MIN } from "../../assembly/abi/depthwise_conv_2d_rows";
import { CONV_2D_PAIRS_MAX, CONV_2D_PAIRS_MIN } from "../../assembly/abi/conv_2d_pairs";
import { DEPTHWISE_CONV_2D_MAX, DEPTHWISE_CONV_2D_MIN } from "../../assembly/abi/depthwise_conv_2d";
import { FULLY_CONNECTED_MAX, FULLY_CONNECTED_MIN } from "../../assembly/abi/fully_connected";
import { LSTM_CLIP, LSTM_FORGET_TO_CELL, LSTM_GATES, LSTM_INPUT_TO_CELL, LSTM_TO_HIDDEN } from "../../assembly/abi/lstm";
import { MUL_MAX, MUL_MIN } from "../../assembly/abi/mul";
import { POOL_2D_MAX, POOL_2D_MIN } from "../../assembly/abi/pool_2d";
import { bytesOf, type CaseArray } from "./array";

interface Rescale { multiplier: number; shift: number }
interface HW { h: number; w: number }

/** The fields that the operators below read. */
export interface KernelCase {
  id: string;
  op: string;
  dtype: string;
  tensors: Record<string, CaseArray | null>;
  expected: { output: CaseArray };
  rounding: { rule: string };
  layers?: (Omit<KernelCase, "expected"> & { output_shape?: number[] })[];
  input_offset: number;
  weights_offset: number;
  output_offset: number;
  output_multiplier: number[] | number;
  output_shift: number[] | number;
  activation: { min: number; max: number };
  padding: { mode: string };
  stride: HW;
  dilation: HW;
  filter: HW;
  input1: { offset: number } & Rescale;
  input2: { offset: number } & Rescale;
  output: Rescale;
  paddings: number[][];
  pad_value: number;
  perm: number[];
  input_multiplier: number;
  input_left_shift: number;
  adj_x: boolean;
  adj_y: boolean;
  lhs_offset: number;
  rhs_offset: number;
  left_shift: number;
  /** Invocations in a row. */
  steps?: number;
  rank: number;
  effective_scale_1: Rescale;
  effective_scale_2: Rescale;
  batch: number;
  input_size: number;
  hidden_size: number;
  time_major: boolean;
  hidden_offset: number;
  cell_state_scale_power: number;
  cell_clip: number;
  forget_to_cell: Rescale;
  input_to_cell: Rescale;
  output_scale: Rescale;
  gates: Record<string, { input: Rescale; hidden: Rescale }>;
}

/** The clamp of a case is any range, that of a model an activation's: its place in the record, per kernel. */
const CLAMPS: Record<string, readonly [number, number]> = {
  ...Object.fromEntries(["", "_3", "_3_s2", "_5", "_5_s2"].flatMap((name) => ["", "_shared"].map((shared) => [`depthwise_conv_2d_v128${name}${shared}`, [DEPTHWISE_V128_MIN, DEPTHWISE_V128_MAX]]))),
  add: [ADD_MIN, ADD_MAX], sub: [ADD_MIN, ADD_MAX], conv_2d: [CONV_2D_MIN, CONV_2D_MAX], conv_2d_12: [CONV_2D_12_MIN, CONV_2D_12_MAX], conv_2d_12_any: [CONV_2D_12_MIN, CONV_2D_12_MAX],
  conv_2d_pairs: [CONV_2D_PAIRS_MIN, CONV_2D_PAIRS_MAX], conv_2d_bytes: [CONV_2D_PAIRS_MIN, CONV_2D_PAIRS_MAX],
  conv_2d_rows: [CONV_2D_ROWS_MIN, CONV_2D_ROWS_MAX], depthwise_conv_2d_rows: [DEPTHWISE_CONV_2D_ROWS_MIN, DEPTHWISE_CONV_2D_ROWS_MAX],
  conv_2d_v128: [CONV_2D_V128_MIN, CONV_2D_V128_MAX], conv_2d_offset: [CONV_2D_MIN, CONV_2D_MAX], conv_2d_int4: [CONV_2D_MIN, CONV_2D_MAX],
  depthwise_conv_2d_wide: [DEPTHWISE_CONV_2D_MIN, DEPTHWISE_CONV_2D_MAX], depthwise_conv_2d_3x3_wide: [DEPTHWISE_CONV_2D_MIN, DEPTHWISE_CONV_2D_MAX],
  depthwise_conv_2d_3x3_s2_wide: [DEPTHWISE_CONV_2D_MIN, DEPTHWISE_CONV_2D_MAX], fully_connected_int4: [FULLY_CONNECTED_MIN, FULLY_CONNECTED_MAX],
  fully_connected: [FULLY_CONNECTED_MIN, FULLY_CONNECTED_MAX], mul: [MUL_MIN, MUL_MAX],
  depthwise_conv_2d: [DEPTHWISE_CONV_2D_MIN, DEPTHWISE_CONV_2D_MAX], depthwise_conv_2d_3x3: [DEPTHWISE_CONV_2D_MIN, DEPTHWISE_CONV_2D_MAX],
  depthwise_conv_2d_3x3_s2: [DEPTHWISE_CONV_2D_MIN, DEPTHWISE_CONV_2D_MAX], average_pool_2d: [POOL_2D_MIN, POOL_2D_MAX], max_pool_2d: [POOL_2D_MIN, POOL_2D_MAX],
  average_pool_2d_int16: [POOL_2D_MIN, POOL_2D_MAX], max_pool_2d_int16: [POOL_2D_MIN, POOL_2D_MAX], add_int16: [ADD_MIN, ADD_MAX], mul_int16: [MUL_MIN, MUL_MAX],
  conv_2d_int16: [CONV_2D_INT16_MIN, CONV_2D_INT16_MAX], depthwise_conv_2d_int16: [DEPTHWISE_CONV_2D_INT16_MIN, DEPTHWISE_CONV_2D_INT16_MAX],
  transpose_conv: [TRANSPOSE_CONV_MIN, TRANSPOSE_CONV_MAX],
};

/** What a case states and a model cannot, to set after lowering: an operator's clamp, or fields of its record. */
export interface Patch { operator: number; min?: number; max?: number; fields?: readonly (readonly [at: number, value: number])[] }

/** Sets the fields of a patch in the record of a step, and its clamp if its kernel has one. */
export function applyPatch(kernel: string, record: Uint8Array, { min, max, fields = [] }: Patch): void {
  const view = new DataView(record.buffer, record.byteOffset), clamp = CLAMPS[kernel];
  const all = clamp && min !== undefined && max !== undefined ? [[clamp[0], min] as const, [clamp[1], max] as const] : fields;
  for (const [at, value] of all) view.setInt32(at, value, true);
}

/** What is fed, in the order of the graph's inputs. */
export function inputsOf({ tensors }: KernelCase): CaseArray[] {
  return Object.entries(tensors).filter(([name]) => /^(input|[lr]hs)/.test(name) && !name.startsWith("input_gate_")).map(([, array]) => array!);
}

/** A graph that computes the case, its input tensors in order, and the clamps to set. Null where no builder knows the operator. */
export function graphOfCase(testCase: KernelCase): { graph: Graph; patches: Patch[] } | null {
  const builder = new Builder();
  const inputs = Object.entries(testCase.tensors);
  if (testCase.op === "NETWORK") {
    let x = builder.activation("int8", inputs[0]![1]!.shape, { scale: [1], zeroPoint: [-testCase.layers![0]!.input_offset], dimension: 0 });
    builder.input(x);
    for (const layer of testCase.layers!) {
      const built = builder.operator(layer as KernelCase, [x]);
      if (built === null) return null;
      x = built;
    }
    builder.output(x);
    return builder.finish();
  }
  const out = builder.operator(testCase, null);
  if (out === null) return null;
  builder.output(out);
  return builder.finish();
}

const real = ({ multiplier, shift }: Rescale): number => multiplier * 2 ** (shift - 31);
const list = (value: number | number[]): number[] => (Array.isArray(value) ? value : [value]);
const windowOptions = (c: KernelCase) => ({
  padding: c.padding.mode, strideH: c.stride.h, strideW: c.stride.w, fusedActivationFunction: "NONE",
  dilationHFactor: c.dilation?.h ?? 1, dilationWFactor: c.dilation?.w ?? 1, filterHeight: c.filter?.h ?? 0, filterWidth: c.filter?.w ?? 0,
});

class Builder {
  private readonly tensors: Tensor[] = [];
  private readonly operators: Operator[] = [];
  private readonly inputs: number[] = [];
  private readonly outputs: number[] = [];
  private readonly patches: Patch[] = [];

  activation(type: TensorType, shape: readonly number[], quantization: Quantization | null, data: Uint8Array | null = null): Tensor {
    const tensor: Tensor = { index: this.tensors.length, name: `t${this.tensors.length}`, type, shape, shapeSignature: null, quantization, data, isVariable: false };
    this.tensors.push(tensor);
    return tensor;
  }

  private constant(type: TensorType, shape: readonly number[], values: readonly number[]): Tensor {
    return this.activation(type, shape, null, bytesOf({ type, shape: [...shape], data: [...values] }));
  }

  private add(name: string, inputs: (Tensor | null)[], output: Tensor, options: Record<string, unknown>): void {
    this.operators.push({
      index: this.operators.length, name, custom: false, version: 1, inputs: inputs.map((t) => t?.index ?? -1), outputs: [output.index], options, customOptions: null,
    });
  }

  input(tensor: Tensor): void {
    this.inputs.push(tensor.index);
  }

  output(tensor: Tensor): void {
    this.outputs.push(tensor.index);
  }

  finish(): { graph: Graph; patches: Patch[] } {
    const subgraph: Subgraph = { name: "main", tensors: this.tensors, operators: this.operators, inputs: this.inputs, outputs: this.outputs };
    return { graph: { description: "", version: 3, subgraphs: [subgraph], signatures: [], metadata: [], bytes: 0 }, patches: this.patches };
  }

  /** The layer before in a chain, whose output offset is this layer's negated input offset; else a new graph input with the given quantization. */
  private operand(c: KernelCase, name: string, zeroPoint: number, scale: number, chain: Tensor[] | null): Tensor {
    if (chain) return chain[0]!;
    const array = c.tensors[name]!;
    const tensor = this.activation(array.type, array.shape, { scale: [scale], zeroPoint: [zeroPoint], dimension: 0 });
    this.input(tensor);
    return tensor;
  }

  private result(c: KernelCase, chain: Tensor[] | null, shape: readonly number[], zeroPoint: number, scale = 1): Tensor {
    return this.activation(chain ? "int8" : c.expected.output.type, chain ? shape : c.expected.output.shape, { scale: [scale], zeroPoint: [zeroPoint], dimension: 0 });
  }

  private clamp(c: KernelCase): void {
    if (c.activation) this.patches.push({ operator: this.operators.length - 1, min: c.activation.min, max: c.activation.max });
  }

  /** Weights whose scales are the case's multipliers, with input and output scales of 1. */
  private weights(c: KernelCase, dimension: number): Tensor {
    const { type, shape } = c.tensors["weights"]!;
    const multipliers = list(c.output_multiplier), shifts = list(c.output_shift);
    const scale = multipliers.map((multiplier, i) => real({ multiplier, shift: shifts[i]! }));
    return this.activation(type, shape, { scale, zeroPoint: scale.map(() => -c.weights_offset || 0), dimension }, bytesOf(c.tensors["weights"]!));
  }

  private variable(type: TensorType, shape: readonly number[], quantization: Quantization): Tensor {
    const tensor = this.activation(type, shape, quantization);
    this.tensors[tensor.index] = { ...tensor, isVariable: true };
    return tensor;
  }

  /** A constant of the case by its name. */
  private stated(c: KernelCase, name: string, quantization: Quantization | null = null): Tensor {
    const array = c.tensors[name]!;
    return this.activation(array.type, array.shape, quantization, bytesOf(array));
  }

  private bias(c: KernelCase): Tensor | null {
    const bias = c.tensors["bias"], weights = c.tensors["weights"]!;
    // int16 without bias that is rounded twice: an int32 bias of zeros says so (conformance/README.md)
    if (!bias && c.tensors["input"]?.type === "int16" && c.rounding.rule === "double") return this.constant("int32", [weights.shape[0]!], new Array<number>(weights.shape[0]!).fill(0));
    return bias ? this.activation(bias.type, bias.shape, null, bytesOf(bias)) : null;
  }

  /** Adds the operator of a case; `chain` is its input in a network. Null where the operator is not known here. */
  operator(c: KernelCase, chain: Tensor[] | null): Tensor | null {
    switch (c.op) {
      case "CONV_2D":
      case "DEPTHWISE_CONV_2D": {
        const depthwise = c.op === "DEPTHWISE_CONV_2D";
        const input = this.operand(c, "input", -c.input_offset, 1, chain);
        const weights = this.weights(c, depthwise ? 3 : 0);
        const [batch, h, w] = input.shape as [number, number, number];
        const [, kh, kw] = weights.shape as [number, number, number];
        const extent = (n: number, k: number, stride: number, dilation: number) =>
          c.padding.mode === "SAME" ? Math.ceil(n / stride) : Math.floor((n - (k - 1) * dilation - 1) / stride) + 1;
        const outC = weights.shape[depthwise ? 3 : 0]!;
        const output = this.result(c, chain, [batch, extent(h, kh, c.stride.h, c.dilation.h), extent(w, kw, c.stride.w, c.dilation.w), outC], c.output_offset);
        this.add(c.op, [input, weights, this.bias(c)], output, windowOptions(c));
        this.clamp(c);
        return output;
      }
      case "TRANSPOSE_CONV": {
        const input = this.operand(c, "input", -c.input_offset, 1, chain);
        const output = this.result(c, chain, [], c.output_offset);
        this.add(c.op, [this.constant("int32", [4], output.shape), this.weights(c, 0), input, this.bias(c)], output, windowOptions(c));
        this.clamp(c);
        return output;
      }
      case "BATCH_MATMUL": {
        const lhs = this.operand(c, "lhs", -c.lhs_offset || 0, outputReal(c), null), rhs = this.operand(c, "rhs", -c.rhs_offset || 0, 1, null);
        const output = this.result(c, chain, [], c.output_offset);
        this.add(c.op, [lhs, rhs], output, { adjX: c.adj_x, adjY: c.adj_y });
        return output;
      }
      case "FULLY_CONNECTED": {
        const input = this.operand(c, "input", -c.input_offset, 1, chain);
        const weights = this.weights(c, 0);
        const output = this.result(c, chain, [input.shape[0]!, weights.shape[0]!], c.output_offset);
        this.add(c.op, [input, weights, this.bias(c)], output, { fusedActivationFunction: "NONE", weightsFormat: "DEFAULT", keepNumDims: false });
        this.clamp(c);
        return output;
      }
      case "AVERAGE_POOL_2D":
      case "MAX_POOL_2D": {
        const input = this.operand(c, "input", 0, 1, chain);
        const [batch, h, w, channels] = input.shape as [number, number, number, number];
        const extent = (n: number, k: number, stride: number) => (c.padding.mode === "SAME" ? Math.ceil(n / stride) : Math.floor((n - k) / stride) + 1);
        const output = this.result(c, chain, [batch, extent(h, c.filter.h, c.stride.h), extent(w, c.filter.w, c.stride.w), channels], input.quantization!.zeroPoint[0]!);
        this.add(c.op, [input], output, windowOptions(c));
        this.clamp(c);
        return output;
      }
      case "SOFTMAX": {
        const input = this.operand(c, "input", 0, 1, chain);
        // beta * scale * 2^26 = multiplier, for int16 beta * scale / (10 / 65535), with a scale of 1
        const beta = real({ multiplier: c.input_multiplier, shift: c.input_left_shift }) * (input.type === "int16" ? 10 / 65535 : 2 ** -26);
        const [zeroPoint, scale] = input.type === "int16" ? [0, 1 / 32768] : c.dtype === "int8_to_int16" ? [-32768, 1 / 65536] : [-128, 1 / 256];
        const output = this.result(c, chain, input.shape, zeroPoint!, scale!);
        this.add(c.op, [input], output, { beta });
        return output;
      }
      case "ADD":
      case "SUB": {
        // in_i / t with t = 2 * max(in) = 1, and t / (2^left_shift * out)
        const a = this.operand(c, "input1", -c.input1.offset, real(c.input1), null);
        const b = this.operand(c, "input2", -c.input2.offset, real(c.input2), null);
        const output = this.result(c, chain, [], c.output_offset, 1 / (2 ** c.left_shift * outputReal(c)));
        this.add(c.op, [a, b], output, { fusedActivationFunction: "NONE" });
        this.clamp(c);
        return output;
      }
      case "MUL": {
        const a = this.operand(c, "input1", -c.input1.offset, outputReal(c), null);
        const b = this.operand(c, "input2", -c.input2.offset, 1, null);
        const output = this.result(c, chain, [], c.output_offset);
        this.add(c.op, [a, b], output, { fusedActivationFunction: "NONE" });
        this.clamp(c);
        return output;
      }
      case "MAXIMUM":
      case "MINIMUM": {
        const output = this.result(c, chain, [], 0);
        this.add(c.op, [this.operand(c, "input1", 0, 1, null), this.operand(c, "input2", 0, 1, null)], output, {});
        return output;
      }
      case "PAD": {
        const input = this.operand(c, "input", c.pad_value, 1, chain);
        const output = this.result(c, chain, [], c.pad_value);
        this.add(c.op, [input, this.constant("int32", [c.paddings.length, 2], c.paddings.flat())], output, {});
        return output;
      }
      case "TRANSPOSE": {
        const input = this.operand(c, "input", 0, 1, chain);
        const output = this.result(c, chain, [], 0);
        this.add(c.op, [input, this.constant("int32", [c.perm.length], c.perm)], output, {});
        return output;
      }
      case "SVDF": {
        // all other scales are 1, so that those of the weights are the case's multipliers
        const sequence = c.tensors["input_sequence"]!, state = c.tensors["initial_state"]!, [, batch, size] = sequence.shape as [number, number, number];
        const input = this.activation(sequence.type, [batch, size], perTensor(1, -c.input_offset));
        this.input(input);
        const variable = this.variable(state.type, [batch, state.shape[1]! * state.shape[2]!], perTensor(1, 0));
        const output = this.result(c, chain, [], c.output_offset);
        const features = this.stated(c, "weights_feature", perTensor(real(c.effective_scale_1), 0)), time = this.stated(c, "weights_time", perTensor(real(c.effective_scale_2), 0));
        this.add(c.op, [input, features, time, this.stated(c, "bias"), variable], output, { rank: c.rank, fusedActivationFunction: "NONE" });
        return output;
      }
      case "UNIDIRECTIONAL_SEQUENCE_LSTM": {
        const { type } = c.tensors["input"]!, gates = ["input", "forget", "cell", "output"];
        const input = this.operand(c, "input", -c.input_offset, 1, chain);
        const weights = ["input", "hidden"].flatMap((from) => gates.map((gate) => this.stated(c, `${gate}_gate_${from}_weights`, perTensor(2 ** -12, 0))));
        const biases = gates.map((gate) => this.stated(c, `${gate}_gate_bias`));
        const hidden = this.variable(type, [c.batch, c.hidden_size], perTensor(1, -c.hidden_offset));
        const cell = this.variable("int16", [c.batch, c.hidden_size], perTensor(2 ** c.cell_state_scale_power, 0));
        const output = this.activation(type, c.expected.output.shape, perTensor(1, c.output_offset));
        const none = (n: number) => Array<null>(n).fill(null);
        this.add(c.op, [input, ...weights, ...none(3), ...biases, ...none(2), hidden, cell, ...none(4)], output, { timeMajor: c.time_major, fusedActivationFunction: "TANH", cellClip: 0 });
        const scale = (at: number, { multiplier, shift }: Rescale) => [[at, multiplier], [at + 4, shift]] as const;
        const ofGates = gates.flatMap((gate) => [c.gates[gate]!.input, c.gates[gate]!.hidden]).flatMap((stated, i) => scale(LSTM_GATES + 8 * i, stated));
        const fields = [...ofGates, ...scale(LSTM_FORGET_TO_CELL, c.forget_to_cell), ...scale(LSTM_INPUT_TO_CELL, c.input_to_cell), ...scale(LSTM_TO_HIDDEN, c.output_scale), [LSTM_CLIP, c.cell_clip] as const];
        this.patches.push({ operator: this.operators.length - 1, fields });
        return output;
      }
      default:
        return null;
    }
  }
}

const perTensor = (scale: number, zeroPoint: number): Quantization => ({ scale: [scale], zeroPoint: [zeroPoint], dimension: 0 });

function outputReal(c: KernelCase): number {
  const { output_multiplier: multiplier, output_shift: shift } = c;
  return real({ multiplier: list(multiplier)[0]!, shift: list(shift)[0]! });
}
