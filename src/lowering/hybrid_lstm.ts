// UNIDIRECTIONAL_SEQUENCE_LSTM of float32 activations and int8 weights (assembly/kernels/lstm_hybrid.ts). TFLM reads such weights as float32.
import * as abi from "../../assembly/abi/lstm";
import { elementCount } from "../graph/tensor";
import type { Emitter, Lowering } from "./lowering";
import { checkPlain, fillLayer, layerOf, lstmMacs, PLAIN, plainDestination, signature, type Destination, type Layer } from "./lstm";
import type { Op } from "./op";
import { tilesPerSlice } from "./packing";
import { checkPerTensor, quantizationOf } from "./quantization";
import { emitQuantizedRows } from "./quantized_rows";
import { checkSymmetric, int8Of } from "./weights";

/** Refuses weights that have no one scale each. */
export function checkHybridLayer(op: Op, { inputWeights, hiddenWeights }: Layer): void {
  for (const weights of [...inputWeights, ...hiddenWeights]) {
    checkPerTensor(op, weights);
    checkSymmetric(op, weights);
  }
}

/** Tiles of one unit: bias float32 [4], input weights [inputSize][4], hidden weights [units][4], four gates side by side. */
function packTiles({ inputSize, units, inputWeights, hiddenWeights, biases }: Layer, tileBytes: number): Uint8Array {
  const tiles = new Uint8Array(units * tileBytes), parts = [[inputWeights.map(int8Of), inputSize], [hiddenWeights.map(int8Of), units]] as const;
  for (let unit = 0; unit < units; unit++) {
    let at = unit * tileBytes;
    for (const { data } of biases) {
      tiles.set(data!.subarray(4 * unit, 4 * unit + 4), at);
      at += 4;
    }
    for (const [gates, depth] of parts) for (let i = 0; i < depth; i++) for (const weights of gates) tiles[at++] = weights[unit * depth + i]!;
  }
  return tiles;
}

export function emitHybridLayer(op: Op, emit: Emitter, layer: Layer, destination: Destination): void {
  const { input, inputSize, units, batches, steps, stepRows, batchRows, inputWeights, hiddenWeights } = layer;
  const asymmetric = op.option("asymmetricQuantizeInputs", false);
  const { codes, ranges } = emitQuantizedRows(emit, input, asymmetric, { rows: elementCount(input.shape) / inputSize, depth: inputSize });
  const tileBytes = 16 + 4 * (inputSize + units), perSlice = tilesPerSlice(emit.target.sliceBytes, tileBytes, units);
  emit.step("lstm_hybrid", abi.LSTM_SIZE, (r) => {
    fillLayer(r, layer, destination, codes);
    r.input(abi.LSTM_RANGES, ranges, destination.reversed ? 8 * (steps - 1) * stepRows : 0);
    r.i32s(abi.LSTM_RANGE_STEP, [destination.reversed ? -8 * stepRows : 8 * stepRows, 8 * batchRows, Number(asymmetric)]);
    r.slices(abi.LSTM_TILES, abi.LSTM_BUFFER, packTiles(layer, tileBytes), perSlice * tileBytes);
    r.i32(abi.LSTM_SLICE_TILES, perSlice);
    r.scratch(abi.LSTM_SUMS, abi.LSTM_HYBRID_RANGES + batches * (8 + units));
    r.f32(abi.LSTM_CLIP, op.option("cellClip", 0));
    inputWeights.forEach((weights, gate) => [weights, hiddenWeights[gate]!].forEach((tensor, i) => r.f32(abi.LSTM_SCALES + 8 * gate + 4 * i, quantizationOf(tensor).scale)));
  });
}

const hybrid: Lowering = {
  operator: "UNIDIRECTIONAL_SEQUENCE_LSTM",
  signatures: [signature("float32", "int8", "float32", "float32")],
  options: `${PLAIN}; one range per row of the input and of the hidden state, symmetric or, with asymmetric_quantize_inputs, asymmetric; own exp and tanh`,
  check: (op) => checkHybridLayer(op, checkPlain(op)),
  macs: lstmMacs,
  lower: (op, emit) => emitHybridLayer(op, emit, layerOf(op), plainDestination(op)),
};

export const HYBRID_LSTM: readonly Lowering[] = [hybrid];
