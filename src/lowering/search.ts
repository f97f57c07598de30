// TOPK_V2, ONE_HOT, SEGMENT_SUM, NON_MAX_SUPPRESSION_V4 and V5.
import * as abi from "../../assembly/abi/search";
import { bitsOf, elementCount } from "../graph/tensor";
import { axisOf } from "./axes";
import { isOpen } from "./extents";
import type { Lowering } from "./lowering";
import type { Op } from "./op";
import { checkSameQuantization } from "./quantization";

/** A constant number of one element. */
function count(op: Op, i: number): number {
  const numbers = op.integers(i);
  if (numbers.length !== 1 || numbers[0]! < 0) op.invalid(`operand ${i} is [${numbers}], not one number from 0`);
  return numbers[0]!;
}

const topK: Lowering = {
  operator: "TOPK_V2",
  signatures: ["int8", "uint8", "int32", "int64", "float32"].map((type) => ({ inputs: [type, "int32"], outputs: [type, "int32"] })),
  options: "constant k; the first of equal elements first; over rows that the data decide about, too, of which fewer than k trap",
  rows: (op) => (isOpen(op.input(1)) ? "lost" : op.input(0).shape.length > 1 ? "kept" : "own"),
  check(op) {
    const input = op.input(0), k = count(op, 1), width = input.shape.at(-1);
    if (width === undefined || k > width) op.invalid(`the ${k} greatest of an input [${input.shape}]`);
    for (const i of [0, 1]) op.expectShape([...input.shape.slice(0, -1), k], op.output(i));
    if (input.quantization) checkSameQuantization(op, input, op.output());
  },
  lower(op, emit) {
    const { shape, type } = op.input(0), k = count(op, 1);
    if (k === 0) return;
    emit.step(`topk_v2_${type}`, abi.TOPK_SIZE, (r) => {
      r.input(abi.TOPK_INPUT, op.input(0));
      r.output(abi.TOPK_VALUES, op.output(0));
      r.output(abi.TOPK_INDICES, op.output(1));
      r.i32(abi.TOPK_ROWS, elementCount(shape.slice(0, -1)));
      r.i32(abi.TOPK_WIDTH, shape.at(-1)!);
      r.i32(abi.TOPK_K, k);
      const extent = shape.length === 1 ? emit.extent(op.input(0)) : null;
      if (extent) r.input(abi.TOPK_EXTENT, extent);
    });
  },
};

/** Which dimension of the output is the new one. */
function hotAxis(op: Op): number {
  return axisOf(op, op.option("axis", -1), op.input(0).shape.length + 1);
}

const oneHot: Lowering = {
  operator: "ONE_HOT",
  signatures: ["int8", "uint8", "bool", "int32", "float32", "int64"].map((type) => ({ inputs: ["int32|int64", "int32", type, type], outputs: [type] })),
  options: "constant depth, any axis",
  check(op) {
    const { shape } = op.input(0), axis = hotAxis(op);
    op.expectShape([...shape.slice(0, axis), count(op, 1), ...shape.slice(axis)]);
    for (const i of [2, 3]) if (elementCount(op.input(i).shape) !== 1) op.invalid(`operand ${i} has shape [${op.input(i).shape}], not one element`);
    if (op.output().quantization) for (const i of [2, 3]) checkSameQuantization(op, op.input(i), op.output());
  },
  lower(op, emit) {
    const { shape, type } = op.input(0), axis = hotAxis(op);
    emit.step(`one_hot_${bitsOf(op.output().type)}`, abi.ONE_HOT_SIZE, (r) => {
      r.input(abi.ONE_HOT_INDICES, op.input(0));
      r.input(abi.ONE_HOT_ON, op.input(2));
      r.input(abi.ONE_HOT_OFF, op.input(3));
      r.output(abi.ONE_HOT_OUTPUT, op.output());
      r.i32(abi.ONE_HOT_OUTER, elementCount(shape.slice(0, axis)));
      r.i32(abi.ONE_HOT_DEPTH, count(op, 1));
      r.i32(abi.ONE_HOT_INNER, elementCount(shape.slice(axis)));
      r.i32(abi.ONE_HOT_INDEX_BYTES, bitsOf(type)! / 8);
    });
  },
};

/** How many segments there are at most: one for every row, unless the segments are constants. */
function mostSegments(op: Op): number {
  return op.input(1).data ? Math.max(0, ...op.integers(1).map((segment) => segment + 1)) : op.input(1).shape[0]!;
}

/** The segments are constants, and the file has the shape that they give. */
const hasKnownSegments = (op: Op): boolean => op.input(1).data !== null && op.output().shape[0] === mostSegments(op);

const segmentSum: Lowering = {
  operator: "SEGMENT_SUM",
  signatures: ["int32", "float32"].map((type) => ({ inputs: [type, "int32"], outputs: [type] })),
  options: "segments that are computed: planned at one for every row, the rest zero; the output's shape says how many there are",
  check(op) {
    const { shape } = op.input(0), segments = op.input(1).shape, output = op.output().shape;
    if (shape.length === 0 || segments.length !== 1 || segments[0] !== shape[0]) op.invalid(`segments [${segments}] of an input [${shape}]`);
    if (op.input(1).data) {
      const all = op.integers(1);
      if (all.some((segment, i) => (i === 0 ? segment !== 0 : segment - all[i - 1]! >>> 0 > 1))) op.invalid("segments that do not rise from 0 in steps of 1");
    }
    if (output.length !== shape.length || output.some((n, d) => d > 0 && n !== shape[d])) op.invalid(`an output [${output}] of segments of [${shape}]`);
  },
  bounds: (op) => (hasKnownSegments(op) ? [] : [[mostSegments(op), ...op.input(0).shape.slice(1)]]),
  lower(op, emit) {
    const { shape, type } = op.input(0), extent = emit.extent(op.output());
    emit.step(`segment_sum_${type}`, abi.SEGMENT_SUM_SIZE, (r) => {
      r.input(abi.SEGMENT_SUM_INPUT, op.input(0));
      r.input(abi.SEGMENT_SUM_SEGMENTS, op.input(1));
      r.output(abi.SEGMENT_SUM_OUTPUT, op.output());
      if (extent) r.output(abi.SEGMENT_SUM_EXTENT, extent);
      r.i32(abi.SEGMENT_SUM_ROWS, shape[0]!);
      r.i32(abi.SEGMENT_SUM_WIDTH, elementCount(shape.slice(1)));
      r.i32(abi.SEGMENT_SUM_MOST, op.output().shape[0]!);
    });
  },
};

/** NON_MAX_SUPPRESSION_V4, or V5, which gives the scores, too. */
function nonMaxSuppression(operator: string, withScores: boolean): Lowering {
  const softening = 5, last = withScores ? 2 : 1;
  const sigmaOf = (op: Op): number => {
    const { data } = op.input(softening);
    return data ? new DataView(data.buffer, data.byteOffset).getFloat32(0, true) : NaN;
  };
  return {
    operator,
    signatures: [{ inputs: ["float32", "float32", "int32", "float32", "float32", ...(withScores ? ["float32"] : [])], outputs: ["int32", ...(withScores ? ["float32"] : []), "int32"] }],
    options: `a constant number of boxes at most; zeros behind the selected ones${withScores ? "; a constant sigma: 0, or softening, with scores of 8 units in the last place" : ""}`,
    rows: (op) => (op.inputs.every((input, i) => isOpen(input) === i < 2) ? "own" : "lost"),
    check(op) {
      const boxes = op.input(0).shape, most = count(op, 2);
      if (boxes.length !== 2 || boxes[1] !== 4) op.invalid(`boxes [${boxes}], not [n, 4]`);
      if (`${op.input(1).shape}` !== `${boxes[0]}`) op.invalid(`scores [${op.input(1).shape}] of boxes [${boxes}]`);
      for (const i of [3, 4, ...(withScores ? [softening] : [])]) if (elementCount(op.input(i).shape) !== 1) op.invalid(`operand ${i} has shape [${op.input(i).shape}], not one element`);
      for (let i = 0; i < last; i++) op.expectShape([most], op.output(i));
      if (elementCount(op.output(last).shape) !== 1) op.invalid(`output ${last} has shape [${op.output(last).shape}], not one element`);
      if (!withScores) return;
      if (!(sigmaOf(op) >= 0)) op.refuse("soft_nms_sigma is not a constant from 0", "convert with a constant, 0.0 for no softening");
    },
    lower(op, emit) {
      const boxes = op.input(0).shape[0]!, sigma = withScores ? sigmaOf(op) : 0, extent = emit.extent(op.input(0));
      emit.step(sigma > 0 ? "soft_non_max_suppression" : "non_max_suppression", abi.NMS_SIZE, (r) => {
        r.input(abi.NMS_BOXES, op.input(0));
        r.input(abi.NMS_SCORES, op.input(1));
        r.input(abi.NMS_IOU_THRESHOLD, op.input(3));
        r.input(abi.NMS_SCORE_THRESHOLD, op.input(4));
        r.output(abi.NMS_INDICES, op.output(0));
        if (withScores) r.output(abi.NMS_SELECTED_SCORES, op.output(1));
        r.output(abi.NMS_SELECTED, op.output(last));
        r.scratch(abi.NMS_HEAP, boxes * abi.NMS_CANDIDATE);
        r.i32(abi.NMS_COUNT, boxes);
        r.i32(abi.NMS_MOST, count(op, 2));
        if (extent) r.input(abi.NMS_EXTENT, extent);
        if (sigma > 0) r.f32(abi.NMS_DECAY, -0.5 / sigma);
      });
    },
  };
}

export const SEARCHES: readonly Lowering[] = [topK, oneHot, segmentSum, nonMaxSuppression("NON_MAX_SUPPRESSION_V4", false), nonMaxSuppression("NON_MAX_SUPPRESSION_V5", true)];
