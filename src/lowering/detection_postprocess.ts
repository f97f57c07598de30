// TFLite_Detection_PostProcess, the custom operator at the end of the Object Detection API's models.
import * as abi from "../../assembly/abi/detection_postprocess";
import type { Tensor } from "../graph/tensor";
import { customBoolean, customInteger, customNumber } from "./custom_options";
import type { Emitter, Lowering } from "./lowering";
import { describe, type Op } from "./op";
import { checkPerTensor } from "./quantization";
import { emitConversion } from "./quantize";

const MOST = 2 ** 24;
/** Of regular non-maximum suppression, where the options do not say it. */
const DETECTIONS_PER_CLASS = 100;

function geometry(op: Op) {
  const [encodings, scores] = [op.input(0).shape, op.input(1).shape];
  if (encodings.length !== 3 || encodings[0] !== 1 || encodings[2]! < 4) op.invalid(`box encodings have shape [${encodings}], not [1, boxes, 4]`);
  const boxes = encodings[1]!, classes = customInteger(op, "num_classes", 1, MOST);
  if (scores.length !== 3 || scores[0] !== 1 || scores[1] !== boxes) op.invalid(`scores have shape [${scores}], not [1, ${boxes}, classes]`);
  const labelOffset = scores[2]! - classes;
  if (labelOffset !== 0 && labelOffset !== 1) op.invalid(`${scores[2]} scores of a box for num_classes ${classes}`);
  const regular = customBoolean(op, "use_regular_nms", false);
  const detections = customInteger(op, "max_detections", 1, MOST);
  const perBox = regular ? 1 : Math.min(customInteger(op, "max_classes_per_detection", 1, MOST), classes);
  const select = regular ? customInteger(op, "detections_per_class", 1, MOST, DETECTIONS_PER_CLASS) : detections;
  return { boxes, classes, encoding: encodings[2]!, columns: scores[2]!, labelOffset, regular, perBox, rows: detections * perBox, select: Math.min(select, boxes) };
}

/** float32: the tensor itself, or its real values. */
function real(emit: Emitter, tensor: Tensor): Tensor {
  if (tensor.type === "float32") return tensor;
  const output = emit.temporary({ ...tensor, type: "float32", quantization: null, rebased: false });
  emitConversion(emit, "dequantize", tensor, output);
  return output;
}

const detectionPostprocess: Lowering = {
  operator: "TFLite_Detection_PostProcess", custom: true,
  signatures: [{ inputs: ["float32|int8", "float32|int8", "float32|int8"], outputs: ["float32", "float32", "float32", "float32"] }],
  options: "fast and regular non-maximum suppression; boxes, scores and anchors float32 or quantized; static output shapes",
  check(op) {
    const { rows, boxes } = geometry(op);
    for (const input of op.inputs) if (input.type !== "float32") checkPerTensor(op, input);
    op.expectShape([boxes, 4], op.input(2));
    const iou = customNumber(op, "nms_iou_threshold");
    if (!(iou > 0 && iou <= 1)) op.invalid(`custom option 'nms_iou_threshold' is ${iou}, expected above 0, up to 1`);
    customNumber(op, "nms_score_threshold");
    for (const name of ["y_scale", "x_scale", "h_scale", "w_scale"]) if (!(customNumber(op, name) > 0)) op.invalid(`custom option '${name}' is ${customNumber(op, name)}`);
    [[1, rows, 4], [1, rows], [1, rows], [1]].forEach((shape, i) => {
      const output = op.output(i);
      if (output.shape.join() !== shape.join())
        op.refuse(`${describe(output)} has shape [${output.shape}], ${rows} detections take [${shape}]`, `give the outputs their static shapes: [1, ${rows}, 4], [1, ${rows}], [1, ${rows}], [1]`);
    });
  },
  lower(op, emit) {
    const g = geometry(op);
    const [encodings, scores, anchors] = op.inputs.map((input) => real(emit, input)) as [Tensor, Tensor, Tensor];
    emit.step(g.regular ? "detection_postprocess_regular" : "detection_postprocess", abi.DETECTION_SIZE, (r) => {
      r.input(abi.DETECTION_ENCODINGS, encodings);
      r.input(abi.DETECTION_SCORES, scores);
      r.input(abi.DETECTION_ANCHORS, anchors);
      [abi.DETECTION_OUT_BOXES, abi.DETECTION_OUT_CLASSES, abi.DETECTION_OUT_SCORES, abi.DETECTION_OUT_COUNT].forEach((at, i) => r.output(at, op.output(i)));
      r.scratch(abi.DETECTION_CANDIDATES, 4 * g.boxes);
      r.scratch(abi.DETECTION_BEST, g.regular ? 0 : 4 * g.boxes);
      r.scratch(abi.DETECTION_SELECTED, 16 * (g.select + 1)); // and the one in question
      r.i32(abi.DETECTION_BOXES, g.boxes);
      r.i32(abi.DETECTION_ENCODING, g.encoding);
      r.i32(abi.DETECTION_COLUMNS, g.columns);
      r.i32(abi.DETECTION_LABEL_OFFSET, g.labelOffset);
      r.i32(abi.DETECTION_CLASSES, g.classes);
      r.i32(abi.DETECTION_ROWS, g.rows);
      r.i32(abi.DETECTION_PER_BOX, g.perBox);
      r.i32(abi.DETECTION_SELECT, g.select);
      r.f32(abi.DETECTION_SCORE_THRESHOLD, customNumber(op, "nms_score_threshold"));
      r.f32(abi.DETECTION_IOU_THRESHOLD, customNumber(op, "nms_iou_threshold"));
      ["y_scale", "x_scale", "h_scale", "w_scale"].forEach((name, i) => r.f32(abi.DETECTION_SCALES + 4 * i, customNumber(op, name)));
    });
  },
};

export const DETECTION: readonly Lowering[] = [detectionPostprocess];
