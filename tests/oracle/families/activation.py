"""SOFTMAX, LOGISTIC, TANH with their fixed output quantization; RELU and RELU6 with equal and with different quantizations."""

import numpy as np

import draw
from build_model import Graph, per_tensor

PROBABILITY = per_tensor(1 / 256, -128)


def unary(rng, name, shape, source, target, **options):
    graph = Graph()
    x = graph.input(draw.codes(rng, shape), source)
    output = graph.tensor(shape, quantization=target)
    return graph.operator(name, [x], output, **options) and graph.finish(output)


def softmax(rng):
    rank = int(rng.integers(1, 5))
    wide = int(draw.choose(rng, (1, 2, 3, 10, 12, 35, 257, 1000)))
    shape = [*draw.shape(rng, rank - 1, 40), wide]
    beta = float(draw.choose(rng, (1.0, 1.0, 1.0, 0.5, 0.1, 2.0, 0.7)))
    return unary(rng, "SOFTMAX", shape, draw.quantization(rng, 1e-4, 10.0), PROBABILITY, beta=beta)


def s_curve_input(rng):
    return per_tensor(draw.choose(rng, (draw.scale(rng, 1e-4, 2.0), np.float32(np.exp(rng.uniform(np.log(0.01), np.log(0.2)))))), draw.zero_point(rng))


def logistic(rng):
    return unary(rng, "LOGISTIC", draw.shape(rng, int(rng.integers(1, 5)), 1500), s_curve_input(rng), PROBABILITY)


def tanh(rng):
    return unary(rng, "TANH", draw.shape(rng, int(rng.integers(1, 5)), 1500), s_curve_input(rng), per_tensor(1 / 128, 0))


def rectified(rng, name):
    source = draw.quantization(rng, 1e-3, 1.0)
    kind = rng.integers(3)
    target = source if kind == 0 else per_tensor(draw.near(rng, source.scale * rng.uniform(0.3, 3)), draw.zero_point(rng))
    if kind == 1:
        source, target = (per_tensor(scale, draw.zero_point(rng)) for scale in draw.tie_pair(rng))
    return unary(rng, name, draw.shape(rng, int(rng.integers(1, 5)), 1500), source, target)


def relu(rng):
    return rectified(rng, "RELU")


def relu6(rng):
    return rectified(rng, "RELU6")
