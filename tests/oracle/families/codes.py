"""Functions of two codes: comparisons, SQUARED_DIFFERENCE, DIV, PRELU."""

import numpy as np

import draw
from build_model import Graph, per_tensor
from families.plain import pair


def _type(rng, dtype, low=1e-4, high=0.9):
    """Comparisons need scales below 1."""
    return per_tensor(draw.scale(rng, low, high) % np.float32(0.99), draw.zero_point(rng) if dtype == "int8" else 0)


def _finish(rng, graph, name, operands, target, result=None, **options):
    first, second = operands
    output = graph.tensor(np.broadcast_shapes(tuple(first.shape), tuple(second.shape)), result or first.dtype, target)
    graph.operator(name, [first, second], output, **options)
    return graph.finish(output)


def _operands(rng, graph, types, quantizations, shapes=None):
    constant = rng.integers(5)
    makers = [graph.constant if constant == side else graph.input for side in range(2)]
    return [make(draw.codes(rng, shape, dtype), q) for make, shape, dtype, q in zip(makers, shapes or pair(rng), types, quantizations)]


def compared(name):
    """int8 against TFLM. LiteRT does not rescale int16, TFLM has only GREATER of it, with a scaling that nobody sets: recomputed."""

    def draw_one(rng):
        dtype = draw.choose(rng, ("int8", "int8", "int16"))
        first = _type(rng, dtype)
        second = draw.choose(rng, (first, per_tensor(first.scale, _type(rng, dtype).zero_point), _type(rng, dtype)))
        graph = Graph()
        return _finish(rng, graph, name, _operands(rng, graph, [dtype] * 2, [first, second]), None, "bool")

    return draw_one


def squared_difference(rng):
    dtype = draw.choose(rng, ("int8", "int16"))
    first = _type(rng, dtype)
    second = draw.choose(rng, (first, per_tensor(first.scale * draw.choose(rng, (0.5, 1.7, 0.01)), _type(rng, dtype).zero_point)))
    # the largest square is about the whole output range, or a part of it
    widest = (np.iinfo(dtype).max * 2 * max(first.scale, second.scale)) ** 2 / (np.iinfo(dtype).max * 2)
    target = per_tensor(draw.near(rng, widest * rng.uniform(0.1, 1.2)), _type(rng, dtype).zero_point)
    graph = Graph()
    return _finish(rng, graph, "SQUARED_DIFFERENCE", _operands(rng, graph, [dtype] * 2, [first, second]), target)


def div(rng):
    """Divisors are not 0. Half of the draws have a factor of 64 or more between the scales: below it TFLM shifts by more than it can."""
    first, second = draw.quantization(rng, 1e-3, 1.0), draw.quantization(rng, 1e-3, 1.0)
    factor = float(draw.choose(rng, (rng.uniform(64, 4000), rng.uniform(0.2, 30))))
    target = per_tensor(first.scale / second.scale / factor, draw.zero_point(rng))
    if draw.chance(rng, 0.3):
        scales = draw.tie_triple(rng, 64)
        second, target, first = (per_tensor(scale, x.zero_point) for scale, x in zip(scales, (second, target, first)))
    graph = Graph()
    operands = _operands(rng, graph, ["int8"] * 2, [first, second])
    for x in (operands[1],):
        values = x.data if x.data is not None else graph.values[-1]
        values[...] = np.where(values == second.zero_point, second.zero_point + (1 if second.zero_point < 127 else -1), values)
    return _finish(rng, graph, "DIV", operands, target, fusedActivationFunction=draw.activation(rng))


def prelu(rng):
    dtype = draw.choose(rng, ("int8", "int8", "int16"))
    source = per_tensor(draw.scale(rng, 1e-4, 4.0), draw.zero_point(rng) if dtype == "int8" else 0)
    slopes = draw.quantization(rng, 1e-4, 1.0)
    target = draw.choose(rng, (source, per_tensor(draw.near(rng, source.scale * rng.uniform(0.4, 2.0)), draw.zero_point(rng) if dtype == "int8" else 0)))
    if draw.chance(rng, 0.3):
        scales = draw.tie_triple(rng, 64)
        source, slopes, target = (per_tensor(scale, x.zero_point) for scale, x in zip(scales, (source, slopes, target)))
    shape = draw.shape(rng, int(rng.integers(1, 5)), 1500)
    alpha = [extent if draw.chance(rng, 0.4) else 1 for extent in shape]
    alpha = draw.choose(rng, ([*[1] * (len(shape) - 1), shape[-1]], shape[-1:], alpha))
    graph = Graph()
    return _finish(rng, graph, "PRELU", _operands(rng, graph, [dtype, "int8"], [source, slopes], (shape, alpha)), target)


def div_int16(rng):
    """LiteRT alone has it. Factors below 2^14 would make it shift by more than it can."""
    first, second = (per_tensor(draw.scale(rng, 1e-4, 1.0), 0) for _ in range(2))
    target = per_tensor(first.scale / second.scale / float(rng.uniform(16400, 60000)), 0)
    graph = Graph(expect="LiteRT")
    operands = _operands(rng, graph, ["int16"] * 2, [first, second])
    values = operands[1].data if operands[1].data is not None else graph.values[-1]
    values[...] = np.where(values == 0, 1, values)
    return _finish(rng, graph, "DIV", operands, target, fusedActivationFunction=draw.activation(rng))


FAMILIES = {
    "div_int16": div_int16,
    **{f"{name.lower()}_of_codes": compared(name) for name in ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")},
    "squared_difference": squared_difference,
    "div_of_codes": div,
    "prelu_of_codes": prelu,
}
