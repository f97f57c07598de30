// RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR. Where every row and column comes from is computed here, and the kernels read tables.
import * as abi from "../../assembly/abi/resize";
import { bitsOf, storedRange } from "../graph/tensor";
import { roundHalfAway } from "./activation";
import type { Emitter, Lowering } from "./lowering";
import type { Op } from "./op";
import { bytesOfInt32 } from "./packing";
import { alike, checkAlike, emitRequantize } from "./requantize";

const OPTIONS = "any constant size, align_corners or half_pixel_centers; any two quantizations";
const { fround } = Math;

/** Extents along one axis, and how positions correspond. */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

function check(op: Op): void {
  const { shape } = op.input(0);
  const size = op.integers(1);
  if (shape.length !== 4) op.invalid(`the input has ${shape.length} dimensions, not four`);
  if (size.length !== 2 || size.some((n) => n < 1)) op.invalid(`size [${size}]`);
  if (shape.includes(0)) op.invalid(`an input [${shape}] without elements`);
  op.expectShape([shape[0]!, ...size, shape[3]!]);
  if (isCode(op)) checkAlike(op, op.input(0));
}

function axesOf(op: Op): { rows: Axis; columns: Axis } {
  const from = op.input(0).shape, to = op.output().shape;
  const options = { alignCorners: op.option("alignCorners", false), halfPixelCenters: op.option("halfPixelCenters", false) };
  return { rows: { from: from[1]!, to: to[1]!, ...options }, columns: { from: from[2]!, to: to[2]!, ...options } };
}

const table = <T>({ to }: Axis, entry: (at: number) => T): T[] => Array.from({ length: to }, (_, at) => entry(at));

const isCode = (op: Op): boolean => op.input(0).type !== "float32" && (op.input(0).quantization ?? op.output().quantization) !== null;

/** In the input's quantization, and rescaled behind it where the output has another one: TFLM and LiteRT keep the codes. */
function emitResize(op: Op, emit: Emitter, kernel: string, channels: number, tables: { rows: Uint8Array; columns: Uint8Array }): void {
  const input = op.input(0), rescales = isCode(op) && !alike(input, op.output());
  const output = rescales ? emit.temporary({ ...op.output(), quantization: input.quantization }) : op.output();
  emit.step(kernel, abi.RESIZE_SIZE, (r) => {
    r.input(abi.RESIZE_INPUT, input);
    r.output(abi.RESIZE_OUTPUT, output);
    r.i32(abi.RESIZE_BATCHES, input.shape[0]!);
    r.i32(abi.RESIZE_BATCH_BYTES, (input.shape[1]! * input.shape[2]! * input.shape[3]! * bitsOf(input.type)!) / 8);
    r.i32(abi.RESIZE_ROWS, output.shape[1]!);
    r.i32(abi.RESIZE_COLUMNS, output.shape[2]!);
    r.i32(abi.RESIZE_CHANNELS, channels);
    r.constant(abi.RESIZE_ROW_TABLE, tables.rows);
    r.constant(abi.RESIZE_COLUMN_TABLE, tables.columns);
  });
  const [min, max] = storedRange(output.type) ?? [0, 0];
  if (rescales) emitRequantize(op, emit, { min, max }, output, op.output());
}

/** Bytes of a pixel, and of a row of them. */
function pixelBytes(op: Op): { pixel: number; row: number } {
  const { shape, type } = op.input(0);
  const pixel = (shape[3]! * bitsOf(type)!) / 8;
  return { pixel, row: shape[2]! * pixel };
}

/** In float32, as TFLM reference/resize_nearest_neighbor.h, GetNearestNeighbor. */
function nearest({ from, to, alignCorners, halfPixelCenters }: Axis, at: number): number {
  const scale = alignCorners && to > 1 ? fround(fround(from - 1) / fround(to - 1)) : fround(fround(from) / fround(to));
  const position = fround(fround(at + (halfPixelCenters ? 0.5 : 0)) * scale);
  return Math.min(alignCorners ? roundHalfAway(position) : Math.floor(position), from - 1);
}

const nearestNeighbor: Lowering = {
  operator: "RESIZE_NEAREST_NEIGHBOR",
  signatures: ["int8", "int16", "float32"].map((type) => ({ inputs: [type, "int32"], outputs: [type] })),
  options: OPTIONS,
  check,
  lower(op, emit) {
    const { rows, columns } = axesOf(op), bytes = pixelBytes(op);
    emitResize(op, emit, "resize_nearest_neighbor", bytes.pixel, {
      rows: bytesOfInt32(table(rows, (y) => nearest(rows, y) * bytes.row)), columns: bytesOfInt32(table(columns, (x) => nearest(columns, x) * bytes.pixel)),
    });
  },
};

/** Two neighbours and the second one's share. */
interface Between {
  readonly first: number;
  readonly second: number;
  readonly fraction: number;
}

/** In units of 1 / 1024. A first neighbour behind the last one, which the reference reads beyond the image, is the last one. Source: TFLM reference/resize_bilinear.h, ResizeBilinearInteger. */
function betweenInteger({ from, to, alignCorners, halfPixelCenters }: Axis, at: number): Between {
  const one = 1 << abi.RESIZE_ONE_BITS;
  const corners = alignCorners && to > 1 ? 1 : 0;
  const scale = Math.floor((one * (from - corners) + Math.floor((to - corners) / 2)) / (to - corners));
  const position = at * scale + (halfPixelCenters ? Math.floor(scale / 2) - one / 2 : 0);
  const first = Math.min(Math.max(Math.trunc(position / one), 0), from - 1);
  return { first, second: Math.min(Math.trunc((position + one - 1) / one), from - 1), fraction: position - one * first };
}

/** In float32. Source: TFLM reference/resize_bilinear.h, ResizeBilinear. */
function betweenFloat({ from, to, alignCorners, halfPixelCenters }: Axis, at: number): Between {
  const corners = alignCorners && to > 1 ? 1 : 0;
  const scale = fround(fround(from - corners) / fround(to - corners));
  const position = halfPixelCenters ? fround(fround(fround(at + 0.5) * scale) - 0.5) : fround(at * scale);
  const first = Math.min(Math.max(Math.floor(position), 0), from - 1);
  return { first, second: Math.min(Math.ceil(position), from - 1), fraction: fround(position - first) };
}

/** @param bytes from one neighbour to the next */
function entries(axis: Axis, bytes: number, float: boolean): Uint8Array {
  const all = new DataView(new ArrayBuffer(axis.to * abi.RESIZE_ENTRY));
  table(axis, (at) => {
    const { first, second, fraction } = (float ? betweenFloat : betweenInteger)(axis, at);
    all.setInt32(at * abi.RESIZE_ENTRY, first * bytes, true);
    all.setInt32(at * abi.RESIZE_ENTRY + 4, second * bytes, true);
    if (float) all.setFloat32(at * abi.RESIZE_ENTRY + 8, fraction, true);
    else all.setInt32(at * abi.RESIZE_ENTRY + 8, fraction, true);
  });
  return new Uint8Array(all.buffer);
}

const bilinear: Lowering = {
  operator: "RESIZE_BILINEAR",
  signatures: ["int8", "int16", "float32"].map((type) => ({ inputs: [type, "int32"], outputs: [type] })),
  options: OPTIONS,
  check(op) {
    check(op);
    if (op.option("alignCorners", false) && op.option("halfPixelCenters", false)) op.invalid("align_corners and half_pixel_centers exclude each other");
  },
  lower(op, emit) {
    const { rows, columns } = axesOf(op), bytes = pixelBytes(op), { type, shape, rebased } = op.input(0);
    const float = type === "float32" || rebased === true;
    emitResize(op, emit, `resize_bilinear_${rebased ? "legacy" : type}`, shape[3]!, { rows: entries(rows, bytes.row, float), columns: entries(columns, bytes.pixel, float) });
  },
};

export const RESIZES: readonly Lowering[] = [nearestNeighbor, bilinear];
