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
    source = draw.quantization(rng, 1e-4, 10.0)
    if wide > 500 and not draw.chance(rng, 0.1):
        source = per_tensor(rng.uniform(0.03, 0.5) / beta, source.zero_point)  # flat rows add up to 512 and more, where both runtimes abort
    return unary(rng, "SOFTMAX", shape, source, PROBABILITY, beta=beta)


def log_softmax(rng):
    shape = [*draw.shape(rng, int(rng.integers(0, 4)), 40), int(draw.choose(rng, (1, 2, 3, 10, 12, 35, 257)))]
    source = draw.quantization(rng, 1e-4, 4.0)
    return unary(rng, "LOG_SOFTMAX", shape, source, per_tensor(1 / 16, 127))


def s_curve_input(rng):
    wide, usual, power = draw.scale(rng, 1e-4, 2.0), np.exp(rng.uniform(np.log(0.01), np.log(0.2))), 2.0 ** rng.integers(-9, 0)
    return per_tensor(draw.choose(rng, (wide, usual, power)), draw.zero_point(rng))


def logistic(rng):
    return unary(rng, "LOGISTIC", draw.shape(rng, int(rng.integers(1, 5)), 3000), s_curve_input(rng), PROBABILITY)


def tanh(rng):
    return unary(rng, "TANH", draw.shape(rng, int(rng.integers(1, 5)), 3000), s_curve_input(rng), per_tensor(1 / 128, 0))


def rectified(rng, name):
    source = draw.quantization(rng, 1e-3, 1.0)
    kind, zero = rng.integers(3), draw.choose(rng, (-128, -128, draw.zero_point(rng)))
    target = source if kind == 0 else per_tensor(draw.near(rng, source.scale * rng.uniform(0.3, 1.5)), zero)
    if kind == 1:
        scales = draw.tie_pair(rng)
        source, target = per_tensor(scales[0], draw.zero_point(rng)), per_tensor(scales[1], zero)
    return unary(rng, name, draw.shape(rng, int(rng.integers(1, 5)), 1500), source, target)


def relu(rng):
    return rectified(rng, "RELU")


def relu6(rng):
    return rectified(rng, "RELU6")


FAMILIES = {"softmax": softmax, "log_softmax_int8": log_softmax, "logistic": logistic, "tanh": tanh, "relu": relu, "relu6": relu6}
