"""CAST between every pair of types that TFLM takes, and the wider ones of LiteRT. Floats stay where the conversion is defined."""

import numpy as np

import draw
from build_model import Graph
from families.plain import numbers

TFLM = ("int8", "int16", "int32", "uint32", "float32")
MORE = ("int64", "uint8", "bool")


def values_for(rng, shape, source, target):
    if source != "float32":
        return numbers(rng, shape, source)
    if target in ("float32", "bool"):
        return np.where(rng.random(shape) < 0.4, 0, rng.normal(0, 100, shape)).astype(np.float32)
    limits = np.iinfo(target)
    most = min(float(limits.max), 2.0**31 - 256)
    return np.clip(rng.normal(0, 10.0 ** rng.integers(0, 10), shape), 0 if limits.min == 0 else -most, most).astype(np.float32)


def draw_one(rng, source, target):
    expect = "TFLM" if source in TFLM + ("bool",) and target in TFLM else "LiteRT"
    shape = draw.shape(rng, int(rng.integers(0, 5)), 300)
    graph = Graph(expect=expect)
    return graph.finish(graph.operator("CAST", [graph.input(values_for(rng, shape, source, target))], graph.tensor(shape, target), version=1))


def any_type(rng):
    return draw.choose(rng, TFLM + MORE if draw.chance(rng, 0.3) else TFLM)


FAMILIES = {
    "cast": lambda rng: draw_one(rng, any_type(rng), any_type(rng)),
    "cast_to_float32": lambda rng: draw_one(rng, any_type(rng), "float32"),
    "cast_from_float32": lambda rng: draw_one(rng, "float32", any_type(rng)),
}
