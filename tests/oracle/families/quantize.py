"""QUANTIZE between every pair of types that TFLM takes, and DEQUANTIZE. Float inputs hold ties, the ends of the range and values far beyond."""

import numpy as np

import draw
from build_model import Graph, per_tensor

PAIRS = (
    [("float32", "int8")] * 6
    + [("int8", "int8")] * 5
    + [("float32", "int16"), ("int16", "int8"), ("int8", "int16"), ("int16", "int16"), ("int8", "uint8"), ("uint8", "int8"), ("int32", "int8")]
)


def of_type(rng, dtype, low=1e-4, high=4.0):
    zero = {"int8": draw.zero_point(rng), "uint8": draw.zero_point(rng) + 128}.get(dtype, 0)
    return per_tensor(draw.scale(rng, low, high), zero)


def reals(rng, shape, quantization):
    """Multiples of half a step, so that many are ties; some off the range, none so far that the cast to int32 is undefined."""
    steps = rng.integers(-600, 600, shape) / 2
    values = np.where(rng.random(shape) < 0.5, steps, rng.normal(0, 90, shape))
    values = np.where(rng.random(shape) < 0.05, rng.choice([-1e6, 1e6, -0.0, 127.5, -128.5], shape), values)
    return (values * quantization.scale).astype(np.float32)


def quantize(rng):
    source_type, target_type = draw.choose(rng, PAIRS)
    shape = draw.shape(rng, int(rng.integers(1, 5)), 2000)
    target = of_type(rng, target_type)
    graph = Graph()
    if source_type == "float32":
        x = graph.input(reals(rng, shape, target))
    elif source_type == "int32":
        x = graph.input(rng.integers(-(10**6), 10**6, shape).astype(np.int32), per_tensor(target.scale * 1e-4, 0))
    elif source_type == target_type == "int8" and draw.chance(rng, 0.4):
        source, target = (per_tensor(scale, draw.zero_point(rng)) for scale in draw.tie_pair(rng))
        x = graph.input(draw.codes(rng, shape), source)
    else:
        source = of_type(rng, source_type)
        width = 2.0 ** (np.iinfo(target_type).bits - np.iinfo(source_type).bits)
        ratio = draw.choose(rng, (1.0, 0.5, 0.25, 0.125, 2.0, rng.uniform(0.3, 3.0))) * width
        target = per_tensor(source.scale if draw.chance(rng, 0.15) and width == 1 else source.scale / ratio, target.zero_point)
        x = graph.input(draw.codes(rng, shape, source_type), source)
    output = graph.tensor(shape, target_type, target)
    graph.operator("QUANTIZE", [x], output)
    return graph.finish(output)


def quantize_uint8(rng):
    """What TFLM has not: recomputed, with LiteRT beside it."""
    source_type, target_type = draw.choose(rng, (("float32", "uint8"), ("uint8", "uint8"), ("uint8", "int16")))
    shape = draw.shape(rng, int(rng.integers(1, 5)), 1500)
    target = of_type(rng, target_type, 1e-3, 1.0)
    graph = Graph(expect="recomputed")
    if source_type == "float32":
        x = graph.input(reals(rng, shape, target))
    else:
        ratio = draw.choose(rng, (1.0, 0.5, 2.0, rng.uniform(0.3, 3.0))) * (100.0 if target_type == "int16" else 1.0)
        x = graph.input(draw.codes(rng, shape, source_type), of_type(rng, source_type, target.scale * ratio, target.scale * ratio))
    output = graph.tensor(shape, target_type, target)
    graph.operator("QUANTIZE", [x], output)
    return graph.finish(output)


def dequantize(rng):
    dtype = draw.choose(rng, ("int8", "int8", "int8", "int16", "uint8"))
    shape = draw.shape(rng, int(rng.integers(1, 5)), 2000)
    graph = Graph()
    x = graph.input(draw.codes(rng, shape, dtype), of_type(rng, dtype, 1e-6, 10.0))
    output = graph.tensor(shape, "float32")
    graph.operator("DEQUANTIZE", [x], output)
    return graph.finish(output)


FAMILIES = {"quantize": quantize, "quantize_uint8": quantize_uint8, "dequantize": dequantize}
