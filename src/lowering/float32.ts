// What lowerings of float32 share: constants, and weights in tiles.
import { elementCount, type Tensor } from "../graph/tensor";
import { describe, type Op } from "./op";

/** Values of a float32 constant, wherever its bytes lie. */
export function float32Of(tensor: Tensor): Float32Array {
  const { buffer, byteOffset, byteLength } = tensor.data!;
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
}

/** Refuses weights that are computed, and a bias that is, or that is not one value per channel. */
export function checkFloat32Weights(op: Op, weights: Tensor, bias: Tensor | null, channels: number): void {
  if (!weights.data) op.refuse(`weights ${describe(weights)} are computed while the model runs`, "make them a constant: they are packed before anything runs");
  checkFloat32Bias(op, bias, channels);
}

/** Refuses a bias that is computed, or that is not one value per channel. */
export function checkFloat32Bias(op: Op, bias: Tensor | null, channels: number): void {
  if (!bias) return;
  if (!bias.data) op.refuse(`bias ${describe(bias)} is computed while the model runs`, "make it a constant, or an ADD behind the operator");
  if (elementCount(bias.shape) !== channels) op.invalid(`bias ${describe(bias)} has ${elementCount(bias.shape)} elements for ${channels} channels`);
}

/** Biases, 0 where there are none. */
export function float32Bias(bias: Tensor | null, channels: number): Float32Array {
  return bias ? float32Of(bias) : new Float32Array(channels);
}

/**
 * Weights [channels][depth] in tiles of four channels: bias [4], weights [depth][4]; missing channels are 0.
 * @param groups each of which begins a tile
 */
export function packFloat32(weights: Float32Array, bias: Float32Array, depth: number, groups = 1): { tiles: Uint8Array; tileBytes: number } {
  const perGroup = bias.length / groups, tilesPerGroup = Math.ceil(perGroup / 4), tile = 4 * (1 + depth);
  const packed = new Float32Array(groups * tilesPerGroup * tile);
  for (let channel = 0; channel < bias.length; channel++) {
    const group = Math.floor(channel / perGroup), c = channel - group * perGroup;
    const at = (group * tilesPerGroup + (c >> 2)) * tile + (c & 3);
    packed[at] = bias[channel]!;
    for (let i = 0; i < depth; i++) packed[at + 4 * (1 + i)] = weights[channel * depth + i]!;
  }
  return { tiles: new Uint8Array(packed.buffer), tileBytes: 4 * tile };
}
