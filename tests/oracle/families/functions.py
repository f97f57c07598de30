"""Functions of one float32."""

import numpy as np

import draw
from build_model import Graph
from families.plain import reals


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


FAMILIES = {
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
