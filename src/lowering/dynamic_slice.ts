// Boxes whose place the running model may decide: SLICE, DYNAMIC_UPDATE_SLICE. A SLICE of a computed size is a kernel of its own (strided_slice.ts).
// Sources: TFLM micro/kernels/slice.cc, dynamic_update_slice.cc.
import * as copyAbi from "../../assembly/abi/copy";
import * as abi from "../../assembly/abi/copy_at";
import { RANK } from "../../assembly/abi/shape";
import { EXACT } from "../../assembly/abi/strided_slice";
import { elementCount } from "../graph/tensor";
import { boxOf, checkCopy, emitCopyAll, MOVABLE, type BoxCopy } from "./copy";
import { isOpen } from "./extents";
import { bytesOfElement } from "./indexed";
import type { Emitter, Lowering } from "./lowering";
import { checkMoved, emitMoves, foldMoves } from "./mover";
import { describe, type Op } from "./op";
import { sliceOf } from "./slices";
import { boundsOfCuts, checkCuts, emitCuts, keepsRows, type Cut } from "./strided_slice";
import { denseStrides } from "./strides";

/** Refuses places that are not one begin for every dimension, of few enough for the kernel where they are computed. */
function checkBegins(op: Op, i: number, rank: number): void {
  const begins = op.input(i);
  if (elementCount(begins.shape) !== rank) op.invalid(`${describe(begins)} has ${elementCount(begins.shape)} elements for ${rank} dimensions`);
  if (!begins.data && rank > RANK) op.refuse(`${rank} dimensions from where the running model says`, `reshape the operands to ${RANK} dimensions or fewer`);
}

/** @param i the input that holds the begins @param outputMoves whether they are places in the output, and clamped, or in the input, and trap */
function emitCopyAt(op: Op, emit: Emitter, copy: BoxCopy, i: number, outputMoves: boolean): void {
  const { input, output } = copy, moving = outputMoves ? output : input, begins = op.input(i), { run, dims, strides } = boxOf(op, copy);
  emit.step("copy_at", abi.COPY_AT_SIZE, (r) => {
    r.input(copyAbi.COPY_INPUT, input);
    r.output(copyAbi.COPY_OUTPUT, output);
    r.i32(copyAbi.COPY_RUN, run);
    r.i32s(copyAbi.COPY_DIMS, dims);
    r.i32s(copyAbi.COPY_INPUT_STRIDES, strides[0]!);
    r.i32s(copyAbi.COPY_OUTPUT_STRIDES, strides[1]!);
    r.input(abi.COPY_AT_BEGINS, begins);
    r.i32(abi.COPY_AT_BEGIN_BYTES, bytesOfElement(begins));
    r.i32(abi.COPY_AT_DEPTH, moving.shape.length);
    r.i32(abi.COPY_AT_OUTPUT_MOVES, outputMoves ? 1 : 0);
    r.i32s(abi.COPY_AT_LAST, moving.shape.map((n, d) => n - copy.dims[d]!));
    r.i32s(abi.COPY_AT_STRIDES, denseStrides(moving.shape).map((step) => step * bytesOfElement(moving)));
  });
}

/** The box, with begins of 0 where only the running model knows them. A size of -1 is all that is left. */
function sliced(op: Op): BoxCopy {
  const input = op.input(0), { shape } = input, sizes = op.integers(2), computed = !op.input(1).data;
  checkMoved(op, input);
  checkBegins(op, 1, shape.length);
  const begins = computed ? shape.map(() => 0) : op.integers(1);
  if (sizes.length !== shape.length) op.invalid(`${sizes.length} sizes for ${shape.length} dimensions`);
  if (computed && sizes.includes(-1)) op.refuse("a size of -1 from where the running model says", "give every size: the arena is planned before anything runs");
  const ranges = shape.map((n, d) => ({ begin: begins[d]!, step: 1, count: sizes[d] === -1 ? n - begins[d]! : sizes[d]! }));
  ranges.forEach(({ begin, count }, d) => {
    if (begin < 0 || count < 0 || begin + count > shape[d]!) op.invalid(`${count} elements from ${begin} on of dimension ${d}, which has ${shape[d]}`);
  });
  op.expectShape(ranges.map(({ count }) => count));
  return sliceOf(input, op.output(), ranges);
}

/** Whether sizes are computed, or rows are: a box of another size every time. */
const isComputed = (op: Op): boolean => !op.input(2).data || !keepsRows(op.input(0), op.output());

const exactCuts = (op: Op): Cut[] => op.input(0).shape.map((_, d) => ({ entry: d, step: 1, flags: EXACT, becomes: d }));

const slice: Lowering = {
  operator: "SLICE",
  signatures: ["int32", "int64"].map((type) => ({ inputs: ["any", type, type], outputs: ["any"] })),
  options: "constant or computed begins and sizes; computed ones trap beyond the input",
  rows(op) {
    const constant = isOpen(op.input(0)) && op.input(1).data && op.input(2).data;
    return constant && op.integers(1)[0] === 0 && op.integers(2)[0] === -1 ? "kept" : "own";
  },
  check(op) {
    if (!isComputed(op)) return checkCopy(op, sliced(op));
    const { shape } = op.input(0);
    for (const i of [1, 2]) if (elementCount(op.input(i).shape) !== shape.length) op.invalid(`${describe(op.input(i))} has ${elementCount(op.input(i).shape)} elements for ${shape.length} dimensions`);
    if (op.output().shape.length !== shape.length) op.invalid(`${describe(op.output())} has ${op.output().shape.length} dimensions, not ${shape.length}`);
    checkCuts(op, exactCuts(op));
  },
  bounds: (op) => (isComputed(op) ? boundsOfCuts(op, exactCuts(op)) : []),
  fold: (op) => (op.input(1).data && !isComputed(op) ? foldMoves(op, { copies: [sliced(op)] }) : null),
  lower(op, emit) {
    if (isComputed(op)) return emitCuts(op, emit, exactCuts(op));
    const copy = sliced(op);
    if (op.input(1).data) emitMoves(op, emit, { copies: [copy] });
    else if (!copy.dims.includes(0)) emitCopyAt(op, emit, copy, 1, false);
  },
};

/** The update's box at the front of the output, from where it moves. */
function updated(op: Op): BoxCopy {
  const operand = op.input(0), input = op.input(1), output = op.output();
  op.expectShape(operand.shape);
  if (input.shape.length !== operand.shape.length || input.shape.some((n, d) => n > operand.shape[d]!)) op.invalid(`an update of shape [${input.shape}] of [${operand.shape}]`);
  checkBegins(op, 2, operand.shape.length);
  return { input, output, dims: input.shape, inputStrides: denseStrides(input.shape), outputStrides: denseStrides(output.shape) };
}

const dynamicUpdateSlice: Lowering = {
  operator: "DYNAMIC_UPDATE_SLICE",
  signatures: MOVABLE.map((type) => ({ inputs: [type, type, "int32|int64"], outputs: [type] })),
  options: "constant and computed begins, which are clamped so that the update fits",
  check(op) {
    checkCopy(op, updated(op));
    if (op.input(2).shape.length !== 1 || op.input(0).shape.length > RANK) op.refuse(`an operand of shape [${op.input(0).shape}]`, `reshape it to one to ${RANK} dimensions`);
  },
  lower(op, emit) {
    const copy = updated(op);
    if (op.option("inPlace", false)) emit.view(op.input(0), op.output()); // list_items.ts: of a loop's turn
    else emitCopyAll(op, emit, op.input(0), op.output(), true);
    if (!copy.dims.includes(0)) emitCopyAt(op, emit, copy, 2, true);
  },
};

export const DYNAMIC_SLICES: readonly Lowering[] = [slice, dynamicUpdateSlice];
