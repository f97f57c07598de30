// DEPTHWISE_CONV_2D for SIMD cores, eight output channels at a time (assembly/simd/depthwise_conv_2d_v128.ts).
import * as abi from "../../assembly/abi/depthwise_conv_2d_v128";
import { magnitudes } from "./conv_2d_v128";
import type { DepthwiseConv2d } from "./depthwise_conv_2d";
import type { Form } from "./form";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { packRescaleV128, type RescaleV128 } from "./rescale_v128";
import type { WindowAxis } from "./window";

/** Scratch that a plane may take, unless the lines of one output line take more. */
const PLANE_BYTES = 32768;

/** The output channels of every tile, tile by tile: the last tile overlaps the one before rather than be part empty. */
function channelsOf(outC: number): number[] {
  const all = Array.from({ length: outC }, (_, c) => c);
  return outC < 8 ? all : Array.from({ length: Math.ceil(outC / 8) }, (_, tile) => Math.min(8 * tile, outC - 8)).flatMap((first) => all.slice(first, first + 8));
}

/** Of channels in the order of tiles. */
function rescaling({ multipliers, bias, weights, weightsOffset, outC, outputZeroPoint, min }: DepthwiseConv2d): RescaleV128 | null {
  const channels = channelsOf(outC), { products, largest } = magnitudes(weights, weightsOffset, outC);
  return packRescaleV128(
    {
      outputZeroPoint, min, bias: Int32Array.from(channels, (c) => bias[c]!),
      multipliers: multipliers.length === 1 ? multipliers : channels.map((c) => multipliers[c]!),
    },
    Float64Array.from(channels, (c) => products[c]!), Float64Array.from(channels, (c) => largest[c]!),
  );
}

/** Pixels at once are four, two or one: what a line of `n` costs, in pixels of a four. */
const lineCost = (n: number): number => n - (n % 4) + [0, 1.5, 2.5, 4][n % 4]!;

/** How lines of a plane are laid out. */
interface Lines {
  /** Taps across lines, in pairs. */
  readonly pairs: number;
  readonly advance: 1 | 2;
  /** Output lines that share a plane, and the pairs of lines of it. */
  readonly strip: number;
  readonly stripPairs: number;
}

function linesOf({ kernel, stride, dilation, output }: WindowAxis, pairBytes: number): Lines {
  const advance = kernel > 1 && dilation > 1 ? 1 : 2;
  const pairs = advance === 2 && stride % 2 === 1 ? Math.floor(kernel / 2) + 1 : Math.ceil(kernel / 2);
  const pairsOf = (lines: number) => (advance === 2 ? (((lines - 1) * stride) >> 1) + pairs : (lines - 1) * stride + 2 * (pairs - 1) * dilation + 1);
  let strip = 1;
  while (strip < output && pairsOf(strip + 1) * pairBytes <= PLANE_BYTES) strip++;
  return { pairs, advance, strip, stripPairs: pairsOf(strip) };
}

/** @param weightOf of an output channel, a tap across lines and one along the line */
function packTiles({ blocks, factors }: RescaleV128, outC: number, { pairs, advance }: Lines, across: number, along: number, weightOf: (c: number, line: number, tap: number) => number): Uint8Array {
  const channels = channelsOf(outC), setBytes = pairs * along * 32, tileBytes = abi.DEPTHWISE_V128_WEIGHTS + 2 * setBytes;
  const packed = new Uint8Array(blocks.length * tileBytes), codes = new Int16Array(packed.buffer);
  blocks.forEach((block, tile) => packed.set(block, tile * tileBytes));
  channels.forEach((c, i) => {
    const tile = i >> 3, lane = i & 7;
    for (let odd = 0; odd < advance; odd++) {
      const half = (tile * tileBytes + abi.DEPTHWISE_V128_WEIGHTS + odd * setBytes + (lane >> 2) * (setBytes / 2)) / 2;
      for (let line = 0; line < across; line++) {
        const at = line + odd;
        if (at >> 1 < pairs) for (let tap = 0; tap < along; tap++) codes[half + ((at >> 1) * along + tap) * 8 + (lane & 3) * 2 + (at & 1)] = weightOf(c, line, tap) * factors[i]!;
      }
    }
  });
  return packed;
}

function emitV128(op: Op, emit: Emitter, depthwise: DepthwiseConv2d): void {
  const { batches, inC, outC, multiplier, taps, y, x, weights, weightsOffset, inputZeroPoint } = depthwise;
  const rescale = rescaling(depthwise)!;
  const down = lineCost(y.output) * x.output < lineCost(x.output) * y.output; // lines are columns of the image
  const [line, along] = down ? [x, y] : [y, x];
  const shared = inC === 1 || multiplier % 8 === 0;
  const positions = (along.output - 1) * along.stride + (along.kernel - 1) * along.dilation + 1, pairBytes = positions * (shared ? 4 : 32);
  const lines = linesOf(line, pairBytes);
  const weightOf = (c: number, across: number, tap: number) => weights[c * taps + (down ? tap * x.kernel + across : across * x.kernel + tap)]! + weightsOffset;
  const unrolled = along.dilation === 1 && along.stride <= 2 && (along.kernel === 3 || along.kernel === 5);
  const name = `${unrolled ? `_${along.kernel}${along.stride === 2 ? "_s2" : ""}` : ""}${shared ? "_shared" : ""}`;
  emit.step(`depthwise_conv_2d_v128${name}`, abi.DEPTHWISE_V128_SIZE, (r) => {
    r.input(abi.DEPTHWISE_V128_INPUT, op.input(0));
    r.output(abi.DEPTHWISE_V128_OUTPUT, op.output());
    r.constant(abi.DEPTHWISE_V128_TILES, packTiles(rescale, outC, lines, line.kernel, along.kernel, weightOf));
    r.scratch(abi.DEPTHWISE_V128_PLANE, lines.stripPairs * pairBytes);
    r.scratch(abi.DEPTHWISE_V128_SUMS, along.output * 32);
    r.constant(abi.DEPTHWISE_V128_PADDING, new Uint8Array(16).fill(inputZeroPoint));
    r.i32(abi.DEPTHWISE_V128_BATCHES, batches);
    r.i32(abi.DEPTHWISE_V128_IN_BYTES, y.input * x.input * inC);
    r.i32(abi.DEPTHWISE_V128_OUT_BYTES, y.output * x.output * outC);
    r.i32(abi.DEPTHWISE_V128_OUT_C, outC);
    r.i32(abi.DEPTHWISE_V128_MULTIPLIER, multiplier);
    r.i32(abi.DEPTHWISE_V128_IN_LINES, line.input);
    r.i32(abi.DEPTHWISE_V128_OUT_LINES, line.output);
    r.i32(abi.DEPTHWISE_V128_LINE_STRIDE, line.stride);
    r.i32(abi.DEPTHWISE_V128_LINE_DILATION, line.kernel > 1 ? line.dilation : 1);
    r.i32(abi.DEPTHWISE_V128_LINE_PAD, line.pad);
    r.i32(abi.DEPTHWISE_V128_IN_LINE_STEP, down ? inC : x.input * inC);
    r.i32(abi.DEPTHWISE_V128_OUT_LINE_STEP, down ? outC : x.output * outC);
    r.i32(abi.DEPTHWISE_V128_PAIRS, lines.pairs);
    r.i32(abi.DEPTHWISE_V128_ADVANCE, lines.advance);
    r.i32(abi.DEPTHWISE_V128_STRIP, lines.strip);
    r.i32(abi.DEPTHWISE_V128_STRIP_PAIRS, lines.stripPairs);
    r.i32(abi.DEPTHWISE_V128_IN_N, along.input);
    r.i32(abi.DEPTHWISE_V128_OUT_N, along.output);
    r.i32(abi.DEPTHWISE_V128_STRIDE, along.stride);
    r.i32(abi.DEPTHWISE_V128_DILATION, along.dilation);
    r.i32(abi.DEPTHWISE_V128_PAD, along.pad);
    r.i32(abi.DEPTHWISE_V128_IN_STEP, down ? x.input * inC : inC);
    r.i32(abi.DEPTHWISE_V128_OUT_STEP, down ? x.output * outC : outC);
    r.i32(abi.DEPTHWISE_V128_TAPS, along.kernel);
    r.i32(abi.DEPTHWISE_V128_POSITIONS, positions);
    r.i32(abi.DEPTHWISE_V128_KIND, rescale.kind);
    r.i32(abi.DEPTHWISE_V128_COMMON, rescale.common);
    r.i32(abi.DEPTHWISE_V128_OUTPUT_OFFSET, depthwise.outputZeroPoint);
    r.i32(abi.DEPTHWISE_V128_MIN, depthwise.min);
    r.i32(abi.DEPTHWISE_V128_MAX, depthwise.max);
  });
}

export const DEPTHWISE_CONV_2D_V128: Form<DepthwiseConv2d> = {
  name: "depthwise_conv_2d_v128",
  terms: (depthwise, emit) => (emit.target.core !== "mcu" && rescaling(depthwise) ? [] : null),
  costs: { desktop: [] },
  emit: emitV128,
};
