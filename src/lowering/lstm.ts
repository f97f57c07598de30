// UNIDIRECTIONAL_SEQUENCE_LSTM as the converter makes it of a Keras LSTM: four gates, tanh, no peepholes, projection or layer normalization.
// Source of the semantics: TFLM micro/kernels/unidirectional_sequence_lstm.cc, lstm_eval.h, lstm_eval_common.cc.
import * as abi from "../../assembly/abi/lstm";
import { FULLY_CONNECTED_MASK_HIGH, FULLY_CONNECTED_MASK_LOW } from "../../assembly/abi/fully_connected";
import { bitsOf, elementCount, type Tensor } from "../graph/tensor";
import type { Emitter, Lowering, TypeSignature } from "./lowering";
import { quantizeMultiplier, type Multiplier } from "./multiplier";
import { describe, type Op } from "./op";
import { bytesOfInt32, concatenate, foldOffset, packC8, tilesPerSlice } from "./packing";
import { checkPerTensor, checkRescale, quantizationOf } from "./quantization";
import type { RecordWriter } from "./record";
import { SIGMOID_TABLE } from "./sigmoid_table";
import { checkBias, checkSymmetric, int32Of, int8Of } from "./weights";

/** Operands of one layer by their places in the schema. Gates everywhere in the order input, forget, cell, output. */
export interface Places {
  readonly input: number;
  readonly inputWeights: readonly number[];
  readonly hiddenWeights: readonly number[];
  readonly biases: readonly number[];
  readonly hidden: number;
  readonly cell: number;
  /** What makes variants of the operator. */
  readonly variants: readonly (readonly [string, readonly number[]])[];
  /** The schema's default of time_major. */
  readonly timeMajor: boolean;
}

/** Of UNIDIRECTIONAL_SEQUENCE_LSTM. */
export const LSTM_PLACES: Places = {
  input: 0, inputWeights: [1, 2, 3, 4], hiddenWeights: [5, 6, 7, 8], biases: [12, 13, 14, 15], hidden: 18, cell: 19,
  variants: [["peephole connections", [9, 10, 11]], ["a projection", [16, 17]], ["layer normalization", [20, 21, 22, 23]]],
  timeMajor: false,
};
const OPERANDS = 24;

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

/** What all types have in common: the operands, and how the input and the output are walked through. */
export interface Layer {
  readonly input: Tensor;
  readonly inputWeights: readonly Tensor[];
  readonly hiddenWeights: readonly Tensor[];
  readonly biases: readonly Tensor[];
  readonly hidden: Tensor;
  readonly cell: Tensor;
  readonly batches: number;
  readonly steps: number;
  readonly inputSize: number;
  readonly units: number;
  /** Rows from one step, and from one row of the batch, to the next. */
  readonly stepRows: number;
  readonly batchRows: number;
}

/** Where the results of a layer go. */
export interface Destination {
  readonly output: Tensor;
  /** Elements of a row of the output, and the layer's first one in it. */
  readonly row: number;
  readonly at: number;
  /** Whether the last step comes first. */
  readonly reversed: boolean;
}

export function layerOf(op: Op, places = LSTM_PLACES): Layer {
  const input = op.input(places.input), [first = 0, second = 0, inputSize = 0] = input.shape;
  if (input.shape.length !== 3) op.invalid(`input ${describe(input)} has shape [${input.shape}], not [batch, time, features]`);
  const timeMajor = op.option("timeMajor", places.timeMajor);
  const [batches, steps] = timeMajor ? [second, first] : [first, second];
  const all = (at: readonly number[]) => at.map((i) => op.input(i));
  return {
    input, inputWeights: all(places.inputWeights), hiddenWeights: all(places.hiddenWeights), biases: all(places.biases), hidden: op.input(places.hidden), cell: op.input(places.cell),
    batches, steps, inputSize, units: op.input(places.inputWeights[1]!).shape[0] ?? 0, stepRows: timeMajor ? batches : 1, batchRows: timeMajor ? 1 : steps,
  };
}

/** Refuses what is no plain LSTM, and operands that do not fit one another. */
export function checkLayer(op: Op, places = LSTM_PLACES): Layer {
  for (const [i] of [places.inputWeights, places.hiddenWeights, places.biases] as const)
    if (!op.maybeInput(i!)) op.refuse("the input gate is coupled to the forget gate", "train with tf.keras.layers.LSTM, which has four gates");
  for (const [what, at] of places.variants) if (at.some((i) => op.maybeInput(i))) op.refuse(what, "train with tf.keras.layers.LSTM, which has none");
  const activation = op.option<string>("fusedActivationFunction", "NONE");
  if (activation !== "TANH") op.refuse(`activation ${activation} of the cell gate`, "train with tanh");
  const layer = layerOf(op, places), { input, inputWeights, hiddenWeights, biases, hidden, cell, batches, inputSize, units } = layer;
  if (elementCount(input.shape) === 0 || units === 0) op.invalid(`input ${describe(input)} of shape [${input.shape}] and ${units} units leave nothing to compute`);
  for (const weights of inputWeights) op.expectShape([units, inputSize], weights);
  for (const weights of hiddenWeights) op.expectShape([units, units], weights);
  for (const weights of [...inputWeights, ...hiddenWeights])
    if (!weights.data) op.refuse(`weights ${describe(weights)} are computed while the model runs`, "make them a constant: they are packed before anything runs");
  for (const bias of biases) checkBias(op, bias, units);
  for (const state of [hidden, cell]) {
    if (!state.isVariable) op.invalid(`state ${describe(state)} is no variable`);
    if (elementCount(state.shape) !== batches * units) op.invalid(`state ${describe(state)} has ${elementCount(state.shape)} elements for ${batches} rows of ${units} units`);
  }
  return layer;
}

/** Refuses another number of operands than the operator has. */
export function checkOperands(op: Op, count: number): void {
  if (op.operator.inputs.length !== count) op.refuse(`${op.operator.inputs.length} operands`, `convert with a current converter: it writes ${count}`);
}

/** Refuses what is no plain unidirectional LSTM. */
export function checkPlain(op: Op): Layer {
  checkOperands(op, OPERANDS);
  const layer = checkLayer(op), [first, second] = layer.input.shape as [number, number];
  op.expectShape([first, second, layer.units]);
  return layer;
}

export const macsOf = ({ batches, steps, inputSize, units }: Layer): number => 4 * batches * steps * units * (inputSize + units);

export const lstmMacs = (op: Op): number => macsOf(layerOf(op));

/** All of the output, forwards. */
export const plainDestination = (op: Op): Destination => ({ output: op.output(), row: layerOf(op).units, at: 0, reversed: false });

/** What the records of all kernels begin with. @param input as the kernel reads it: of the layer's input's shape */
export function fillLayer(r: RecordWriter, layer: Layer, { output, row, at, reversed }: Destination, input = layer.input): void {
  const { batches, steps, inputSize, units, stepRows, batchRows, hidden, cell } = layer;
  const inputBytes = (inputSize * bitsOf(input.type)!) / 8, bytes = bitsOf(output.type)! / 8, rowBytes = row * bytes;
  const first = reversed ? (steps - 1) * stepRows : 0, step = reversed ? -stepRows : stepRows;
  r.input(abi.LSTM_INPUT, input, first * inputBytes);
  r.output(abi.LSTM_OUTPUT, output, first * rowBytes + at * bytes);
  r.output(abi.LSTM_HIDDEN, hidden);
  r.output(abi.LSTM_CELL, cell);
  r.i32s(abi.LSTM_BATCHES, [batches, steps, inputSize, units, step * inputBytes, batchRows * inputBytes, step * rowBytes, batchRows * rowBytes]);
}

/** Refuses scales and zero points that the quantized kernels have no meaning for. */
function checkQuantized(op: Op): void {
  const { input, inputWeights, hiddenWeights, hidden, cell } = checkPlain(op);
  checkPerTensor(op, input, hidden, cell, op.output());
  for (const weights of [...inputWeights, ...hiddenWeights]) {
    checkPerTensor(op, weights);
    checkSymmetric(op, weights);
  }
  const power = Math.log2(quantizationOf(cell).scale);
  if (Math.abs(power - Math.round(power)) >= 1e-3) op.refuse(`the cell's scale ${quantizationOf(cell).scale} is no power of two`, "convert again: the format asks for one");
  if (Math.round(power) > 2 || Math.round(power) < -42) op.refuse(`the cell's scale is 2^${Math.round(power)}`, "quantize again with data that reaches the cell");
  const { inputToCell, toHidden, gates } = scalesOf(layerOf(op));
  for (const factor of [inputToCell, toHidden]) checkRescale(op, factor);
  for (const gate of gates) for (const factor of gate) checkRescale(op, factor);
  if (input.type === "int16") {
    for (const tensor of [input, hidden, op.output()]) if (quantizationOf(tensor).zeroPoint !== 0) op.invalid(`${describe(tensor)} is int16 with a zero point`);
    for (const gate of gates) for (const factor of gate) if (!(factor < 2 ** 7)) op.refuse(`its sums are rescaled by ${factor}, 2^7 or more`, "quantize again: the scales of the input or of the weights are far too large");
  }
}

/** Real factors of all rescalings, in double. */
function scalesOf({ input, inputWeights, hiddenWeights, hidden, cell }: Layer) {
  const scale = (tensor: Tensor) => quantizationOf(tensor).scale;
  const gates = inputWeights.map((weights, gate) => [(scale(input) * scale(weights)) / GATE_SCALE, (scale(hidden) * scale(hiddenWeights[gate]!)) / GATE_SCALE] as const);
  return { gates, forgetToCell: SIGMOID_SCALE, inputToCell: SIGMOID_SCALE ** 2 / scale(cell), toHidden: SIGMOID_SCALE ** 2 / scale(hidden) };
}

function emitQuantized(op: Op, emit: Emitter, kernel: string, tiles: readonly Uint8Array[], fill: (r: RecordWriter) => void): void {
  const layer = layerOf(op);
  const { gates, forgetToCell, inputToCell, toHidden } = scalesOf(layer);
  const cellScale = quantizationOf(layer.cell).scale, power = Math.round(Math.log2(cellScale));
  const clip = op.option("cellClip", 0);
  const perSlice = tilesPerSlice(emit.target.sliceBytes, tiles[0]!.length, tiles.length);
  const scale = (r: RecordWriter, at: number, factor: number) => {
    const { mantissa, shift }: Multiplier = quantizeMultiplier(factor);
    r.i32s(at, [mantissa, shift]);
  };
  emit.step(kernel, abi.LSTM_SIZE, (r) => {
    fillLayer(r, layer, plainDestination(op));
    fill(r);
    r.slices(abi.LSTM_TILES, abi.LSTM_BUFFER, concatenate(tiles), perSlice * tiles[0]!.length);
    r.i32(abi.LSTM_SLICE_TILES, perSlice);
    r.constant(abi.LSTM_SIGMOID, SIGMOID_TABLE);
    r.i32(abi.LSTM_CLIP, clip > 0 ? Math.trunc(Math.min(clip / cellScale, 32767)) : -1);
    gates.flat().forEach((factor, i) => scale(r, abi.LSTM_GATES + 8 * i, factor));
    scale(r, abi.LSTM_FORGET_TO_CELL, forgetToCell);
    scale(r, abi.LSTM_INPUT_TO_CELL, inputToCell);
    scale(r, abi.LSTM_TO_HIDDEN, toHidden);
    r.i32(abi.LSTM_OUTPUT_OFFSET, quantizationOf(layer.hidden).zeroPoint);
    r.i32(abi.LSTM_CELL_MULTIPLIER, 3 * 2 ** Math.max(power + 12, 0));
    r.i32(abi.LSTM_CELL_SHIFT, Math.max(-12 - power, 0));
  });
}

/** The rows of four gates for one unit, one after another, input weights and hidden weights apart. */
function unitRows(gates: readonly Tensor[], unit: number): Int8Array[] {
  return gates.map((weights) => {
    const depth = weights.shape[1]!;
    return int8Of(weights).subarray(unit * depth, (unit + 1) * depth);
  });
}

const join = (rows: readonly Int8Array[]): Int8Array => Int8Array.from(rows.flatMap((row) => [...row]));

/** @returns the biases of two units' eight channels, and their weights */
function tileOf(emit: Emitter, first: number, { units, inputSize, input: x, hidden: h, inputWeights, hiddenWeights, biases }: Layer): Uint8Array {
  const tileUnits = Array.from({ length: Math.min(abi.LSTM_TILE_UNITS, units - first) }, (_, i) => first + i);
  const channels = 4 * tileUnits.length;
  const part = (gates: readonly Tensor[], depth: number, zeroPoint: number, bias: Int32Array | null) => {
    const weights = join(tileUnits.flatMap((unit) => unitRows(gates, unit)));
    const folded = foldOffset(bias, weights, channels, depth, -zeroPoint);
    return { bias: bytesOfInt32(Int32Array.from({ length: 8 }, (_, c) => folded[c] ?? 0)), packed: packC8(weights, channels, depth, emit.target.core !== "mcu") };
  };
  const bias = Int32Array.from(tileUnits.flatMap((unit) => biases.map((gate) => int32Of(gate)![unit]!)));
  const input = part(inputWeights, inputSize, quantizationOf(x).zeroPoint, bias);
  const hidden = part(hiddenWeights, units, quantizationOf(h).zeroPoint, null);
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
    const tiles = Array.from({ length: Math.ceil(layer.units / abi.LSTM_TILE_UNITS) }, (_, i) => tileOf(emit, i * abi.LSTM_TILE_UNITS, layer));
    emitQuantized(op, emit, "lstm", tiles, (r) => {
      r.scratch(abi.LSTM_SUMS, 64);
      r.i32s(abi.LSTM_MASK, [FULLY_CONNECTED_MASK_LOW, FULLY_CONNECTED_MASK_HIGH]);
    });
  },
};

/** Biases int64 of four gates, then their rows, input part first. */
function tileOf16x8({ inputWeights, hiddenWeights, biases }: Layer, unit: number): Uint8Array {
  const rows = unitRows(inputWeights, unit).flatMap((row, gate) => [row, ...unitRows([hiddenWeights[gate]!], unit)]);
  const weights = join(rows), tile = new Uint8Array((32 + weights.length + 7) & ~7);
  biases.forEach((bias, gate) => tile.set(bias.data!.subarray(8 * unit, 8 * unit + 8), 8 * gate));
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
    const layer = layerOf(op);
    emitQuantized(op, emit, "lstm_16x8", Array.from({ length: layer.units }, (_, unit) => tileOf16x8(layer, unit)), () => {});
  },
};

export const LSTM: readonly Lowering[] = [int8, int16x8];
