// UNIDIRECTIONAL_SEQUENCE_LSTM as the converter makes it of a Keras LSTM: four gates, tanh, no peepholes, projection or layer normalization.
// Source of the semantics: TFLM micro/kernels/unidirectional_sequence_lstm.cc, lstm_eval.h, lstm_eval_common.cc.
import * as abi from "../../assembly/abi/lstm";
import { FULLY_CONNECTED_MASK_HIGH, FULLY_CONNECTED_MASK_LOW } from "../../assembly/abi/fully_connected";
import { bitsOf, elementCount } from "../graph/tensor";
import type { Emitter, Lowering, TypeSignature } from "./lowering";
import { quantizeMultiplier, type Multiplier } from "./multiplier";
import { describe, type Op } from "./op";
import { bytesOfInt32, concatenate, foldOffset, packC8, tilesPerSlice } from "./packing";
import { checkPerTensor, checkRescale, quantizationOf } from "./quantization";
import type { RecordWriter } from "./record";
import { SIGMOID_TABLE } from "./sigmoid_table";
import { checkBias, checkSymmetric, int32Of, int8Of } from "./weights";

/** Operands by their places in the schema. Gates everywhere in the order input, forget, cell, output. */
export const INPUT_WEIGHTS = [1, 2, 3, 4], HIDDEN_WEIGHTS = [5, 6, 7, 8], BIASES = [12, 13, 14, 15];
const HIDDEN = 18, CELL = 19, OPERANDS = 24;
/** What makes variants of the operator, by place. */
const VARIANTS: readonly (readonly [string, readonly number[]])[] = [["peephole connections", [9, 10, 11]], ["a projection", [16, 17]], ["layer normalization", [20, 21, 22, 23]]];

/** What is covered, in words. */
export const PLAIN = "batch- and time-major; cell_clip; no peepholes, projection, coupled gates or layer normalization";

const GATE_SCALE = 2 ** -12, SIGMOID_SCALE = 2 ** -15;

export function signature(activation: string, weights: string, bias: string, cell: string): TypeSignature {
  const any = (n: number) => Array<string>(n).fill("any?"), coupled = (type: string, n: number) => [`${type}?`, ...Array<string>(n).fill(type)];
  return {
    inputs: [activation, ...coupled(weights, 3), ...coupled(weights, 3), ...any(3), ...coupled(bias, 3), ...any(2), activation, cell, ...any(4)],
    outputs: [activation],
  };
}

/** What all types have in common. */
export interface Layer {
  readonly batches: number;
  readonly steps: number;
  readonly inputSize: number;
  readonly units: number;
  /** Elements from one step, and from one row of the batch, to the next, over the size of a row. */
  readonly stepRows: number;
  readonly batchRows: number;
}

export function layerOf(op: Op): Layer {
  const input = op.input(0), [first = 0, second = 0, inputSize = 0] = input.shape;
  if (input.shape.length !== 3) op.invalid(`input ${describe(input)} has shape [${input.shape}], not [batch, time, features]`);
  const timeMajor = op.option("timeMajor", false);
  const [batches, steps] = timeMajor ? [second, first] : [first, second];
  return { batches, steps, inputSize, units: op.input(2).shape[0] ?? 0, stepRows: timeMajor ? batches : 1, batchRows: timeMajor ? 1 : steps };
}

/** Refuses what is no plain LSTM, and operands that do not fit one another. */
export function checkLayer(op: Op): void {
  if (op.operator.inputs.length !== OPERANDS) op.refuse(`${op.operator.inputs.length} operands`, `convert with a current converter: it writes ${OPERANDS}`);
  if (!op.maybeInput(1) || !op.maybeInput(5) || !op.maybeInput(12)) op.refuse("the input gate is coupled to the forget gate", "train with tf.keras.layers.LSTM, which has four gates");
  for (const [what, places] of VARIANTS) if (places.some((i) => op.maybeInput(i))) op.refuse(what, "train with tf.keras.layers.LSTM, which has none");
  const activation = op.option<string>("fusedActivationFunction", "NONE");
  if (activation !== "TANH") op.refuse(`activation ${activation} of the cell gate`, "train with tanh");
  const { batches, inputSize, units } = layerOf(op);
  const expect = (i: number, shape: readonly number[]) => op.expectShape(shape, op.input(i));
  for (const i of INPUT_WEIGHTS) expect(i, [units, inputSize]);
  for (const i of HIDDEN_WEIGHTS) expect(i, [units, units]);
  for (const i of [...INPUT_WEIGHTS, ...HIDDEN_WEIGHTS])
    if (!op.input(i).data) op.refuse(`weights ${describe(op.input(i))} are computed while the model runs`, "make them a constant: they are packed before anything runs");
  for (const i of BIASES) checkBias(op, op.input(i), units);
  for (const i of [HIDDEN, CELL]) {
    const state = op.input(i);
    if (!state.isVariable) op.invalid(`state ${describe(state)} is no variable`);
    if (elementCount(state.shape) !== batches * units) op.invalid(`state ${describe(state)} has ${elementCount(state.shape)} elements for ${batches} rows of ${units} units`);
  }
  const [first, second] = op.input(0).shape as [number, number];
  op.expectShape([first, second, units]);
}

export const lstmMacs = (op: Op): number => {
  const { batches, steps, inputSize, units } = layerOf(op);
  return 4 * batches * steps * units * (inputSize + units);
};

/** What the records of all three kernels begin with. */
export function fillLayer(op: Op, r: RecordWriter, { batches, steps, inputSize, units, stepRows, batchRows }: Layer): void {
  const bytes = bitsOf(op.input(0).type)! / 8;
  r.input(abi.LSTM_INPUT, op.input(0));
  r.output(abi.LSTM_OUTPUT, op.output());
  r.output(abi.LSTM_HIDDEN, op.input(HIDDEN));
  r.output(abi.LSTM_CELL, op.input(CELL));
  r.i32s(abi.LSTM_BATCHES, [batches, steps, inputSize, units, stepRows * inputSize * bytes, batchRows * inputSize * bytes, stepRows * units * bytes, batchRows * units * bytes]);
}

/** Refuses scales and zero points that the quantized kernels have no meaning for. */
function checkQuantized(op: Op): void {
  checkLayer(op);
  const hidden = op.input(HIDDEN), cell = op.input(CELL);
  checkPerTensor(op, op.input(0), hidden, cell, op.output());
  for (const i of [...INPUT_WEIGHTS, ...HIDDEN_WEIGHTS]) {
    checkPerTensor(op, op.input(i));
    checkSymmetric(op, op.input(i));
  }
  const power = Math.log2(quantizationOf(cell).scale);
  if (Math.abs(power - Math.round(power)) >= 1e-3) op.refuse(`the cell's scale ${quantizationOf(cell).scale} is no power of two`, "convert again: the format asks for one");
  if (Math.round(power) > 2 || Math.round(power) < -42) op.refuse(`the cell's scale is 2^${Math.round(power)}`, "quantize again with data that reaches the cell");
  const { inputToCell, toHidden, gates } = scalesOf(op);
  for (const factor of [inputToCell, toHidden]) checkRescale(op, factor);
  for (const gate of gates) for (const factor of gate) checkRescale(op, factor);
  if (op.input(0).type === "int16") {
    for (const tensor of [op.input(0), hidden, op.output()]) if (quantizationOf(tensor).zeroPoint !== 0) op.invalid(`${describe(tensor)} is int16 with a zero point`);
    for (const gate of gates) for (const factor of gate) if (!(factor < 2 ** 7)) op.refuse(`its sums are rescaled by ${factor}, 2^7 or more`, "quantize again: the scales of the input or of the weights are far too large");
  }
}

/** Real factors of all rescalings, in double. */
function scalesOf(op: Op) {
  const scale = (i: number) => quantizationOf(op.input(i)).scale;
  const gates = INPUT_WEIGHTS.map((weights, gate) => [(scale(0) * scale(weights)) / GATE_SCALE, (scale(HIDDEN) * scale(HIDDEN_WEIGHTS[gate]!)) / GATE_SCALE] as const);
  return { gates, forgetToCell: SIGMOID_SCALE, inputToCell: SIGMOID_SCALE ** 2 / scale(CELL), toHidden: SIGMOID_SCALE ** 2 / scale(HIDDEN) };
}

function emitQuantized(op: Op, emit: Emitter, kernel: string, tiles: readonly Uint8Array[], fill: (r: RecordWriter) => void): void {
  const layer = layerOf(op);
  const { gates, forgetToCell, inputToCell, toHidden } = scalesOf(op);
  const cellScale = quantizationOf(op.input(CELL)).scale, power = Math.round(Math.log2(cellScale));
  const clip = op.option("cellClip", 0);
  const perSlice = tilesPerSlice(emit.target.sliceBytes, tiles[0]!.length, tiles.length);
  const scale = (r: RecordWriter, at: number, factor: number) => {
    const { mantissa, shift }: Multiplier = quantizeMultiplier(factor);
    r.i32s(at, [mantissa, shift]);
  };
  emit.step(kernel, abi.LSTM_SIZE, (r) => {
    fillLayer(op, r, layer);
    fill(r);
    r.slices(abi.LSTM_TILES, abi.LSTM_BUFFER, concatenate(tiles), perSlice * tiles[0]!.length);
    r.i32(abi.LSTM_SLICE_TILES, perSlice);
    r.constant(abi.LSTM_SIGMOID, SIGMOID_TABLE);
    r.i32(abi.LSTM_CLIP, clip > 0 ? Math.trunc(Math.min(clip / cellScale, 32767)) : -1);
    gates.flat().forEach((factor, i) => scale(r, abi.LSTM_GATES + 8 * i, factor));
    scale(r, abi.LSTM_FORGET_TO_CELL, forgetToCell);
    scale(r, abi.LSTM_INPUT_TO_CELL, inputToCell);
    scale(r, abi.LSTM_TO_HIDDEN, toHidden);
    r.i32(abi.LSTM_OUTPUT_OFFSET, quantizationOf(op.input(HIDDEN)).zeroPoint);
    r.i32(abi.LSTM_CELL_MULTIPLIER, 3 * 2 ** Math.max(power + 12, 0));
    r.i32(abi.LSTM_CELL_SHIFT, Math.max(-12 - power, 0));
  });
}

/** The rows of four gates for one unit, one after another, input weights and hidden weights apart. */
function unitRows(op: Op, places: readonly number[], unit: number): Int8Array[] {
  return places.map((i) => {
    const weights = op.input(i), depth = weights.shape[1]!;
    return int8Of(weights).subarray(unit * depth, (unit + 1) * depth);
  });
}

const join = (rows: readonly Int8Array[]): Int8Array => Int8Array.from(rows.flatMap((row) => [...row]));

/** @returns the biases of two units' eight channels, and their weights */
function tileOf(op: Op, emit: Emitter, first: number, { units, inputSize }: Layer): Uint8Array {
  const tileUnits = Array.from({ length: Math.min(abi.LSTM_TILE_UNITS, units - first) }, (_, i) => first + i);
  const channels = 4 * tileUnits.length;
  const part = (places: readonly number[], depth: number, zeroPoint: number, bias: Int32Array | null) => {
    const weights = join(tileUnits.flatMap((unit) => unitRows(op, places, unit)));
    const folded = foldOffset(bias, weights, channels, depth, -zeroPoint);
    return { bias: bytesOfInt32(Int32Array.from({ length: 8 }, (_, c) => folded[c] ?? 0)), packed: packC8(weights, channels, depth, emit.target.core !== "mcu") };
  };
  const bias = Int32Array.from(tileUnits.flatMap((unit) => BIASES.map((i) => int32Of(op.input(i))![unit]!)));
  const input = part(INPUT_WEIGHTS, inputSize, quantizationOf(op.input(0)).zeroPoint, bias);
  const hidden = part(HIDDEN_WEIGHTS, units, quantizationOf(op.input(HIDDEN)).zeroPoint, null);
  return concatenate([input.bias, hidden.bias, input.packed, hidden.packed]);
}

const int8: Lowering = {
  operator: "UNIDIRECTIONAL_SEQUENCE_LSTM",
  signatures: [signature("int8", "int8", "int32", "int16")],
  options: `${PLAIN}; the output is a copy of the hidden state, whatever its own scale`,
  check: checkQuantized,
  macs: lstmMacs,
  lower(op, emit) {
    const layer = layerOf(op);
    const tiles = Array.from({ length: Math.ceil(layer.units / abi.LSTM_TILE_UNITS) }, (_, i) => tileOf(op, emit, i * abi.LSTM_TILE_UNITS, layer));
    emitQuantized(op, emit, "lstm", tiles, (r) => {
      r.scratch(abi.LSTM_SUMS, 64);
      r.i32s(abi.LSTM_MASK, [FULLY_CONNECTED_MASK_LOW, FULLY_CONNECTED_MASK_HIGH]);
    });
  },
};

/** Biases int64 of four gates, then their rows, input part first. */
function tileOf16x8(op: Op, unit: number): Uint8Array {
  const rows = unitRows(op, INPUT_WEIGHTS, unit).flatMap((row, gate) => [row, unitRows(op, [HIDDEN_WEIGHTS[gate]!], unit)[0]!]);
  const weights = join(rows), tile = new Uint8Array((32 + weights.length + 7) & ~7);
  BIASES.forEach((i, gate) => tile.set(op.input(i).data!.subarray(8 * unit, 8 * unit + 8), 8 * gate));
  tile.set(new Uint8Array(weights.buffer), 32);
  return tile;
}

const int16x8: Lowering = {
  operator: "UNIDIRECTIONAL_SEQUENCE_LSTM",
  signatures: [signature("int16", "int8", "int64", "int16")],
  options: int8.options,
  check: checkQuantized,
  macs: lstmMacs,
  lower(op, emit) {
    emitQuantized(op, emit, "lstm_16x8", Array.from({ length: layerOf(op).units }, (_, unit) => tileOf16x8(op, unit)), () => {});
  },
};

export const LSTM: readonly Lowering[] = [int8, int16x8];
