// DEPTHWISE_CONV_2D piece by piece, what a piece reads copied out eight channels at a time (assembly/kernels/depthwise_conv_2d.ts).
import * as abi from "../../assembly/abi/depthwise_conv_2d";
import { cheapestConv2d, type Conv2d } from "./conv_2d";
import type { DepthwiseConv2d } from "./depthwise_conv_2d";
import { folds } from "./folded_rescale";
import { AS_COUNTED, type Form } from "./form";
import type { Emitter } from "./lowering";
import type { Op } from "./op";
import { concatenate, packMultiplier, packNibbles, packTile, tilesPerSlice } from "./packing";
import { writeWindow, type WindowAxis } from "./window";

const LANES = abi.DEPTHWISE_CONV_2D_LANES;
/** Scratch that the plane may take, where one piece of the least size does not take more. */
const PLANE_BYTES = 4096;

/** How the outputs are divided into pieces, and where the plane's elements lie. */
interface Pieces {
  /** Of outputs of a piece. */
  readonly rows: number;
  readonly columns: number;
  /** Elements of the plane, those included that fill it up to whole groups of outputs. */
  readonly planeRows: number;
  readonly planeColumns: number;
  /** Whether a row of the plane is contiguous. */
  readonly rowMajor: boolean;
  /** Of an input channel: pieces, elements of planes, groups of three 3x3 outputs of stride 1 and of stride 2, their outputs, outputs of other filters, their taps. */
  readonly terms: readonly number[];
}

/** Whether three outputs fit the fields of one word: inner/depthwise_3x3.ts. */
function threeByThree({ y, x, bias, multipliers, taps, weightsOffset }: DepthwiseConv2d): boolean {
  const depth = weightsOffset === 0 ? taps : 2 * taps; // weights reach 255 with an offset
  return y.kernel === 3 && x.kernel === 3 && y.dilation === 1 && x.dilation === 1 && y.stride === x.stride && x.stride <= 2 && folds(bias, multipliers, depth);
}

/** Input elements that `outputs` of an axis read, taken for whole groups. */
function reach({ stride, kernel, dilation }: WindowAxis, outputs: number, group: number): number {
  return (Math.ceil(outputs / group) * group - 1) * stride + (kernel - 1) * dilation + 1;
}

/** Most outputs of an axis, whole groups, whose inputs are at most `elements`, at least one group and at most all. */
function most(axis: WindowAxis, elements: number, group: number): number {
  const groups = Math.floor((elements - reach(axis, group, group)) / (group * axis.stride)) + 1;
  return Math.min(Math.max(groups, 1) * group, axis.output);
}

/** Of layers, and of what `Pieces.terms` says, times input channels: npm run bench:grid -- --fit. */
const COSTS = {
  desktop: [], fast: [7620, 851, 21.4, 470, 609, 279, 1860, 74.4], classic: [42600, 4280, 0, 895, 1220, 745, 4820, 193], scalar: [1630, 114, 9.73, 74.7, 76.6, 44.2, 220, 8.78],
  dsp: [1040, 181, 2.24, 64.5, 73.8, 57.1, 270, 10.8], vector: [1520, 180, 0.921, 57.3, 71, 52.3, 229, 9.16],
};

/** Pieces as high as the plane allows, as wide as the image where a row of pieces fits. `groups`: outputs that are computed together, down and across. */
function divide({ y, x, taps, multiplier }: DepthwiseConv2d, [down, across]: readonly [number, number], rowMajor: boolean): Pieces {
  const fitting = PLANE_BYTES / LANES;
  const columns = most(x, Math.floor(fitting / reach(y, down, down)), across), planeColumns = reach(x, columns, across);
  const rows = most(y, Math.floor(fitting / planeColumns), down), planeRows = reach(y, rows, down);
  const pieces = Math.ceil(y.output / rows) * Math.ceil(x.output / columns), outputs = y.output * x.output;
  const elements = pieces * planeRows * planeColumns, each = { rows, columns, planeRows, planeColumns, rowMajor };
  if (down * across === 1) return { ...each, terms: [multiplier * pieces, elements, 0, 0, 0, multiplier * outputs, multiplier * outputs * taps] };
  const [walked, along, grouped] = down === 1 ? [y.output, rows, x.output] : [x.output, columns, y.output];
  const positions = multiplier * Math.ceil(grouped / 3) * (walked * y.stride + Math.ceil(walked / along) * (3 - y.stride));
  return { ...each, terms: [multiplier * pieces, elements, y.stride === 1 ? positions : 0, y.stride === 2 ? positions : 0, multiplier * outputs, 0, 0] };
}

/** The pieces of the kernel for 3x3 filters, for every machine what is least in the fast interpreter: walking along y or along x, or of the one for any filter. */
function piecesOf(depthwise: DepthwiseConv2d): Pieces {
  if (!threeByThree(depthwise)) return divide(depthwise, [1, 1], true);
  const alongY = divide(depthwise, [1, 3], true), alongX = divide(depthwise, [3, 1], false);
  const cost = ({ terms }: Pieces) => terms.reduce((sum, term, i) => sum + term * COSTS.fast[i + 1]!, 0);
  return cost(alongY) <= cost(alongX) ? alongY : alongX;
}

/** Filters [filters][3][3] with their axes exchanged. */
function exchangeAxes(weights: Int8Array): Int8Array {
  return weights.map((_, i) => weights[i - (i % 9) + (i % 3) * 3 + Math.floor((i % 9) / 3)]!);
}

function emitPlanes(op: Op, emit: Emitter, depthwise: DepthwiseConv2d): void {
  const { batches, inC, outC, multiplier, taps, y, x, bias, multipliers, weightsOffset, int4 } = depthwise;
  const input = op.input(0), output = op.output();
  const three = threeByThree(depthwise);
  const { rows, columns, planeRows, planeColumns, rowMajor } = piecesOf(depthwise);
  const wide = int4 || weightsOffset !== 0, signed = depthwise.min < depthwise.outputZeroPoint;
  const kernel = `depthwise_conv_2d${three ? `_3x3${x.stride === 2 ? "_s2" : ""}${signed && !wide ? "_signed" : ""}` : ""}${wide ? "_wide" : ""}`;
  const weights = three && !rowMajor ? exchangeAxes(depthwise.weights) : depthwise.weights;
  const shared = multipliers.length === 1;
  const tiles = Array.from({ length: inC }, (_, c) => {
    const first = c * multiplier, end = first + multiplier;
    const packed = new Uint8Array(weights.buffer, weights.byteOffset + first * taps, multiplier * taps);
    return packTile(multiplier, bias.subarray(first, end), shared ? null : multipliers.slice(first, end), int4 ? packNibbles(packed) : packed);
  });
  const perSlice = tilesPerSlice(emit.target.sliceBytes, tiles[0]!.length, inC);
  const planeBytes = planeRows * planeColumns * LANES;
  emit.step(kernel, wide ? abi.DEPTHWISE_CONV_2D_WIDE_SIZE : abi.DEPTHWISE_CONV_2D_SIZE, (r) => {
    r.input(abi.DEPTHWISE_CONV_2D_INPUT, input);
    const sliceC = perSlice < inC && perSlice > LANES ? perSlice - (perSlice % LANES) : perSlice; // whole words of channels
    r.slices(abi.DEPTHWISE_CONV_2D_TILES, abi.DEPTHWISE_CONV_2D_BUFFER, concatenate(tiles), sliceC * tiles[0]!.length);
    if (shared) r.constant(abi.DEPTHWISE_CONV_2D_MULTIPLIER, packMultiplier(multipliers[0]!));
    r.output(abi.DEPTHWISE_CONV_2D_OUTPUT, output);
    r.scratch(abi.DEPTHWISE_CONV_2D_PLANE, planeBytes + LANES);
    writeWindow(r, batches, y, x);
    r.i32(abi.DEPTHWISE_CONV_2D_PLANE_BYTES, planeBytes);
    r.i32(abi.DEPTHWISE_CONV_2D_PLANE_W, reach(x, columns, 1));
    r.i32(abi.DEPTHWISE_CONV_2D_ROW_STEP, rowMajor ? planeColumns * LANES : LANES);
    r.i32(abi.DEPTHWISE_CONV_2D_COLUMN_STEP, rowMajor ? LANES : planeRows * LANES);
    r.i32(abi.DEPTHWISE_CONV_2D_ROWS, rows);
    r.i32(abi.DEPTHWISE_CONV_2D_COLUMNS, columns);
    r.i32(abi.DEPTHWISE_CONV_2D_IN_C, inC);
    r.i32(abi.DEPTHWISE_CONV_2D_DEPTH_MULTIPLIER, multiplier);
    r.i32(abi.DEPTHWISE_CONV_2D_OUT_C, outC);
    r.i32(abi.DEPTHWISE_CONV_2D_SLICE_C, sliceC);
    r.i32(abi.DEPTHWISE_CONV_2D_FILL, depthwise.inputZeroPoint);
    r.i32(abi.DEPTHWISE_CONV_2D_OUTPUT_OFFSET, depthwise.outputZeroPoint);
    r.i32(abi.DEPTHWISE_CONV_2D_MIN, depthwise.min);
    r.i32(abi.DEPTHWISE_CONV_2D_MAX, depthwise.max);
    if (wide) {
      r.scratch(abi.DEPTHWISE_CONV_2D_WEIGHTS, 2 * multiplier * taps);
      r.i32(abi.DEPTHWISE_CONV_2D_WEIGHTS_OFFSET, weightsOffset);
      r.i32(abi.DEPTHWISE_CONV_2D_INT4, int4 ? 1 : 0);
    }
    // What a piece reads is copied out before its outputs are written, rows that the next piece reads too are kept, and no other channel's bytes are touched.
    if (multiplier === 1 && columns === x.output && y.input === y.output && x.input === x.output) r.inPlace(input, output);
  });
}

export const DEPTHWISE_CONV_2D_PLANES: Form<DepthwiseConv2d> = {
  name: "depthwise_conv_2d",
  terms: (layer) => [1, ...piecesOf(layer).terms.map((term) => layer.batches * layer.inC * term)],
  costs: COSTS,
  emit: emitPlanes,
};

const asConv2d = (depthwise: DepthwiseConv2d): Conv2d => ({ ...depthwise, groups: 1, groupC: 1, depth: depthwise.taps });

/** One input channel is a convolution of that channel, whose kernel shares every load among pixels and channels. */
export const DEPTHWISE_CONV_2D_ONE_CHANNEL: Form<DepthwiseConv2d> = {
  name: "depthwise_conv_2d_one_channel",
  terms: (layer, emit) => (layer.inC === 1 && !(emit.target.machine === "desktop" && threeByThree(layer)) ? [cheapestConv2d(emit, asConv2d(layer)).cost] : null),
  costs: AS_COUNTED,
  emit: (op, emit, layer) => cheapestConv2d(emit, asConv2d(layer)).form!.emit(op, emit, asConv2d(layer)),
};
