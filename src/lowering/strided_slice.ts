// STRIDED_SLICE: by constants, a box that is copied; from where or up to where the running model says, or of rows that the data decide about,
// kernel `strided_slice`, which serves SLICE as well. Sources: TFLM strided_slice_logic.h, TensorFlow's documentation of the masks.
import { RANK } from "../../assembly/abi/shape";
import * as abi from "../../assembly/abi/strided_slice";
import { byteLength, elementCount, type Tensor } from "../graph/tensor";
import { isOpen } from "./extents";
import { bytesOfElement } from "./indexed";
import type { Emitter, Lowering } from "./lowering";
import { checkMoved, mover } from "./mover";
import { describe, type Op } from "./op";
import { sliceOf, type Range } from "./slices";

/** What becomes of one dimension of the input. */
export interface Cut {
  /** Which entry of begin and end says it; null: the whole dimension is taken. */
  readonly entry: number | null;
  readonly step: number;
  /** As in abi/strided_slice.ts. */
  readonly flags: number;
  /** The dimension of the output; null where it is dropped. */
  readonly becomes: number | null;
}

/** How the entries of begin, end and strides go with the dimensions of the input, and the rank of the output. */
function cutsOf(op: Op): { cuts: Cut[]; rank: number } {
  const inputRank = op.input(0).shape.length, steps = op.integers(3), entries = steps.length;
  const [begins, ends] = [1, 2].map((i) => elementCount(op.input(i).shape));
  if (begins !== entries || ends !== entries) op.invalid(`begin, end and strides have ${begins}, ${ends} and ${entries} entries for ${inputRank} dimensions`);
  const bit = (mask: string, i: number) => ((op.option(mask, 0) >> i) & 1) === 1;
  const numbers = steps.map((_, i) => i);
  const ellipses = numbers.filter((i) => bit("ellipsisMask", i)), added = numbers.filter((i) => !bit("ellipsisMask", i) && bit("newAxisMask", i));
  const open = inputRank - (entries - ellipses.length - added.length); // dimensions that no entry names
  if (open < 0 || ellipses.length > 1) op.invalid(`begin has ${entries} entries for ${inputRank} dimensions, ${ellipses.length} of them an ellipsis and ${added.length} new axes`);
  const cuts: Cut[] = [];
  let rank = 0;
  const takeOpen = () => {
    for (let k = 0; k < open; k++) cuts.push({ entry: null, step: 1, flags: 0, becomes: rank++ });
  };
  for (const i of numbers) {
    if (bit("ellipsisMask", i)) takeOpen();
    else if (bit("newAxisMask", i)) rank++;
    else {
      const step = steps[i]!, one = bit("shrinkAxisMask", i);
      if (step === 0) op.invalid(`stride 0 of dimension ${cuts.length}`);
      const flags = (bit("beginMask", i) ? abi.FROM_FRONT : 0) | (bit("endMask", i) ? abi.TO_BACK : 0) | (one ? abi.ONE : 0) | (op.option("offset", false) ? abi.FROM_BEGIN : 0);
      cuts.push({ entry: i, step, flags, becomes: one ? null : rank++ });
    }
  }
  if (ellipses.length === 0) takeOpen();
  return { cuts, rank };
}

/** What of every dimension of the input is taken by constants, and the shape of the output. */
export function stridedRanges(op: Op): { ranges: Range[]; shape: number[] } {
  const begins = op.integers(1), ends = op.integers(2), { cuts, rank } = cutsOf(op), shape = new Array<number>(rank).fill(1);
  const ranges = cuts.map(({ entry, step, flags, becomes }, d): Range => {
    const n = op.input(0).shape[d]!;
    const range = entry === null ? { begin: 0, step: 1, count: n } : rangeOf(op, d, n, step, flags, begins[entry]!, ends[entry]!);
    if (becomes !== null) shape[becomes] = range.count;
    return range;
  });
  return { ranges, shape };
}

function rangeOf(op: Op, d: number, n: number, step: number, flags: number, from: number, to: number): Range {
  const wrap = (at: number) => (at < 0 ? at + n : at);
  const bound = (at: number) => (step > 0 ? Math.min(Math.max(at, 0), n) : Math.min(Math.max(at, -1), n - 1));
  const begin = bound(flags & abi.FROM_FRONT ? (step > 0 ? 0 : n - 1) : wrap(from));
  if (flags & abi.ONE) {
    if (begin < 0 || begin >= n) op.invalid(`index ${from} of dimension ${d}, which has ${n}`);
    return { begin, step: 1, count: 1 };
  }
  const end = bound(flags & abi.TO_BACK ? (step > 0 ? n : -1) : wrap(flags & abi.FROM_BEGIN ? begin + to : to));
  return { begin, step, count: Math.max(0, Math.ceil((end - begin) / step)) };
}

/** Whether an entry takes all of its dimension whatever begin and end are. */
const isWhole = ({ entry, step, flags }: Cut): boolean => entry === null || (step === 1 && (flags & (abi.FROM_FRONT | abi.TO_BACK | abi.ONE)) === (abi.FROM_FRONT | abi.TO_BACK));

/** The dimension of the input whose count is the output's rows, where only the running model knows it; null where all of the output's shape is in the file. */
function countedDimension(op: Op, cuts: readonly Cut[]): number | null {
  const first = cuts.findIndex(({ becomes }) => becomes === 0), rowsCounted = first === 0 && isOpen(op.input(0));
  return first >= 0 && (rowsCounted || isOpen(op.output()) || op.output().shapeSignature?.[0] === -1) ? first : null;
}

/** The most that the output's shape can be. */
export function boundsOfCuts(op: Op, cuts: readonly Cut[]): (readonly number[] | null)[] {
  const d = countedDimension(op, cuts);
  return d === null ? [] : [[Math.ceil(op.input(0).shape[d]! / Math.abs(cuts[d]!.step)), ...op.output().shape.slice(1)]];
}

export function checkCuts(op: Op, cuts: readonly Cut[]): void {
  const { shape } = op.input(0), output = op.output(), counted = countedDimension(op, cuts);
  checkMoved(op, op.input(0));
  if (shape.length === 0 || shape.length > RANK) op.refuse(`a slice of ${shape.length} dimensions from where the running model says`, `reshape to one to ${RANK} dimensions`);
  if (output.shapeSignature?.some((n, d) => n === -1 && !(d === 0 && counted !== null)))
    op.refuse(`${describe(output)} has a size that only the running model knows beyond its first dimension`, "transpose, so that it is the first one");
  cuts.forEach((cut, d) => {
    if (cut.becomes === null || d === counted) return;
    const n = shape[d]!, count = output.shape[cut.becomes]!;
    if (isWhole(cut) ? count !== n : count > Math.ceil(n / Math.abs(cut.step))) op.invalid(`${describe(output)} of shape [${output.shape}] as a part of [${shape}]`);
  });
}

/** One step of kernel `strided_slice`; `begins` and `ends` are inputs 1 and 2. */
export function emitCuts(op: Op, emit: Emitter, cuts: readonly Cut[]): void {
  const input = op.input(0), output = op.output(), counted = countedDimension(op, cuts), rank = input.shape.length, bytes = bytesOfElement(input);
  emit.step("strided_slice", abi.SLICED_SIZE, (r) => {
    r.input(abi.SLICED_INPUT, input);
    r.output(abi.SLICED_OUTPUT, output);
    r.input(abi.SLICED_BEGINS, op.input(1));
    r.input(abi.SLICED_ENDS, op.input(2));
    r.i32(abi.SLICED_ENTRY_BYTES, bytesOfElement(op.input(1)));
    if (isOpen(input)) r.input(abi.SLICED_INPUT_EXTENT, emit.extent(input)!);
    if (counted !== null) r.output(abi.SLICED_EXTENT, emit.extent(output)!);
    r.i32(abi.SLICED_OUTPUT_BYTES, byteLength(output));
    r.i32(abi.SLICED_ELEMENT_BYTES, bytes);
    r.i32(abi.SLICED_RANK, rank);
    r.scratch(abi.SLICED_PLACES, abi.SLICED_PLACES_BYTES);
    r.i32s(abi.SLICED_DIMS, input.shape);
    r.i32s(abi.SLICED_ENTRIES, cuts.map(({ entry }) => entry ?? -1));
    r.i32s(abi.SLICED_STEPS, cuts.map(({ step, flags }) => (flags & abi.ONE ? 1 : step)));
    r.i32s(abi.SLICED_FLAGS, cuts.map(({ flags }) => flags));
    r.i32s(abi.SLICED_COUNTS, cuts.map(({ becomes }, d) => (d === counted ? -1 : becomes === null ? 1 : output.shape[becomes]!)));
  });
}

const constant = mover("STRIDED_SLICE", [{ inputs: ["any", "int32", "int32", "int32"], outputs: ["any"] }], "constant strides, constant or computed begin and end, any masks", (op) => {
  const input = op.input(0);
  checkMoved(op, input);
  const { ranges, shape } = stridedRanges(op);
  op.expectShape(shape);
  return { copies: [sliceOf(input, op.output(), ranges)] };
});

/** Whether a box is copied: of rows that the data decide about, all are taken. */
const isConstant = (op: Op): boolean => op.input(1).data !== null && op.input(2).data !== null && keepsRows(op.input(0), op.output());

/** Rows are not counted, or those of the output are those of the input. */
export const keepsRows = (input: Tensor, output: Tensor): boolean => !isOpen(input) || output.rows === input.rows;

export const stridedSlice: Lowering = {
  ...constant,
  rows(op) {
    const [rows] = cutsOf(op).cuts;
    return op.input(1).data && op.input(2).data && isOpen(op.input(0)) && rows?.becomes === 0 && isWhole(rows) ? "kept" : "own";
  },
  check(op) {
    if (isConstant(op)) return constant.check(op);
    const { cuts, rank } = cutsOf(op);
    if (op.output().shape.length !== rank) op.invalid(`${describe(op.output())} has ${op.output().shape.length} dimensions, the masks give ${rank}`);
    checkCuts(op, cuts);
  },
  bounds: (op) => (isConstant(op) ? [] : boundsOfCuts(op, cutsOf(op).cuts)),
  fold: (op) => (isConstant(op) ? constant.fold!(op) : null),
  lower(op, emit) {
    if (isConstant(op)) constant.lower(op, emit);
    else emitCuts(op, emit, cutsOf(op).cuts);
  },
};
