// What quantization demands of every operator that the TensorFlow Lite converter quantizes: one table. What is not in it stays float.
// Sources: the TensorFlow Lite 8-bit quantization specification; converter/ir/tfl_ops.td (int8, uint8), converter/tools/optimize/operator_property.cc (int16x8).
import { LSTM_PLACES } from "../lowering/lstm";
import type { Parameters } from "./parameters";
import { CODES, perTensor } from "./parameters";

/** What a layer with state has besides its input, operand 0, and its output. */
export interface Recurrent {
  /** Operands with weights, of one symmetric scale each. */
  readonly weights: Readonly<Record<number, "int8" | "time">>;
  /** Operands with biases, and the two whose scales each takes. */
  readonly biases: Readonly<Record<number, readonly [number, number]>>;
  /** Variables of 16 bits, whatever the scheme. */
  readonly states: Readonly<Record<number, "power of two" | "any">>;
  /** The variable that every step's output becomes. */
  readonly hidden?: number;
  /** The operator lists five intermediates. */
  readonly intermediates?: true;
  /** Operands without which it is another operator, and ones that make it one. */
  readonly needed: readonly number[];
  readonly variants: readonly (readonly [string, readonly number[]])[];
}

export interface Constraint {
  /** Inputs and outputs share one scale and zero point. */
  readonly sameScale?: true;
  /** Of two inputs or more, the ones that are real values, where it is not all float ones (int16x8 goes by these). */
  readonly real?: readonly number[];
  /** Scale and zero point of the output, whatever the data: scale of 8 bits, zero point of int8; of 16 bits. */
  readonly output?: { readonly scale8: number; readonly zero8: number; readonly scale16: number };
  /** Operand with weights: symmetric, one scale per index of `axis`; -1: one scale. */
  readonly weights?: { readonly operand: number; readonly axis: number };
  /** Operand with the bias, and the two whose scales it takes. */
  readonly bias?: { readonly operand: number; readonly of: readonly [number, number] };
  /** Of one scale for all, the operand whose own values give it, where they are constant: any row of a table can be read. */
  readonly table?: number;
  /** A layer with state. It has no kernel of uint8. */
  readonly recurrent?: Recurrent;
  /** The converter refuses int16 activations. */
  readonly only8?: true;
  /** Same scale with int16 activations alone. */
  readonly sameScale16?: true;
  /** Several inputs, all real values: with int16 activations each one is rescaled to the output's scale. */
  readonly joins?: true;
  /** Demands same scale of int8 and carries no kernel of 8 bits: stays float. */
  readonly float?: true;
  /** The operator's version in a file, from which runtimes know its kernel: 8 bits, 16 bits. */
  readonly version: number;
  /** Dynamic range: operands that may be int8 while activations are float; without `kernel` they are dequantized in front of it; `whole`: all or none. */
  readonly dynamic?: { readonly operands: readonly number[]; readonly kernel?: true; readonly asymmetric?: true; readonly whole?: true; readonly version?: number };
}

const joins = (version: number, more: Partial<Constraint> = {}): Constraint => ({ sameScale: true, joins: true, version, ...more });
const moves = (version: number, more: Partial<Constraint> = {}): Constraint => ({ sameScale: true, version, ...more });
const computes = (version: number, more: Partial<Constraint> = {}): Constraint => ({ version, ...more });
const onto = (scale8: number, zero8: number, scale16: number, more: Partial<Constraint> = {}): Constraint => ({ output: { scale8, zero8, scale16 }, version: 2, ...more });

const { inputWeights, hiddenWeights, biases, hidden, cell, variants } = LSTM_PLACES;
const LSTM: Recurrent = {
  weights: Object.fromEntries([...inputWeights, ...hiddenWeights].map((position) => [position, "int8"])),
  biases: Object.fromEntries(biases.map((position, gate) => [position, [0, inputWeights[gate]!]])),
  states: { [cell]: "power of two" }, hidden, intermediates: true, needed: [...inputWeights, ...hiddenWeights, ...biases], variants,
};
const SVDF: Recurrent = { weights: { 1: "int8", 2: "time" }, biases: { 3: [2, 4] }, states: { 4: "any" }, needed: [], variants: [] };

export const CONSTRAINTS: Readonly<Record<string, Constraint>> = {
  // weights
  CONV_2D: computes(3, { real: [0, 1], weights: { operand: 1, axis: 0 }, bias: { operand: 2, of: [0, 1] }, dynamic: { operands: [1], kernel: true, version: 5 } }),
  DEPTHWISE_CONV_2D: computes(3, { real: [0, 1], weights: { operand: 1, axis: 3 }, bias: { operand: 2, of: [0, 1] }, dynamic: { operands: [1], kernel: true, version: 6 } }),
  FULLY_CONNECTED: computes(4, { real: [0, 1], weights: { operand: 1, axis: 0 }, bias: { operand: 2, of: [0, 1] }, dynamic: { operands: [1], kernel: true, asymmetric: true, version: 9 } }),
  TRANSPOSE_CONV: computes(3, { real: [2, 1], weights: { operand: 1, axis: 0 }, bias: { operand: 3, of: [1, 2] }, dynamic: { operands: [1], kernel: true, version: 3 } }),
  PRELU: computes(1, { weights: { operand: 1, axis: -1 }, only8: true }),
  BATCH_MATMUL: computes(2, { dynamic: { operands: [1], kernel: true, asymmetric: true, version: 4 } }),
  EMBEDDING_LOOKUP: moves(2, { only8: true, table: 1, dynamic: { operands: [1], kernel: true, version: 3 } }),

  // layers with state
  UNIDIRECTIONAL_SEQUENCE_LSTM: computes(1, { recurrent: LSTM, dynamic: { operands: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16], kernel: true, asymmetric: true, whole: true, version: 3 } }),
  SVDF: computes(3, { recurrent: SVDF, only8: true, dynamic: { operands: [1, 2], kernel: true, asymmetric: true, whole: true, version: 4 } }),

  // outputs of a fixed scale
  SOFTMAX: onto(1 / 256, -128, 1 / 32768),
  LOGISTIC: onto(1 / 256, -128, 1 / 32768),
  TANH: onto(1 / 128, 0, 1 / 32768),
  L2_NORMALIZATION: onto(1 / 128, 0, 1 / 32768, { only8: true }),
  LOG_SOFTMAX: onto(16 / 256, 127, 1 / 32768, { only8: true }),

  // values that are only moved or chosen: one scale
  AVERAGE_POOL_2D: moves(2), MAX_POOL_2D: moves(2), RESHAPE: moves(1), SQUEEZE: moves(1), EXPAND_DIMS: moves(1), TRANSPOSE: moves(2),
  CONCATENATION: joins(2), PACK: joins(2), MAXIMUM: joins(2), MINIMUM: joins(2), PAD: moves(2), PADV2: moves(2), MIRROR_PAD: moves(2),
  SLICE: moves(2), STRIDED_SLICE: moves(2), SPLIT: moves(2, { real: [1] }), SPLIT_V: moves(2), UNPACK: moves(1), TILE: moves(3), GATHER: moves(2, { dynamic: { operands: [0] } }), GATHER_ND: moves(3),
  SCATTER_ND: moves(1, { real: [1] }), SELECT: moves(1, { real: [1, 2] }), SELECT_V2: moves(1, { real: [1, 2], only8: true }), FILL: moves(3, { real: [1] }), BROADCAST_TO: moves(3),
  RESIZE_BILINEAR: moves(2), RESIZE_NEAREST_NEIGHBOR: moves(2), SPACE_TO_BATCH_ND: moves(2), BATCH_TO_SPACE_ND: moves(2),
  SPACE_TO_DEPTH: moves(2, { only8: true }), DEPTH_TO_SPACE: moves(2, { only8: true }), REDUCE_MAX: moves(2), REDUCE_MIN: moves(2),
  TOPK_V2: moves(2, { only8: true }), DYNAMIC_UPDATE_SLICE: moves(1, { only8: true }), ADD_N: moves(1, { only8: true, float: true }),

  // all others
  ADD: computes(2), SUB: computes(2), MUL: computes(2), DIV: computes(2, { only8: true }), SQUARED_DIFFERENCE: computes(2), ABS: computes(2), RSQRT: computes(2), SQRT: computes(2),
  EXP: computes(2), LOG: computes(2), GELU: computes(2), HARD_SWISH: computes(1, { only8: true }), LEAKY_RELU: computes(2), RELU: computes(2), RELU6: computes(2),
  RELU_N1_TO_1: computes(1, { only8: true }), RELU_0_TO_1: computes(1, { only8: true }), MEAN: computes(2), SUM: computes(2, { sameScale16: true }), REDUCE_PROD: computes(2),
  REVERSE_V2: moves(3), REVERSE_SEQUENCE: moves(1, { only8: true }), ONE_HOT: computes(1, { only8: true }),
  ARG_MAX: computes(2, { only8: true }), ARG_MIN: computes(2, { only8: true }),
  EQUAL: computes(2, { only8: true }), GREATER: computes(2, { only8: true }), GREATER_EQUAL: computes(2, { only8: true }), LESS: computes(2, { only8: true }), LESS_EQUAL: computes(2, { only8: true }),
  SHAPE: computes(1), RANK: computes(1),
};

/** Scale and zero point that an operator's output has in any case; null where the data decide. */
export function fixedOutput({ output }: Constraint, type: "int8" | "uint8" | "int16"): Parameters | null {
  if (!output) return null;
  if (type === "int16") return perTensor("int16", output.scale16, 0, CODES.int16);
  return perTensor(type, output.scale8, output.zero8 + (type === "uint8" ? 128 : 0), CODES[type]);
}
