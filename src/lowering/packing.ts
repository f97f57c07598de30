import { quantizeMultiplier, type Multiplier } from "./multiplier";

/** The bytes of int32 values, little-endian. */
export function bytesOfInt32(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setInt32(4 * i, values[i]!, true);
  return bytes;
}

/**
 * Weights [channels][depth] -> c4: [ceil(channels / 4)][depth][4], missing channels 0, so that one activation meets four
 * weights side by side.
 */
export function packC4(weights: Int8Array, channels: number, depth: number): Uint8Array {
  const packed = new Uint8Array(4 * Math.ceil(channels / 4) * depth);
  for (let c = 0; c < channels; c++) {
    let to = (c >> 2) * 4 * depth + (c & 3);
    for (let i = c * depth; i < (c + 1) * depth; i++, to += 4) packed[to] = weights[i]!;
  }
  return packed;
}

/**
 * Weights [channels][depth] of up to eight channels -> c8: [depth][8]. 128 is added to every weight, so that all are unsigned bytes; missing
 * channels are 0.
 * @param pairs whether it is [depth / 2][8][2] instead, an odd last term [8]: what a SIMD core's dot product takes (assembly/inner/dot_1x8.ts)
 */
export function packC8(weights: Int8Array, channels: number, depth: number, pairs: boolean): Uint8Array {
  const packed = new Uint8Array(8 * depth), paired = pairs ? depth & ~1 : 0;
  for (let c = 0; c < channels; c++) {
    const row = c * depth;
    for (let i = 0; i < paired; i++) packed[(i >> 1) * 16 + c * 2 + (i & 1)] = weights[row + i]! + 128;
    for (let i = paired; i < depth; i++) packed[i * 8 + c] = weights[row + i]! + 128;
  }
  return packed;
}

/** int4 values, one to a byte -> two to a byte, the even one in the low nibble. */
export function packNibbles(codes: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: (codes.length + 1) >> 1 }, (_, i) => (codes[2 * i]! & 15) | ((codes[2 * i + 1] ?? 0) << 4));
}

/**
 * int4 weights [channels][depth] of up to fifteen channels -> uint64 [depth], 8 added: channel c is the nibble at bit 20 * (c % 3) + 4 * floor(c / 3)
 * (assembly/inner/dot_1x15.ts). Missing channels are 0.
 */
export function packC15(weights: Int8Array, channels: number, depth: number): Uint8Array {
  const packed = new Uint8Array(8 * depth);
  for (let c = 0; c < channels; c++) {
    const bit = 20 * (c % 3) + 4 * Math.floor(c / 3);
    for (let i = 0; i < depth; i++) packed[8 * i + (bit >> 3)]! |= (weights[c * depth + i]! + 8) << (bit & 7);
  }
  return packed;
}

/**
 * Biases with the input offset folded in: sum((x + offset) * w) = sum(x * w) + offset * sum(w).
 * @param bias int32 [channels], or null for none
 * @param weights int8 [channels][depth]
 * @param weightsOffset negated zero point of the weights: adds offset * depth * weightsOffset
 */
export function foldOffset(bias: Int32Array | null, weights: Int8Array, channels: number, depth: number, offset: number, weightsOffset = 0): Int32Array {
  const folded = new Int32Array(channels);
  for (let c = 0; c < channels; c++) {
    let sum = depth * weightsOffset;
    for (let i = c * depth; i < (c + 1) * depth; i++) sum += weights[i]!;
    folded[c] = (bias?.[c] ?? 0) + Math.imul(offset, sum); // wraps as the kernel's int32 sums do
  }
  return folded;
}

/**
 * A tile: what a kernel needs of a few output channels, in one piece. Biases int32 [width], {int32 mantissa, int32 shift} [width]
 * unless one pair serves all channels, then the weights, filled up to whole words so that the next tile's biases are aligned;
 * missing channels are 0.
 * @param bias int32 [width] or fewer
 * @param multipliers as many, or null where one serves all
 */
export function packTile(width: number, bias: Int32Array, multipliers: readonly Multiplier[] | null, weights: Uint8Array): Uint8Array {
  const head = tileHead(width, multipliers === null);
  const tile = new Uint8Array(Math.ceil((head + weights.length) / 4) * 4);
  const view = new DataView(tile.buffer);
  bias.forEach((value, c) => view.setInt32(4 * c, value, true));
  multipliers?.forEach(({ mantissa, shift }, c) => {
    view.setInt32(4 * width + 8 * c, mantissa, true);
    view.setInt32(4 * width + 8 * c + 4, shift, true);
  });
  tile.set(weights, head);
  return tile;
}

/** Bytes of a tile before its weights. */
export function tileHead(width: number, sharedMultiplier: boolean): number {
  return (sharedMultiplier ? 4 : 12) * width;
}

/** Byte arrays one after another. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Whole tiles that fit `sliceBytes`, at least one. */
export function tilesPerSlice(sliceBytes: number, tileBytes: number, tiles: number): number {
  return Math.min(Math.max(Math.floor(sliceBytes / tileBytes), 1), tiles);
}

/** {int32 mantissa, int32 shift}: the multiplier that serves all channels. */
export function packMultiplier({ mantissa, shift }: Multiplier): Uint8Array {
  return bytesOfInt32([mantissa, shift]);
}

/**
 * Multipliers input * weight[c] / output, products and quotients in double, as TFLM does since late 2026.
 * @param legacy whether products are rounded to float32, as TFLite's reference does for uint8 convolutions (kernel_util.cc, GetQuantizedConvolutionMultipler)
 */
export function channelMultipliers(input: number, weights: readonly number[], output: number, legacy = false): Multiplier[] {
  return weights.map((weight) => quantizeMultiplier((legacy ? Math.fround(input * weight) : input * weight) / output));
}
