"""Functions of one int16: ABS and RSQRT, which TFLM has, and LiteRT's tables."""

import numpy as np

import draw
from build_model import Graph, per_tensor
from families.int16 import codes, scale


def of(name, source, target, positive=False, expect="TFLM", version=None, **options):
    """`source` and `target`: what scales are drawn from; `positive`: nothing below 0."""

    def draw_one(rng):
        first = per_tensor(source(rng), 0)
        second = first if name == "ABS" and draw.chance(rng, 0.3) else per_tensor(target(rng, first.scale), 0)
        values = codes(rng, draw.shape(rng, int(rng.integers(1, 5)), 600)).astype(np.int16)
        if positive:
            values = np.maximum(values, 0).astype(np.int16)
        graph = Graph(expect=expect)
        x = graph.input(values, first)
        output = graph.tensor(values.shape, "int16", second)
        graph.operator(name, [x], output, version=version, **{key: bool(draw.chance(rng, 0.5)) for key in options})
        return graph.finish(output)

    return draw_one


def about(rng, scale):
    return draw.near(rng, scale * rng.uniform(0.3, 2.0))


FAMILIES = {
    "abs_int16": of("ABS", scale, about),
    "rsqrt_int16": of("RSQRT", lambda rng: np.exp(rng.uniform(np.log(1e-5), np.log(1e-2))), lambda rng, scale: draw.near(rng, 1 / np.sqrt(scale * rng.uniform(1, 300)) / 32768), positive=True),
    "sqrt_int16": of("SQRT", scale, lambda rng, scale: draw.near(rng, np.sqrt(scale * rng.uniform(0.5, 30000)) / 32768), positive=True, expect="LiteRT"),
    "exp_int16": of("EXP", lambda rng: rng.uniform(1e-5, 1.5e-4), lambda rng, scale: rng.uniform(1e-4, 1e-2), expect="LiteRT", version=2),
    "log_int16": of("LOG", lambda rng: rng.uniform(1e-5, 1e-2), lambda rng, scale: rng.uniform(1e-4, 1e-3), expect="LiteRT", version=2),
    "gelu_int16": of("GELU", lambda rng: rng.uniform(1e-5, 1e-3), about, expect="LiteRT", version=2, approximate=True),
}
