"""Functions of one int8: every code of a row, between any two quantizations."""

import numpy as np

import draw
from build_model import Graph, per_tensor


def of(name, source, target, positive=False, expect="TFLM", **options):
    """`source` and `target`: what scales are drawn from; `positive`: no code below the input's zero point."""

    def draw_one(rng):
        first = per_tensor(source(rng), draw.zero_point(rng))
        second = first if name in ("ABS", "RELU_N1_TO_1", "RELU_0_TO_1") and draw.chance(rng, 0.3) else per_tensor(target(rng, first.scale), draw.zero_point(rng))
        codes = draw.codes(rng, draw.shape(rng, int(rng.integers(1, 5)), 1000))
        if positive:
            codes = np.maximum(codes, first.zero_point).astype(np.int8)
        graph = Graph(expect=expect)
        x = graph.input(codes, first)
        drawn = {key: bool(draw.chance(rng, 0.5)) for key in options}
        output = graph.tensor(codes.shape, quantization=second)
        graph.operator(name, [x], output, **drawn)
        return graph.finish(output)

    return draw_one


def usual(rng):
    return np.exp(rng.uniform(np.log(1e-3), np.log(0.5)))


def about(rng, scale):
    return draw.near(rng, scale * rng.uniform(0.3, 2.0))


def root(rng, scale):
    return draw.near(rng, 1 / np.sqrt(scale * rng.uniform(0.5, 20)) / 128)


def neg(dtype):
    """LiteRT negates codes: what that means where scales are equal and zero points 0, but for the least code."""

    def draw_one(rng):
        quantization = per_tensor(draw.scale(rng), 0)
        graph = Graph(expect="LiteRT")
        x = graph.input(np.maximum(draw.codes(rng, draw.shape(rng, int(rng.integers(1, 5)), 600), dtype), -np.iinfo(dtype).max), quantization)
        output = graph.tensor(x.shape, dtype, quantization)
        graph.operator("NEG", [x], output)
        return graph.finish(output)

    return draw_one


FAMILIES = {
    "log_int8": of("LOG", usual, lambda rng, scale: rng.uniform(0.005, 0.1), expect="LiteRT"),
    "neg_int8": neg("int8"),
    "neg_int16": neg("int16"),
    "abs_int8": of("ABS", usual, about),
    "sqrt_int8": of("SQRT", usual, lambda rng, scale: draw.near(rng, np.sqrt(scale * rng.uniform(0.5, 200)) / 128), positive=True, expect="LiteRT"),
    "rsqrt_int8": of("RSQRT", usual, root, positive=True),
    "hard_swish_int8": of("HARD_SWISH", usual, about),
    "elu_int8": of("ELU", usual, about),
    "exp_int8": of("EXP", lambda rng: rng.uniform(0.002, 0.03), lambda rng, scale: rng.uniform(0.01, 0.3), expect="LiteRT"),
    "gelu_int8": of("GELU", usual, about, expect="LiteRT", approximate=True),
    "relu_n1_to_1_int8": of("RELU_N1_TO_1", usual, about, expect="LiteRT"),
    "relu_0_to_1_int8": of("RELU_0_TO_1", usual, about, expect="LiteRT"),
}
