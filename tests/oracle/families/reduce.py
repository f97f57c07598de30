"""SUM, MEAN, REDUCE_* of every type over axes in every combination; ARG_MAX and ARG_MIN; CUMSUM."""

import numpy as np
from ai_edge_litert.schema_py_generated import TensorType

import draw
from build_model import Graph, per_tensor
from families.reduction import axes_tensor

TFLM_TYPES = {"SUM": ("int8", "float32"), "MEAN": ("float32",), "REDUCE_MAX": ("int8", "float32"), "REDUCE_MIN": ("int8", "float32"), "REDUCE_ALL": ("bool",)}
LITERT_TYPES = {
    "SUM": ("int32", "int64"), "MEAN": ("int32", "int64"), "REDUCE_MAX": ("int16", "int32", "int64"), "REDUCE_MIN": ("int16", "int32", "int64"),
    "REDUCE_PROD": ("float32", "int32", "int64", "int8", "int16"), "REDUCE_ANY": ("bool",),
}
VERSIONS = {"int8": 2, "int16": 3}


def numbers(rng, shape, dtype):
    """Floats of few bits now and then, which make sums exact and equal elements; bools; integers of the whole range or few."""
    if dtype == "bool":
        return rng.random(shape) < draw.choose(rng, (0.02, 0.5, 0.98))
    if dtype == "float32":
        return (rng.normal(0, 3, shape) if draw.chance(rng, 0.6) else rng.integers(-3, 4, shape) / 2).astype(np.float32)
    if draw.chance(rng, 0.3) or dtype == "int64":
        return rng.integers(-5, 6, shape).astype(dtype)
    return draw.codes(rng, shape, dtype)


def reduction(name):
    def family(rng):
        types = TFLM_TYPES.get(name, ()) + LITERT_TYPES.get(name, ())
        dtype = draw.choose(rng, types)
        rank = int(draw.choose(rng, (1, 2, 3, 4, 4, 5)))
        shape = draw.shape(rng, rank, 600)
        axes = [axis for axis in range(rank) if draw.chance(rng, 0.5)] or [int(rng.integers(rank))]
        rng.shuffle(axes)
        keep = draw.chance(rng, 0.5)
        output_shape = [1 if axis in axes else extent for axis, extent in enumerate(shape) if keep or axis not in axes]
        count = int(np.prod([shape[axis] for axis in axes]))
        source = target = None
        if dtype in ("int8", "int16"):
            source = draw.quantization(rng, 1e-3, 1.0) if dtype == "int8" else per_tensor(draw.scale(rng, 1e-4, 0.1), 0)
            target = source
            if name == "SUM":
                target = per_tensor(draw.near(rng, source.scale * count**0.5 * rng.uniform(0.5, 2)), draw.zero_point(rng))
            if name == "REDUCE_PROD":
                target = per_tensor(draw.near(rng, rng.uniform(0.5, 2) * (40 * source.scale) ** count / 100), draw.zero_point(rng) if dtype == "int8" else 0)
        graph = Graph()
        graph.expect = "TFLM" if dtype in TFLM_TYPES.get(name, ()) else "LiteRT"
        x = graph.input(numbers(rng, shape, dtype), source)
        output = graph.tensor(output_shape, dtype, target)
        signed = [axis - rank if draw.chance(rng, 0.3) else axis for axis in axes]
        graph.operator(name, [x, axes_tensor(rng, graph, signed)], output, version=2 if name == "REDUCE_PROD" else VERSIONS.get(dtype, 1), keepDims=keep)
        return graph.finish(output)

    return family


def arg(name):
    def family(rng):
        dtype = draw.choose(rng, ("int8", "float32", "uint8", "int32", "bool"))
        indices = draw.choose(rng, ("int32", "int64"))
        shape = draw.shape(rng, int(rng.integers(1, 5)), 600)
        axis = int(rng.integers(len(shape)))
        graph = Graph()
        graph.expect = "TFLM" if dtype in ("int8", "float32") and indices == "int32" else "LiteRT"
        x = graph.input(numbers(rng, shape, dtype), draw.quantization(rng) if dtype == "int8" else None)
        output = graph.tensor(shape[:axis] + shape[axis + 1 :], indices)
        at = graph.constant(np.array([axis - len(shape) if draw.chance(rng, 0.3) else axis], np.int32))
        options = {"outputType": getattr(TensorType, indices.upper())}
        graph.operator(name, [x, at], output, version=2 if dtype == "int8" else 1, **options)
        return graph.finish(output)

    return family


def cumsum(rng):
    dtype = draw.choose(rng, ("int8", "int8", "float32", "int32", "int64"))
    shape = draw.shape(rng, int(rng.integers(1, 5)), 600)
    axis = int(rng.integers(len(shape)))
    source = target = None
    if dtype == "int8":
        source = draw.quantization(rng)
        target = per_tensor(draw.near(rng, source.scale * shape[axis] ** 0.5), draw.zero_point(rng))
    graph = Graph()
    graph.expect = "TFLM" if dtype in ("int8", "float32") else "LiteRT"
    x = graph.input(numbers(rng, shape, dtype), source)
    output = graph.tensor(shape, dtype, target)
    at = graph.constant(np.array(axis - len(shape) if draw.chance(rng, 0.3) else axis, np.int32))
    graph.operator("CUMSUM", [x, at], output, exclusive=draw.chance(rng, 0.4), reverse=draw.chance(rng, 0.4))
    return graph.finish(output)


FAMILIES = {name.lower(): reduction(name) for name in ("SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL")}
FAMILIES |= {"mean_plain": reduction("MEAN"), "arg_max": arg("ARG_MAX"), "arg_min": arg("ARG_MIN"), "cumsum": cumsum}
