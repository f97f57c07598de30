// CONV_2D in blocks of two pixels x two channels (assembly/kernels/conv_2d_pairs.ts), for compiled code: with operands widened to 16 bits, two
// products to an instruction, on cores with the DSP extension; with bytes on cores without.
import * as abi from "../../assembly/abi/conv_2d_pairs";
import type { Conv2d } from "./conv_2d";
import type { Form } from "./form";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { concatenate, tilesPerSlice } from "./packing";
import { packRescale } from "./store_pixels";
import { copiesPatches, writeWindow } from "./window";

/** Weights int8 [channels][depth] -> uint8 [channels / 2][quads][2][4], of an odd number of channels the last one as [quads][4]; `offset` added, missing terms `offset`. */
function packPairs(weights: Int8Array, channels: number, depth: number, offset: number): Uint8Array {
  const padded = Math.ceil(depth / 4) * 4;
  const packed = new Uint8Array(channels * padded).fill(offset);
  for (let c = 0; c < channels; c++) {
    const width = (c | 1) < channels ? 2 : 1, tile = (c & ~1) * padded;
    for (let i = 0; i < depth; i++) packed[tile + ((i >> 2) * width + (c & (width - 1))) * 4 + (i & 3)] = weights[c * depth + i]! + offset;
  }
  return packed;
}

/** The biases less what 128 added to every activation adds to the sums. They wrap as sums do. */
function lessOffset(bias: Int32Array, weights: Int8Array, depth: number): Int32Array {
  return bias.map((b, c) => b - 128 * weights.subarray(c * depth, (c + 1) * depth).reduce((sum, w) => sum + w, 0));
}

function emitPairs(op: Op, emit: Emitter, conv: Conv2d, wide: boolean): void {
  const { batches, inC, outC, groups, groupC, depth, y, x, weights } = conv;
  const groupOut = outC / groups, padded = Math.ceil(depth / 4) * 4;
  const { kind, bytes: rescale } = wide ? packRescale(conv, lessOffset(conv.bias, weights, depth), 2 * depth) : packRescale(conv, conv.bias, depth); // widened activations reach 255
  const channelBytes = padded + rescale.length / outC;
  const sliceC = 2 * Math.min(tilesPerSlice(emit.target.sliceBytes, 2 * channelBytes, Math.ceil(groupOut / 2)), abi.CONV_2D_PAIRS_MOST_CHANNELS / 2);
  const slices: Uint8Array[] = [];
  for (let group = 0; group < outC; group += groupOut)
    for (let first = group; first < group + groupOut; first += sliceC) {
      const end = Math.min(first + sliceC, group + groupOut);
      slices.push(packPairs(weights.subarray(first * depth, end * depth), end - first, depth, wide ? 128 : 0), rescale.subarray((first * rescale.length) / outC, (end * rescale.length) / outC));
    }
  const largest = Math.min(sliceC, groupOut);
  const inPlace = groups === 1 && x.dilation === 1 && !y.touchesBorder && !x.touchesBorder && (y.kernel === 1 || (x.kernel * groupC) % 4 === 0);
  emit.step(wide ? "conv_2d_pairs" : "conv_2d_bytes", abi.CONV_2D_PAIRS_SIZE, (r) => {
    r.input(abi.CONV_2D_PAIRS_INPUT, op.input(0));
    r.output(abi.CONV_2D_PAIRS_OUTPUT, op.output());
    r.stagedSlices(abi.CONV_2D_PAIRS_SLICES, concatenate(slices));
    r.scratch(abi.CONV_2D_PAIRS_WIDE, largest * (channelBytes + (wide ? padded : 0)));
    r.scratch(abi.CONV_2D_PAIRS_X, (wide ? 4 : 2) * padded);
    r.scratch(abi.CONV_2D_PAIRS_PATCH, inPlace ? 0 : depth);
    r.scratch(abi.CONV_2D_PAIRS_SUMS, 8 * largest);
    writeWindow(r, batches, y, x);
    r.i32(abi.CONV_2D_PAIRS_IN_C, inC);
    r.i32(abi.CONV_2D_PAIRS_GROUPS, groups);
    r.i32(abi.CONV_2D_PAIRS_GROUP_C, groupC);
    r.i32(abi.CONV_2D_PAIRS_OUT_C, groupOut);
    r.i32(abi.CONV_2D_PAIRS_SLICE_C, sliceC);
    r.i32(abi.CONV_2D_PAIRS_OUT_STRIDE, outC);
    r.i32(abi.CONV_2D_PAIRS_DEPTH, depth);
    r.i32(abi.CONV_2D_PAIRS_FILL, conv.inputZeroPoint);
    r.i32(abi.CONV_2D_PAIRS_RESCALE, kind);
    r.i32(abi.CONV_2D_PAIRS_OUTPUT_OFFSET, conv.outputZeroPoint);
    r.i32(abi.CONV_2D_PAIRS_MIN, conv.min);
    r.i32(abi.CONV_2D_PAIRS_MAX, conv.max);
  });
}

/** Layers, pairs of pixels, quads of terms of theirs, quads of two pixels and two channels, outputs, weights, terms that are copied out. */
function terms({ batches, groups, outC, depth, y, x }: Conv2d): readonly number[] {
  const pixels = batches * y.output * x.output, pairs = groups * Math.ceil(pixels / 2), quads = Math.ceil(depth / 4), tiles = pairs * Math.ceil(outC / groups / 2);
  return [1, pairs, pairs * quads, tiles * quads, pixels * outC, outC * depth, copiesPatches(groups, y, x) ? pixels * groups * depth : 0];
}

// costs: npm run bench:grid -- --fit
export const CONV_2D_PAIRS: readonly Form<Conv2d>[] = [
  { name: "conv_2d_pairs", terms, costs: { dsp: [334, 514, 13.3, 18.8, 29.1, 1.69, 5.15] }, emit: (op, emit, conv) => emitPairs(op, emit, conv, true) },
  { name: "conv_2d_bytes", terms, costs: { scalar: [538, 658, 9.76, 47.4, 63.8, 0, 7.84] }, emit: (op, emit, conv) => emitPairs(op, emit, conv, false) },
];
