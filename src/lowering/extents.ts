// Tensors whose first dimension only the running model knows (WHERE, RANGE, UNIQUE, a slice up to a computed end, ...) and what follows from them. They are
// planned at the most that it can be, with what it is in an int32 beside them, and hold zeros behind their last row. An operator that works row by
// row computes all of them and clears its output's rest; what would take the rest for data is refused.
import * as abi from "../../assembly/abi/extent";
import { RANK } from "../../assembly/abi/shape";
import { byteLength, type Tensor } from "../graph/tensor";
import { axisOf } from "./axes";
import { foldEmpty } from "./empty";
import { bytesOfElement } from "./indexed";
import type { Emitter, Lowering, Rows } from "./lowering";
import { describe, type Op } from "./op";

/** What is known before anything runs. */
export interface Known {
  /** By index; outputs get the shapes that they are planned with. */
  readonly tensors: Tensor[];
  readonly folded: Map<number, Uint8Array>;
  /** Numbers that the running model computes from shapes, at the most that they can be. */
  readonly mosts: Map<number, Uint8Array>;
}

/**
 * Checks an operator, gives its outputs the shapes that they are planned with, and folds it.
 * @returns whether its outputs are known now
 * @throws ArenulaError OPERATOR_UNSUPPORTED, MODEL_INVALID
 */
export function settle(op: Op, lowering: Lowering, { tensors, folded, mosts }: Known): boolean {
  const planned = (output: Tensor, shape: readonly number[], rows: number) => (tensors[output.index] = { ...output, shape, rows });
  const source = keptRows(op, lowering);
  if (source) op.operator.outputs.map((_, i) => op.output(i)).forEach((output) => planned(output, [source.shape[0]!, ...output.shape.slice(1)], source.rows!));
  lowering.bounds?.(op).forEach((shape, i) => shape && planned(op.output(i), shape, op.output(i).index));
  lowering.check(op);
  const known = lowering.fold?.(op);
  known?.forEach((bytes, i) => folded.set(op.output(i).index, bytes));
  if (!known && RISING.has(op.name)) lowering.fold?.(op.largest())?.forEach((bytes, i) => mosts.set(op.output(i).index, bytes));
  return Boolean(known) || foldEmpty(op, lowering, folded);
}

/** Operators that converters compute shapes with: the largest operands give the largest result. A result beyond it traps (kernel `extent`). */
const RISING = new Set(["SHAPE", "STRIDED_SLICE", "SLICE", "GATHER", "PACK", "CONCATENATION", "RESHAPE", "SQUEEZE", "EXPAND_DIMS", "CAST", "ADD", "MUL", "MAXIMUM", "MINIMUM"]);

export const isOpen = ({ rows }: Tensor): boolean => rows !== undefined;

/** The operand whose rows are those of all outputs; null where there is none. Refuses operators that would take the rest for data. */
function keptRows(op: Op, lowering: Lowering): Tensor | null {
  const open = op.operator.inputs.flatMap((_, i) => op.maybeInput(i) ?? []).filter(isOpen), [first] = open;
  if (!first) return null;
  const same = open.every(({ rows }) => rows === first.rows);
  const rows = same ? (lowering.rows ?? ROWS.get(op.name))?.(op) ?? "lost" : "lost";
  if (rows === "lost")
    op.refuse(
      `${describe(first)} has as many rows as only the running model knows${same ? "" : ", and another operand another number of them"}`,
      CALLS.has(op.name) ? "give the subgraph what it asks of the rows in a known shape: their number by SHAPE, a sum, or a mask" : "compute across rows outside the model, or on a mask of a known shape instead",
    );
  return rows === "kept" ? first : null;
}

/** Tensors of subgraphs have the shapes of the file, whoever calls them. */
const CALLS: ReadonlySet<string> = new Set(["IF", "WHILE"]);

const keptIf = (holds: boolean): Rows => (holds ? "kept" : "lost");
const ownIf = (holds: boolean): Rows => (holds ? "own" : "lost");

/** Every element by itself; operands of fewer dimensions, or of one row, are broadcast. */
const elementwise = (op: Op): Rows => {
  const rank = op.output().shape.length;
  return keptIf(op.inputs.every((input) => (isOpen(input) ? input.shape.length === rank : input.shape.length < rank || input.shape[0] === 1)));
};
/** Zeros are no divisors of integers. */
const division = (op: Op): Rows => keptIf(elementwise(op) === "kept" && (op.output().type === "float32" || !isOpen(op.input(1))));
/** Only operand `i` has rows. */
const rowsOf = (i: number) => (op: Op): Rows => keptIf(op.operator.inputs.every((_, k) => k === i || !op.maybeInput(k) || !isOpen(op.input(k))));
/** All operands have the same rows, and the option `axis` names another dimension. @param more dimensions that the output has */
const beside = (more: number) => (op: Op): Rows => keptIf(op.inputs.every(isOpen) && axisOf(op, op.option("axis", 0), op.input(0).shape.length + more) !== 0);
/** Operand `i` has the rows, and the constant `axis` names another dimension. */
const split = (i: number, axis: number) => (op: Op): Rows => keptIf(rowsOf(i)(op) === "kept" && axisOf(op, op.integers(axis)[0] ?? 0, op.input(i).shape.length) !== 0);
/** The last dimension is another one. */
const last = (op: Op): Rows => keptIf(op.input(0).shape.length > 1);
/** Along one axis, operand 1, which is another one. @param more dimensions that the output has */
const alongAnother = (more: number) => (op: Op): Rows => keptIf(!isOpen(op.input(1)) && axisOf(op, op.integers(1)[0] ?? 0, op.input(0).shape.length + more) !== 0);
const reducesRows = (op: Op): boolean => op.integers(1).some((axis) => axisOf(op, axis) === 0);
const reduction = (op: Op): Rows => keptIf(!isOpen(op.input(1)) && !reducesRows(op));
/** Zeros, or false, behind the last row change nothing. */
const sum = (types: readonly string[]) => (op: Op): Rows => (reduction(op) === "lost" ? ownIf(!isOpen(op.input(1)) && types.includes(op.input(0).type)) : "kept");

/** Rows of the indices, or of the input where another axis is picked from. */
const gathered = (op: Op): Rows => {
  const fromRows = axisOf(op, op.option("axis", 0)) === 0;
  return keptIf(isOpen(op.input(0)) ? !fromRows && !isOpen(op.input(1)) && op.option("batchDims", 0) === 0 : fromRows);
};

/** What operators make of rows. An operator that is not here takes none. */
const ROWS: ReadonlyMap<string, (op: Op) => Rows> = new Map<string, (op: Op) => Rows>([
  ...[
    "ABS", "ADD", "BITCAST", "BITWISE_XOR", "CAST", "CEIL", "COS", "DEQUANTIZE", "ELU", "EQUAL", "EXP", "FLOOR", "GELU", "GREATER", "GREATER_EQUAL", "HARD_SWISH", "LEAKY_RELU", "LESS", "LESS_EQUAL",
    "LOG", "LOGICAL_AND", "LOGICAL_NOT", "LOGICAL_OR", "LOGISTIC", "MAXIMUM", "MINIMUM", "MUL", "NEG", "NOT_EQUAL", "POW", "PRELU", "QUANTIZE", "RELU", "RELU6", "RELU_0_TO_1", "RELU_N1_TO_1",
    "RIGHT_SHIFT", "ROUND", "RSQRT", "SELECT_V2", "SIGN", "SIN", "SQRT", "SQUARE", "SQUARED_DIFFERENCE", "SUB", "TANH", "ZEROS_LIKE",
  ].map((name) => [name, elementwise] as const),
  ...["DIV", "FLOOR_DIV", "FLOOR_MOD"].map((name) => [name, division] as const),
  ["SELECT", (op) => keptIf(op.inputs.every(isOpen))],
  ...["SOFTMAX", "LOG_SOFTMAX", "L2_NORMALIZATION"].map((name) => [name, last] as const),
  ...["MEAN", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ALL"].map((name) => [name, reduction] as const),
  ["SUM", sum(["float32", "int32", "int64"])],
  ["REDUCE_ANY", sum(["bool"])],
  ...["ARG_MAX", "ARG_MIN", "CUMSUM"].map((name) => [name, alongAnother(0)] as const),
  ["EXPAND_DIMS", alongAnother(1)],
  ["REVERSE_V2", reduction],
  ["CONCATENATION", beside(0)],
  ["PACK", beside(1)],
  ["UNPACK", beside(0)],
  ["SPLIT", split(1, 0)],
  ["SPLIT_V", split(0, 2)],
  ["TRANSPOSE", (op) => keptIf(!isOpen(op.input(1)) && op.integers(1)[0] === 0)],
  ["TILE", (op) => keptIf(!isOpen(op.input(1)) && op.input(1).data !== null && op.integers(1)[0] === 1)],
  ...["PAD", "PADV2", "MIRROR_PAD"].map((name) => [name, (op: Op) => keptIf(rowsOf(0)(op) === "kept" && op.integers(1).slice(0, 2).every((n) => n === 0))] as const),
  ["GATHER", gathered],
  ["GATHER_ND", (op) => keptIf(!isOpen(op.input(0)) && op.input(1).shape.length > 1)],
  ["EMBEDDING_LOOKUP", rowsOf(0)],
  ["ONE_HOT", (op) => keptIf(rowsOf(0)(op) === "kept" && axisOf(op, op.option("axis", -1), op.input(0).shape.length + 1) !== 0)],
  ["FULLY_CONNECTED", (op) => keptIf(rowsOf(0)(op) === "kept" && (op.input(0).shape.length === 2 || op.option("keepNumDims", false)))],
  ...["CONV_2D", "DEPTHWISE_CONV_2D", "AVERAGE_POOL_2D", "MAX_POOL_2D", "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "DEPTH_TO_SPACE", "SPACE_TO_DEPTH"].map((name) => [name, rowsOf(0)] as const),
  ["SQUEEZE", (op) => keptIf(squeezed(op).length > 0 && squeezed(op).every((axis) => axisOf(op, axis) !== 0))],
  // The rank is known, conditions that are false are nowhere, and zeros added to the first place are nothing.
  ["RANK", () => "own"],
  ["WHERE", () => "own"],
  ["SCATTER_ND", (op) => ownIf(isOpen(op.input(0)) && isOpen(op.input(1)) && !isOpen(op.input(2)))],
]);

const squeezed = (op: Op): readonly number[] => op.option<never>("squeezeDims", [] as never) as readonly number[];

/** What the entries of a shape, operand `i`, count in the output: one each, or as many as multiples repeat. */
export type Units = (op: Op) => readonly number[];

/** A shape, operand `i`, at its most where the running model computes it; refuses one without a bound. */
export function entriesOf(op: Op, i: number, units?: Units): readonly number[] {
  if (op.input(i).data) return op.integers(i);
  const largest = op.largest(), output = op.output();
  if (largest.input(i).data) return largest.integers(i);
  if (!isOpen(output) && output.shapeSignature?.includes(-1))
    op.refuse(
      `${describe(op.input(i))}, computed while the model runs, has no bound`,
      "convert with a static shape, or compute it from the shape of a tensor: the arena is planned before anything runs",
    );
  const counted = units?.(op);
  return output.shape.map((n, d) => (counted?.[d] ? n / counted[d] : n));
}

/** Whether a shape, operand `i`, that the running model computes has a bound that is its own; else the one in the file has to come true. */
export const isBounded = (op: Op, i: number): boolean => !op.input(i).data && op.largest().input(i).data !== null;

/** A shape, operand `i`, that the running model computes decides about the output's rows. Its other entries have to be as planned. */
export function emitExtent(op: Op, emit: Emitter, i: number, units?: Units): void {
  const shape = op.input(i), output = op.output(), entries = entriesOf(op, i, units);
  writeExtent(emit, { shape, entryBytes: bytesOfElement(shape), entries, multiplier: units?.(op)[0] ?? 1, divisor: 1, output });
  if (isOpen(output)) emitClear(emit, output);
}

/** Refuses a computed shape that kernel `extent` cannot check. */
export function checkComputedShape(op: Op, rank: number): void {
  if (rank === 0 || rank > RANK) op.refuse(`a computed shape of ${rank} dimensions`, `reshape to one to ${RANK} dimensions`);
}

/** The rows of `output` are those of `input` times `multiplier` over `divisor`. */
export function emitScaledExtent(emit: Emitter, input: Tensor, multiplier: number, divisor: number, output: Tensor): void {
  writeExtent(emit, { shape: emit.extent(input)!, entryBytes: 4, entries: [0], multiplier, divisor, output });
}

interface ExtentFields { readonly shape: Tensor; readonly entryBytes: number; readonly entries: readonly number[]; readonly multiplier: number; readonly divisor: number; readonly output: Tensor }

function writeExtent(emit: Emitter, { shape, entryBytes, entries, multiplier, divisor, output }: ExtentFields): void {
  emit.step("extent", abi.EXTENT_SIZE, (r) => {
    r.input(abi.EXTENT_SHAPE, shape);
    r.i32(abi.EXTENT_ENTRY_BYTES, entryBytes);
    r.i32(abi.EXTENT_RANK, entries.length);
    r.i32(abi.EXTENT_MULTIPLIER, multiplier);
    r.i32(abi.EXTENT_DIVISOR, divisor);
    r.i32(abi.EXTENT_MOST, output.shape[0]!);
    const extent = emit.extent(output);
    if (extent) r.output(abi.EXTENT_ROWS, extent);
    r.i32s(abi.EXTENT_DIMS, entries);
  });
}

/** Zeros behind the last row. */
export function emitClear(emit: Emitter, output: Tensor): void {
  const [most] = output.shape as [number];
  if (byteLength(output) === 0) return;
  emit.step("clear_behind", abi.CLEAR_SIZE, (r) => {
    r.output(abi.CLEAR_OUTPUT, output);
    r.input(abi.CLEAR_EXTENT, emit.extent(output)!);
    r.i32(abi.CLEAR_ROW, byteLength(output) / most);
    r.i32(abi.CLEAR_MOST, most);
  });
}
