// CONV_2D in blocks of four pixels and eight channels for SIMD cores (assembly/simd/conv_2d_v128.ts).
import * as abi from "../../assembly/abi/conv_2d_v128";
import type { Conv2d } from "./conv_2d";
import type { Form } from "./form";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { packRescaleV128, type RescaleV128 } from "./rescale_v128";
import { writeWindow } from "./window";

/** Of every channel the largest magnitude of the sum of its products, whatever the activations, and of its weights. @param weights [channels][depth] */
export function magnitudes(weights: Int8Array, weightsOffset: number, channels: number): { products: Float64Array; largest: Float64Array } {
  const depth = weights.length / channels, products = new Float64Array(channels), largest = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    let sum = 0, most = 0;
    for (let i = c * depth, end = i + depth; i < end; i++) {
      const magnitude = Math.abs(weights[i]! + weightsOffset);
      sum += magnitude;
      if (magnitude > most) most = magnitude;
    }
    products[c] = 128 * sum;
    largest[c] = most;
  }
  return { products, largest };
}

/** Tiles of eight channels, group by group. */
function packTiles({ weights, weightsOffset, depth, outC, groups }: Conv2d, { blocks, factors }: RescaleV128): Uint8Array {
  const groupOut = outC / groups, weightsBytes = ((depth + 1) >> 1) * 32, tileBytes = abi.CONV_2D_V128_WEIGHTS + weightsBytes;
  const packed = new Uint8Array(blocks.length * tileBytes), codes = new Int16Array(packed.buffer);
  let c = 0;
  blocks.forEach((block, tile) => {
    packed.set(block, tile * tileBytes);
    const at = (tile * tileBytes + abi.CONV_2D_V128_WEIGHTS) / 2;
    for (let lane = 0, end = groupOut * (Math.floor(c / groupOut) + 1); lane < 8 && c < end; lane++, c++)
      for (let i = 0, from = c * depth; i < depth; i++) codes[at + (i >> 1) * 16 + lane * 2 + (i & 1)] = (weights[from + i]! + weightsOffset) * factors[c]!;
  });
  return packed;
}

function rescaling(conv: Conv2d): RescaleV128 | null {
  const { weights, weightsOffset, outC, groups } = conv;
  if (groups > 1 && (outC / groups) % 8 !== 0) return null;
  const { products, largest } = magnitudes(weights, weightsOffset, outC);
  return packRescaleV128(conv, products, largest);
}

function emitV128(op: Op, emit: Emitter, conv: Conv2d): void {
  const { batches, inC, outC, groups, groupC, depth, y, x } = conv;
  const rescale = rescaling(conv)!;
  const inPlace = y.kernel === 1 && x.kernel === 1 && y.stride === 1 && x.stride === 1;
  emit.step("conv_2d_v128", abi.CONV_2D_V128_SIZE, (r) => {
    r.input(abi.CONV_2D_V128_INPUT, op.input(0));
    r.constant(abi.CONV_2D_V128_TILES, packTiles(conv, rescale));
    r.output(abi.CONV_2D_V128_OUTPUT, op.output());
    r.scratch(abi.CONV_2D_V128_ROWS, Math.ceil(depth / 8) * 16 * abi.CONV_2D_V128_PIXELS);
    r.scratch(abi.CONV_2D_V128_PATCH, inPlace ? 0 : Math.ceil((depth + abi.CONV_2D_V128_SLACK) / 8) * 8 * abi.CONV_2D_V128_PIXELS);
    writeWindow(r, batches, y, x);
    r.i32(abi.CONV_2D_V128_IN_C, inC);
    r.i32(abi.CONV_2D_V128_GROUPS, groups);
    r.i32(abi.CONV_2D_V128_GROUP_C, groupC);
    r.i32(abi.CONV_2D_V128_OUT_C, outC / groups);
    r.i32(abi.CONV_2D_V128_DEPTH, depth);
    r.i32(abi.CONV_2D_V128_KIND, rescale.kind);
    r.i32(abi.CONV_2D_V128_COMMON, rescale.common);
    r.i32(abi.CONV_2D_V128_FILL, conv.inputZeroPoint);
    r.i32(abi.CONV_2D_V128_OUTPUT_OFFSET, conv.outputZeroPoint);
    r.i32(abi.CONV_2D_V128_MIN, conv.min);
    r.i32(abi.CONV_2D_V128_MAX, conv.max);
  });
}

export const CONV_2D_V128: Form<Conv2d> = {
  name: "conv_2d_v128",
  terms: (conv, emit) => (emit.target.core !== "mcu" && rescaling(conv) ? [] : null),
  costs: { desktop: [] },
  emit: emitV128,
};
