// UNIDIRECTIONAL_SEQUENCE_LSTM, float32 (assembly/kernels/lstm_float32.ts).
import * as abi from "../../assembly/abi/lstm";
import type { Tensor } from "../graph/tensor";
import { float32Of } from "./float32";
import type { Emitter, Lowering } from "./lowering";
import { checkPlain, fillLayer, layerOf, lstmMacs, PLAIN, plainDestination, signature, type Destination, type Layer } from "./lstm";
import type { Op } from "./op";
import { tilesPerSlice } from "./packing";

/** Tiles of one unit: bias [4], input weights [inputSize][4], hidden weights [units][4], four gates side by side. */
function packTiles({ inputSize, units, inputWeights, hiddenWeights, biases }: Layer): Uint8Array {
  const values = (gates: readonly Tensor[]) => gates.map(float32Of);
  const bias = values(biases), parts = [[values(inputWeights), inputSize], [values(hiddenWeights), units]] as const;
  const tiles = new Float32Array(units * 4 * (1 + inputSize + units));
  let at = 0;
  for (let unit = 0; unit < units; unit++) {
    for (const gate of bias) tiles[at++] = gate[unit]!;
    for (const [gates, depth] of parts) for (let i = 0; i < depth; i++) for (const weights of gates) tiles[at++] = weights[unit * depth + i]!;
  }
  return new Uint8Array(tiles.buffer);
}

export function emitFloat32Layer(op: Op, emit: Emitter, layer: Layer, destination: Destination): void {
  const { inputSize, units } = layer;
  const tiles = packTiles(layer), tileBytes = 16 * (1 + inputSize + units), perSlice = tilesPerSlice(emit.target.sliceBytes, tileBytes, units);
  emit.step("lstm_float32", abi.LSTM_SIZE, (r) => {
    fillLayer(r, layer, destination);
    r.slices(abi.LSTM_TILES, abi.LSTM_BUFFER, tiles, perSlice * tileBytes);
    r.i32(abi.LSTM_SLICE_TILES, perSlice);
    r.f32(abi.LSTM_CLIP, op.option("cellClip", 0));
  });
}

const float32: Lowering = {
  operator: "UNIDIRECTIONAL_SEQUENCE_LSTM",
  signatures: [signature("float32", "float32", "float32", "float32")],
  options: `${PLAIN}; own exp and tanh`,
  check: (op) => void checkPlain(op),
  macs: lstmMacs,
  lower: (op, emit) => emitFloat32Layer(op, emit, layerOf(op), plainDestination(op)),
};

export const FLOAT32_LSTM: readonly Lowering[] = [float32];
