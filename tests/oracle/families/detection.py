"""TFLite_Detection_PostProcess: fast and regular non-maximum suppression, float and quantized inputs."""

import numpy as np
from flatbuffers import flexbuffers

import draw
from build_model import Graph, per_tensor


def operands(rng, boxes, columns):
    """Anchors in a few places, so that boxes overlap, encodings small, and scores many of which are equal."""
    places = rng.uniform(0.2, 0.8, (max(boxes // 3, 1), 2))
    centers = places[rng.integers(0, len(places), boxes)] + rng.normal(0, 0.02, (boxes, 2))
    anchors = np.concatenate([centers, rng.uniform(0.1, 0.4, (boxes, 2))], -1)
    scores = rng.random((1, boxes, columns))
    if draw.chance(rng, 0.5):
        scores = np.round(scores * 8) / 8
    return rng.normal(0, 0.5, (1, boxes, 4)), scores, anchors


def detection(rng):
    boxes, classes = int(draw.choose(rng, (1, 6, 20, 45))), int(draw.choose(rng, (1, 2, 5)))
    regular, quantized = draw.chance(rng, 0.5), draw.chance(rng, 0.3)
    detections = int(rng.integers(1, boxes + 3)) if regular else int(rng.integers(1, min(boxes, 8) + 1))
    # TFLM and LiteRT leave what was there before behind the detections of the fast way: there are always as many as asked for.
    iou, least = (draw.choose(rng, (0.3, 0.5, 0.6)), draw.choose(rng, (0.0, 0.3, 0.6))) if regular else (draw.choose(rng, (0.6, 0.9)) if detections == 1 else 1.0, 0.0)
    graph = Graph(expect="LiteRT" if quantized else "TFLM")
    values = operands(rng, boxes, classes + int(draw.chance(rng, 0.5)))
    tensors = []
    for array, scale, zero in zip(values, (0.04, 1 / 256, 1 / 200), (128, 0, 0)):
        stored = np.clip(np.round(array / scale) + zero, 0, 255).astype(np.uint8) if quantized else array.astype(np.float32)
        tensors.append((graph.constant if array.ndim == 2 else graph.input)(stored, per_tensor(scale, zero) if quantized else None))
    outputs = [graph.tensor(shape, "float32") for shape in ([1, detections, 4], [1, detections], [1, detections], [1])]
    options = {"max_detections": detections, "max_classes_per_detection": 1, "num_classes": classes, "nms_score_threshold": float(least), "nms_iou_threshold": float(iou),
               "y_scale": 10.0, "x_scale": 10.0, "h_scale": 5.0, "w_scale": 5.0, "use_regular_nms": regular}
    if regular and draw.chance(rng, 0.5):
        options["detections_per_class"] = int(rng.integers(1, boxes + 1))
    graph.operator("TFLite_Detection_PostProcess", tensors, outputs, custom_options=bytes(flexbuffers.Dumps(options)))
    return graph.finish(*outputs)


FAMILIES = {"detection": detection}
