"""TOPK_V2, ONE_HOT, SEGMENT_SUM, NON_MAX_SUPPRESSION; WHERE, RANGE and UNIQUE, whose extents the data decide; L2_NORMALIZATION of int8."""

import numpy as np
from ai_edge_litert.schema_py_generated import TensorType

import draw
from build_model import Graph, per_tensor
from families.reduce import numbers


def litert():
    """TFLM has none of these operators."""
    graph = Graph()
    graph.expect = "LiteRT"
    return graph


def scalar(graph, value, dtype):
    return graph.constant(np.array(value, dtype))


def topk(rng):
    dtype = draw.choose(rng, ("int8", "uint8", "int32", "int64", "float32"))
    shape = draw.shape(rng, int(rng.integers(1, 4)), 400)
    k = int(rng.integers(1, shape[-1] + 1))
    graph = litert()
    quantization = draw.quantization(rng) if dtype == "int8" else None
    x = graph.input(numbers(rng, shape, dtype), quantization)
    values, indices = graph.tensor([*shape[:-1], k], dtype, quantization), graph.tensor([*shape[:-1], k], "int32")
    graph.operator("TOPK_V2", [x, scalar(graph, k, np.int32)], [values, indices], version=2 if dtype == "int8" else 1)
    return graph.finish(values, indices)


def one_hot(rng):
    dtype, index_type = draw.choose(rng, ("int8", "uint8", "bool", "int32", "int64", "float32")), draw.choose(rng, ("int32", "int64"))
    shape, depth = draw.shape(rng, int(rng.integers(0, 4)), 60), int(rng.integers(1, 9))
    axis = int(rng.integers(-1, len(shape) + 1))
    graph = litert()
    x = graph.input(rng.integers(-2, depth + 2, shape).astype(index_type))
    on, off = (numbers(rng, [], dtype) for _ in range(2)) if dtype != "bool" else (np.array(True), np.array(False))
    place = len(shape) if axis == -1 else axis
    output = graph.tensor([*shape[:place], depth, *shape[place:]], dtype)
    graph.operator("ONE_HOT", [x, scalar(graph, depth, np.int32), graph.constant(np.asarray(on, dtype)), graph.constant(np.asarray(off, dtype))], output, axis=axis)
    return graph.finish(output)


def segment_sum(rng):
    dtype = draw.choose(rng, ("int32", "float32"))
    shape = draw.shape(rng, int(rng.integers(1, 4)), 300)
    segments = np.cumsum(np.concatenate([[0], rng.integers(0, 2, shape[0] - 1)])).astype(np.int32)
    graph = Graph()
    graph.expect = "recomputed"  # LiteRT's reference resolver has no SEGMENT_SUM
    x = graph.input(numbers(rng, shape, dtype))
    known = draw.chance(rng, 0.5)
    ids = graph.constant(segments) if known else graph.input(segments)
    output = graph.tensor([segments[-1] + 1 if known and draw.chance(rng, 0.7) else 1, *shape[1:]], dtype)
    graph.operator("SEGMENT_SUM", [x, ids], output)
    return graph.finish(output)


def non_max_suppression(version):
    def family(rng):
        count, most = int(rng.integers(1, 40)), int(rng.integers(1, 12))
        corners = rng.uniform(0, 1, (count, 2)) if draw.chance(rng, 0.5) else rng.integers(0, 4, (count, 2)) / 4
        boxes = np.concatenate([corners, corners + rng.uniform(-0.1 if draw.chance(rng, 0.3) else 0.05, 0.5, (count, 2))], 1).astype(np.float32)
        scores = rng.uniform(0, 1, count) if draw.chance(rng, 0.5) else rng.integers(0, 4, count) / 4  # equal ones, too
        graph = litert()
        x, s = graph.input(boxes), graph.input(scores.astype(np.float32))
        thresholds = [np.float32(rng.uniform(0.1, 0.9)), np.float32(draw.choose(rng, (0.0, 0.1, 0.5)))]
        if draw.chance(rng, 0.5):
            iou, least = (graph.input(np.array(value)) for value in thresholds)
        else:
            iou, least = (scalar(graph, value, np.float32) for value in thresholds)
        indices, selected = graph.tensor([most], "int32"), graph.tensor([], "int32")
        inputs = [x, s, scalar(graph, most, np.int32), iou, least]
        if version == 4:
            graph.operator("NON_MAX_SUPPRESSION_V4", inputs, [indices, selected])
            return graph.finish(indices, selected)
        kept = graph.tensor([most], "float32")
        sigma = draw.choose(rng, (0.0, 0.0, 0.1, 0.5, 1.0, float(rng.uniform(0.05, 2))))
        graph.ulps = 8 if sigma else 0  # of EXP, once for every box that is selected before
        graph.operator("NON_MAX_SUPPRESSION_V5", [*inputs, scalar(graph, sigma, np.float32)], [indices, kept, selected])
        return graph.finish(indices, kept, selected)

    return family


def where(rng):
    shape = draw.shape(rng, int(rng.integers(1, 6)), 300)
    condition = rng.random(shape) < draw.choose(rng, (0.1, 0.5, 1.0))
    condition.reshape(-1)[int(rng.integers(condition.size))] = True  # LiteRT's Python package does not give empty tensors
    graph = litert()
    output = graph.tensor([1, len(shape)], "int64")
    graph.operator("WHERE", [graph.input(condition)], output)
    return graph.finish(output)


def span(rng):
    """RANGE: constants of a known or unknown shape, or a computed step or limit."""
    dtype = draw.choose(rng, ("int32", "float32"))
    start, count, delta = int(rng.integers(-20, 20)), int(rng.integers(1, 30)), int(draw.choose(rng, (-3, -1, 1, 2, 5)))
    operands = [start, start + count * delta - int(np.sign(delta)) * int(rng.integers(0, abs(delta))), delta]
    if dtype == "float32":
        operands = [value / 10 for value in operands]
    graph = litert()
    graph_operands = [scalar(graph, value, dtype) for value in operands]
    length = count
    if draw.chance(rng, 0.5):
        computed = draw.choose(rng, ((1,), (2,), (0, 1, 2)))
        graph_operands = [graph.input(np.array(value, dtype)) if i in computed else scalar(graph, value, dtype) for i, value in enumerate(operands)]
        length = count + 5
    output = graph.tensor([length], dtype)
    graph.operator("RANGE", graph_operands, output)
    return graph.finish(output)


def unique(rng):
    dtype, index_type = draw.choose(rng, ("int8", "uint8", "int16", "int32", "int64", "float32")), draw.choose(rng, ("int32", "int64"))
    count = int(rng.integers(1, 60))
    values = rng.integers(0, draw.choose(rng, (2, 10, 100)), count)
    graph = litert()
    output, indices = graph.tensor([1], dtype), graph.tensor([count], index_type)
    graph.operator("UNIQUE", [graph.input(values.astype(dtype))], [output, indices], idxOutType=getattr(TensorType, index_type.upper()))
    return graph.finish(output, indices)


def l2_normalization(rng):
    shape = draw.shape(rng, int(rng.integers(2, 5)), 600)
    source = draw.quantization(rng)
    values = draw.codes(rng, shape) if draw.chance(rng, 0.7) else np.clip(source.zero_point + rng.integers(-1, 2, shape), -128, 127).astype(np.int8)
    graph = Graph()
    output = graph.tensor(shape, "int8", per_tensor(1 / 128, 0))
    graph.operator("L2_NORMALIZATION", [graph.input(values, source)], output, version=2)
    return graph.finish(output)


def local_response_normalization(rng):
    shape = [draw.batch(rng), 2, int(rng.integers(1, 4)), int(draw.choose(rng, draw.CHANNELS[:12]))]
    graph = Graph()
    graph.expect = "recomputed"  # LiteRT's reference kernel leaves out the upper end of the window
    graph.ulps = 12
    output = graph.tensor(shape, "float32")
    options = {"radius": int(rng.integers(0, 6)), "bias": float(rng.uniform(0.5, 2)), "alpha": float(rng.uniform(1e-4, 1)), "beta": float(draw.choose(rng, (0.5, 0.75, 1.0, 0.3)))}
    graph.operator("LOCAL_RESPONSE_NORMALIZATION", [graph.input(numbers(rng, shape, "float32"))], output, **options)
    return graph.finish(output)


FAMILIES = {
    "local_response_normalization": local_response_normalization,
    "topk_v2": topk, "one_hot": one_hot, "segment_sum": segment_sum, "non_max_suppression_v4": non_max_suppression(4),
    "non_max_suppression_v5": non_max_suppression(5), "where": where, "range": span, "unique": unique, "l2_normalization": l2_normalization,
}
