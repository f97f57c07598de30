// UNIDIRECTIONAL_SEQUENCE_LSTM, float32 (assembly/kernels/lstm_float32.ts).
import * as abi from "../../assembly/abi/lstm";
import { float32Of } from "./float32";
import type { Lowering } from "./lowering";
import { BIASES, checkLayer, fillLayer, HIDDEN_WEIGHTS, INPUT_WEIGHTS, layerOf, lstmMacs, PLAIN, signature, type Layer } from "./lstm";
import type { Op } from "./op";
import { tilesPerSlice } from "./packing";

/** Tiles of one unit: bias [4], input weights [inputSize][4], hidden weights [units][4], four gates side by side. */
function packTiles(op: Op, { inputSize, units }: Layer): Uint8Array {
  const values = (places: readonly number[]) => places.map((i) => float32Of(op.input(i)));
  const biases = values(BIASES), parts = [[values(INPUT_WEIGHTS), inputSize], [values(HIDDEN_WEIGHTS), units]] as const;
  const tiles = new Float32Array(units * 4 * (1 + inputSize + units));
  let at = 0;
  for (let unit = 0; unit < units; unit++) {
    for (const bias of biases) tiles[at++] = bias[unit]!;
    for (const [gates, depth] of parts) for (let i = 0; i < depth; i++) for (const weights of gates) tiles[at++] = weights[unit * depth + i]!;
  }
  return new Uint8Array(tiles.buffer);
}

const float32: Lowering = {
  operator: "UNIDIRECTIONAL_SEQUENCE_LSTM",
  signatures: [signature("float32", "float32", "float32", "float32")],
  options: `${PLAIN}; own exp and tanh`,
  check: checkLayer,
  macs: lstmMacs,
  lower(op, emit) {
    const layer = layerOf(op), { inputSize, units } = layer;
    const tiles = packTiles(op, layer), tileBytes = 16 * (1 + inputSize + units), perSlice = tilesPerSlice(emit.target.sliceBytes, tileBytes, units);
    emit.step("lstm_float32", abi.LSTM_SIZE, (r) => {
      fillLayer(op, r, layer);
      r.slices(abi.LSTM_TILES, abi.LSTM_BUFFER, tiles, perSlice * tileBytes);
      r.i32(abi.LSTM_SLICE_TILES, perSlice);
      r.f32(abi.LSTM_CLIP, op.option("cellClip", 0));
    });
  },
};

export const FLOAT32_LSTM: readonly Lowering[] = [float32];
