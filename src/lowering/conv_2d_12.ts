// CONV_2D in blocks of up to twelve pixels and eight channels, three pixels to a 64-bit word, requantized with folded addends
// (assembly/kernels/conv_2d_12.ts): for interpreters.
import * as abi from "../../assembly/abi/conv_2d_12";
import type { Conv2d } from "./conv_2d";
import { foldRescale, type FoldedRescale } from "./folded_rescale";
import type { Form } from "./form";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { concatenate } from "./packing";
import { copiesPatches, writeWindow } from "./window";

/** The most pixels of a block: fewer where the operator has to spare memory. */
const MOST_PIXELS = [12, 6, 3] as const;
const mostPixels = (spared: number) => MOST_PIXELS[Math.min(spared, MOST_PIXELS.length - 1)]!;

const evenDepth = (depth: number) => depth + (depth & 1);

/**
 * How many terms a field can sum, whatever the activations: the largest even part of the depth, in equal parts, whose sums lie in
 * [-FIELD_START, FIELD_START) for every channel.
 * @param weights int8 [channels][depth]
 */
export function termsOfField(weights: Int8Array, depth: number): number {
  for (let parts = 1; ; parts++) {
    const terms = evenDepth(Math.ceil(depth / parts));
    if (everySumFits(weights, depth, terms)) return terms;
  }
}

function everySumFits(weights: Int8Array, depth: number, terms: number): boolean {
  for (let row = 0; row < weights.length; row += depth)
    for (let first = 0; first < depth; first += terms) {
      let least = 0, most = 0;
      for (let i = row + first, end = row + Math.min(first + terms, depth); i < end; i++) {
        const w = weights[i]!;
        least += w > 0 ? -128 * w : 127 * w;
        most += w > 0 ? 127 * w : -128 * w;
      }
      if (least < -abi.FIELD_START || most >= abi.FIELD_START) return false;
    }
  return true;
}

/** The channels of the tiles of a group, one after the other. */
function tileChannels(channels: number, most: number): number[] {
  const widths: number[] = [];
  for (let c = 0; c < channels; c += widths.at(-1)!) widths.push(abi.channelsOfTile(channels - c, most));
  return widths;
}

const tileBytes = (channels: number, depth: number) => Math.ceil((channels * (abi.CONV_2D_12_FOLDED + evenDepth(depth))) / 4) * 4;

/** The most channels of a tile. */
const mostChannels = (depth: number, sliceBytes: number) => (tileBytes(8, depth) <= sliceBytes ? 8 : 4);

/** @param first channel of the tile, which has `channels` */
function packTile({ weights, depth, bias }: Conv2d, folded: readonly FoldedRescale[], first: number, channels: number, start: number): Uint8Array {
  const tile = new Uint8Array(tileBytes(channels, depth)), view = new DataView(tile.buffer);
  for (let c = 0; c < channels; c++) {
    const { addend, mantissa, down } = folded[first + c]!, at = c * abi.CONV_2D_12_FOLDED;
    view.setBigInt64(at, addend, true);
    view.setInt32(at + abi.FOLDED_MULTIPLIER, mantissa, true);
    view.setInt32(at + abi.FOLDED_DOWN, down, true);
    view.setInt32(at + abi.FOLDED_BIAS, bias[first + c]! - start, true);
    for (let i = 0; i < depth; i++) tile[channels * (abi.CONV_2D_12_FOLDED + i) + c] = weights[(first + c) * depth + i]!;
  }
  return tile;
}

/** How many blocks of each size an image is cut into. */
function countBlocks(pixels: number, most: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (let left = pixels; left > 0; ) {
    const block = abi.pixelsOfBlock(left, most), alike = Math.max(Math.floor(left / block) - 1, 1); // all but the last two
    counts.set(block, (counts.get(block) ?? 0) + alike);
    left -= alike * block;
  }
  return counts;
}

function emit12(op: Op, emit: Emitter, conv: Conv2d): void {
  const { batches, inC, outC, groups, groupC, depth, y, x, weights, bias, multipliers } = conv;
  const { spared, target: { sliceBytes } } = emit;
  const groupOut = outC / groups, chunk = termsOfField(weights, depth), start = abi.FIELD_START * Math.ceil(depth / chunk);
  const folded = foldRescale(bias, multipliers, depth, conv.outputZeroPoint, start)!;
  const pixels = mostPixels(spared), channels = mostChannels(depth, sliceBytes);
  const widths = tileChannels(groupOut, channels), blocks = [...countBlocks(y.output * x.output, pixels).keys()];
  const tiles: Uint8Array[] = [];
  for (let group = 0; group < outC; group += groupOut) {
    let first = group;
    for (const width of widths) {
      tiles.push(packTile(conv, folded, first, width, start));
      first += width;
    }
  }
  const groupBytes = widths.reduce((sum, width) => sum + tileBytes(width, depth), 0);
  const perSlice = groupBytes <= sliceBytes ? Math.ceil(groupOut / channels) : Math.max(Math.floor(sliceBytes / tileBytes(channels, depth)), 1);
  const slice = perSlice * tileBytes(channels, depth);
  const sums = chunk < depth || blocks.includes(1), signed = conv.min < conv.outputZeroPoint;
  const any = sums || signed || widths.some((width) => width < 8) || blocks.includes(3);
  emit.step(any ? "conv_2d_12_any" : "conv_2d_12", abi.CONV_2D_12_SIZE, (r) => {
    r.input(abi.CONV_2D_12_INPUT, op.input(0));
    r.output(abi.CONV_2D_12_OUTPUT, op.output());
    r.slices(abi.CONV_2D_12_TILES, abi.CONV_2D_12_BUFFER, concatenate(tiles), Math.min(slice, groupBytes));
    r.scratch(abi.CONV_2D_12_PACKS, evenDepth(depth) * 8 * Math.floor(blocks[0]! / 3));
    r.scratch(abi.CONV_2D_12_PATCHES, copiesPatches(groups, y, x) || blocks.includes(1) ? Math.min(blocks[0]!, 3) * depth : 0);
    r.scratch(abi.CONV_2D_12_SCRATCH, abi.CONV_2D_12_ROWS_BYTES + widths[0]! * 8 * Math.ceil(blocks[0]! / 3));
    r.scratch(abi.CONV_2D_12_SUMS, sums ? widths[0]! * 4 * blocks[0]! : 0);
    writeWindow(r, batches, y, x);
    r.i32(abi.CONV_2D_12_IN_C, inC);
    r.i32(abi.CONV_2D_12_GROUPS, groups);
    r.i32(abi.CONV_2D_12_GROUP_C, groupC);
    r.i32(abi.CONV_2D_12_OUT_C, groupOut);
    r.i32(abi.CONV_2D_12_OUT_STRIDE, outC);
    r.i32(abi.CONV_2D_12_DEPTH, depth);
    r.i32(abi.CONV_2D_12_FILL, conv.inputZeroPoint);
    r.i32(abi.CONV_2D_12_MIN, conv.min);
    r.i32(abi.CONV_2D_12_MAX, conv.max);
    r.i32(abi.CONV_2D_12_START, start);
    r.i32(abi.CONV_2D_12_CHUNK, chunk);
    r.i32(abi.CONV_2D_12_SIGNED, signed ? 1 : 0);
    r.i32(abi.CONV_2D_12_MOST_PIXELS, pixels);
    r.i32(abi.CONV_2D_12_MOST_CHANNELS, channels);
    r.i32(abi.CONV_2D_12_SLICE_C, perSlice * channels);
    r.i32(abi.CONV_2D_12_SLICE_BYTES, slice);
    r.i32(abi.CONV_2D_12_GROUP_BYTES, groupBytes);
    r.i64(abi.CONV_2D_12_FIELDS_START, BigInt(abi.FIELD_START) * (2n ** 42n + 2n ** 21n + 1n));
  });
}

export const CONV_2D_12: Form<Conv2d> = {
  name: "conv_2d_12",
  /**
   * Layers, blocks, terms of words of three pixels, tiles, terms of tiles, products of words, of blocks of one pixel terms of four channels and of those left,
   * outputs, terms that are copied out.
   */
  terms({ batches, groups, outC, depth, y, x, bias, multipliers, outputZeroPoint }, { spared, target }) {
    if (!foldRescale(bias, multipliers, depth, outputZeroPoint)) return null;
    const groupOut = outC / groups, pixels = y.output * x.output, times = batches * groups, each = times * depth;
    const tiles = tileChannels(groupOut, mostChannels(depth, target.sliceBytes)).length;
    let blocks = 0, words = 0, singles = 0;
    for (const [block, count] of countBlocks(pixels, mostPixels(spared))) {
      blocks += count;
      words += count * Math.floor(block / 3);
      if (block === 1) singles += count;
    }
    return [
      1, times * blocks, each * words, times * tiles * blocks, each * tiles * (blocks - singles), each * words * groupOut, each * singles * (groupOut >> 2), each * singles * (groupOut & 3),
      times * pixels * groupOut, copiesPatches(groups, y, x) ? each * pixels : 0,
    ];
  },
  costs: { fast: [0, 6390, 217, 2220, 148, 51.6, 250, 112, 339, 48.6], classic: [22000, 26700, 415, 6650, 347, 107, 578, 277, 636, 148] }, // npm run bench:grid -- --fit
  emit: emit12,
};

/** The next count of pixels whose blocks have no empty place; tiles never have one. */
export function nextFullPixels(pixels: number): number {
  const blocks = (left: number): boolean => left === 0 || (left >= abi.pixelsOfBlock(left, 12) && blocks(left - abi.pixelsOfBlock(left, 12)));
  return blocks(pixels) ? pixels : nextFullPixels(pixels + 1);
}
