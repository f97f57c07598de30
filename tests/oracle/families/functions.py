"""Functions of one float32, and of one integer that is no code."""

import numpy as np

import draw
from build_model import Graph
from families.plain import numbers, reals


def of(name, ulps=0, positive=False, finite=True, expect="TFLM"):
    def draw_one(rng):
        shape = draw.shape(rng, int(rng.integers(1, 5)), 600)
        values = reals(rng, shape, nan=False)
        if positive:
            values = np.abs(values)
        if finite:
            values = np.where(np.isfinite(values), values, np.float32(1.5)).astype(np.float32)
        graph = Graph(ulps=ulps, expect=expect)
        output = graph.tensor(shape, "float32")
        graph.operator(name, [graph.input(values)], output)
        return graph.finish(output)

    return draw_one


def gelu(approximate, least, ulps):
    """`least`: below it 1 + tanh has lost so many bits that a unit in the last place of tanh is many of the result."""

    def draw_one(rng):
        shape = draw.shape(rng, int(rng.integers(1, 5)), 400)
        values = np.maximum(np.where(rng.random(shape) < 0.1, rng.choice([0.0, -0.0, 1e-30, 5.0, 40.0], shape), rng.normal(0, draw.choose(rng, (0.1, 1, 3)), shape)), least)
        graph = Graph(ulps=ulps, expect="LiteRT")
        output = graph.tensor(shape, "float32")
        graph.operator("GELU", [graph.input(values.astype(np.float32))], output, approximate=approximate)
        return graph.finish(output)

    return draw_one


def integer(name, dtypes):
    def draw_one(rng):
        dtype = draw.choose(rng, dtypes)
        graph = Graph(expect="LiteRT")
        x = graph.input(np.maximum(numbers(rng, draw.shape(rng, int(rng.integers(1, 5)), 600), dtype), -np.iinfo(dtype).max))  # -2^31 has no negative
        output = graph.tensor(x.shape, dtype)
        graph.operator(name, [x], output)
        return graph.finish(output)

    return draw_one


FAMILIES = {
    "gelu_float32": gelu(False, -5.0, 10),
    "gelu_approximate_float32": gelu(True, -1.0, 8),
    "abs_integer": integer("ABS", ("int32",)),
    "neg_integer": integer("NEG", ("int32", "int64")),
    "sign_integer": integer("SIGN", ("int32",)),
    "abs_float32": of("ABS", finite=False),
    "neg_float32": of("NEG", finite=False),
    "sqrt_float32": of("SQRT", positive=True, finite=False),
    "rsqrt_float32": of("RSQRT", positive=True),
    "square_float32": of("SQUARE"),
    "ceil_float32": of("CEIL"),
    "floor_float32": of("FLOOR"),
    "round_float32": of("ROUND"),
    "sign_float32": of("SIGN", finite=False, expect="LiteRT"),
    "exp_float32": of("EXP", ulps=1, finite=False),
    "log_float32": of("LOG", ulps=1, positive=True),
    "sin_float32": of("SIN", ulps=1),
    "cos_float32": of("COS", ulps=1),
}
