// WHERE, RANGE and UNIQUE: how many rows they give only the running model knows (extents.ts).
import { RANK } from "../../assembly/abi/shape";
import * as abi from "../../assembly/abi/where";
import { bitsOf, elementCount, type Tensor } from "../graph/tensor";
import type { Lowering } from "./lowering";
import { describe, type Op } from "./op";
import { checkSameQuantization } from "./quantization";

const EXTENT = "planned at the most it can be, the rest zero; the output's shape says how many there are";

/** Refuses a shape that the file states and that there cannot be: it is about to be replaced by the one that is planned. @param rows whether the rows it states are possible */
function checkStated(op: Op, planned: readonly number[], rows: (stated: number) => boolean = (stated) => stated <= planned[0]!): void {
  const { shape, shapeSignature } = op.output(), rowFits = shape.length === planned.length && planned.slice(1).every((n, i) => n === shape[i + 1]);
  if (!rowFits || (!shapeSignature?.includes(-1) && !rows(shape[0]!))) op.invalid(`${describe(op.output())} has shape [${shape}], the inputs give [${planned}] at most`);
}

const where: Lowering = {
  operator: "WHERE",
  signatures: [{ inputs: ["bool"], outputs: ["int64"] }],
  options: `one operand, up to ${RANK} dimensions; ${EXTENT}`,
  check(op) {
    const rank = op.input(0).shape.length;
    if (rank > RANK) op.refuse(`a condition of ${rank} dimensions, more than ${RANK}`, "reshape it to fewer dimensions");
  },
  bounds(op) {
    const { shape } = op.input(0), planned = [elementCount(shape), shape.length];
    checkStated(op, planned);
    return [planned];
  },
  lower(op, emit) {
    const { shape } = op.input(0);
    emit.step("where", abi.WHERE_SIZE, (r) => {
      r.input(abi.WHERE_INPUT, op.input(0));
      r.output(abi.WHERE_OUTPUT, op.output());
      r.output(abi.WHERE_EXTENT, emit.extent(op.output())!);
      r.i32(abi.WHERE_COUNT, elementCount(shape));
      r.i32(abi.WHERE_RANK, shape.length);
      r.i32s(abi.WHERE_DIMS, shape);
    });
  },
};

const { fround } = Math;

/** The value of a constant scalar, null where the running model computes it. */
function scalar(op: Op, i: number): number | null {
  const { data, type } = op.input(i);
  if (!data) return null;
  const view = new DataView(data.buffer, data.byteOffset);
  return type === "float32" ? view.getFloat32(0, true) : view.getInt32(0, true);
}

/** How many numbers there are where all three operands are constants; null elsewhere. Source: TFLite kernels/range.cc, GetSize. */
function knownCount(op: Op): number | null {
  const [start, limit, delta] = [0, 1, 2].map((i) => scalar(op, i)) as [number | null, number | null, number | null];
  if (start === null || limit === null || delta === null) return null;
  const round = op.output().type === "float32" ? fround : (x: number) => x;
  return Math.max(Math.ceil(round(round(limit - start) / delta)), 0);
}

/** The most numbers that there can be, null where nothing says it. */
function mostNumbers(op: Op): number | null {
  const known = knownCount(op), { shape, shapeSignature, type } = op.output();
  if (known !== null) return known;
  const largest = op.largest(), start = scalar(op, 0), limit = scalar(largest, 1);
  if (type === "int32" && start !== null && limit !== null) return Math.abs(limit - start); // steps of 1
  return shapeSignature?.includes(-1) ? null : shape[0]!;
}

/** The shape of the file is the one that constants give. */
const isStatic = (op: Op): boolean => knownCount(op) === op.output().shape[0];

const range: Lowering = {
  operator: "RANGE",
  signatures: ["int32", "float32"].map((type) => ({ inputs: [type, type, type], outputs: [type] })),
  options: `constants are folded; else ${EXTENT}: the shape in the file has to say it, or a constant start and limit of int32, or a limit from the shape of a tensor`,
  check(op) {
    op.inputs.forEach((input, i) => elementCount(input.shape) === 1 || op.invalid(`operand ${i} has shape [${input.shape}], not one element`));
    if (scalar(op, 2) === 0) op.invalid("steps of 0");
    if (mostNumbers(op) === null) op.refuse("how many numbers it gives has no bound: start or limit is computed while the model runs", "convert with constant limits, limits from the shape of a tensor, or a static shape for the output");
  },
  bounds(op) {
    const most = op.inputs.every(({ shape }) => elementCount(shape) === 1) && scalar(op, 2) !== 0 ? mostNumbers(op) : null;
    if (most === null) return []; // `check` refuses it
    const rounded = op.output().type === "float32" ? 1 : 0; // who counts in decimals, or in float64, may come to one more or less
    checkStated(op, [most], (stated) => knownCount(op) === null || Math.abs(stated - most) <= rounded);
    return isStatic(op) ? [] : [[most]];
  },
  fold(op) {
    if (!isStatic(op)) return null;
    const count = op.output().shape[0]!, delta = scalar(op, 2)!;
    const numbers = op.output().type === "float32" ? new Float32Array(count) : new Int32Array(count);
    for (let i = 0, value = scalar(op, 0)!; i < count; i++, value = fround(value + delta)) numbers[i] = numbers instanceof Int32Array ? scalar(op, 0)! + i * delta : value;
    return [new Uint8Array(numbers.buffer)];
  },
  lower(op, emit) {
    emit.step(`range_${op.output().type}`, abi.RANGE_SIZE, (r) => {
      r.input(abi.RANGE_START, op.input(0));
      r.input(abi.RANGE_LIMIT, op.input(1));
      r.input(abi.RANGE_DELTA, op.input(2));
      r.output(abi.RANGE_OUTPUT, op.output());
      r.output(abi.RANGE_EXTENT, emit.extent(op.output())!);
      r.i32(abi.RANGE_MOST, op.output().shape[0]!);
    });
  },
};

const UNIQUE_TYPES = ["int8", "uint8", "int16", "int32", "int64", "float32"];

const unique: Lowering = {
  operator: "UNIQUE",
  signatures: UNIQUE_TYPES.map((type) => ({ inputs: [type], outputs: [type, "int32|int64"] })),
  options: `one dimension, of as many elements as the data decide, too; ${EXTENT}`,
  rows: () => "kept", // of the indices
  check(op) {
    const input = op.input(0), [values, indices] = [op.output(0), op.output(1)];
    if (input.shape.length !== 1) op.invalid(`${describe(input)} has shape [${input.shape}], not one dimension`);
    op.expectShape(input.shape, indices);
    if (input.quantization) checkSameQuantization(op, input, values);
  },
  bounds(op) {
    const { shape } = op.input(0);
    checkStated(op, shape);
    return [shape, null];
  },
  lower(op, emit) {
    emit.step(uniqueKernel(op.input(0)), abi.UNIQUE_SIZE, (r) => {
      r.input(abi.UNIQUE_INPUT, op.input(0));
      r.output(abi.UNIQUE_OUTPUT, op.output(0));
      r.output(abi.UNIQUE_INDICES, op.output(1));
      r.output(abi.UNIQUE_EXTENT, emit.extent(op.output(0))!);
      r.i32(abi.UNIQUE_COUNT, elementCount(op.input(0).shape));
      r.i32(abi.UNIQUE_INDEX_BYTES, bitsOf(op.output(1).type)! / 8);
      const rows = emit.extent(op.input(0));
      if (rows) r.input(abi.UNIQUE_ROWS, rows);
    });
  },
};

/** By the size of integers: -0 and 0 are one float32. */
const uniqueKernel = ({ type }: Tensor): string => `unique_${type === "float32" ? type : bitsOf(type)}`;

export const EXTENTS: readonly Lowering[] = [where, range, unique];
