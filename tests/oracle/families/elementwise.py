"""ADD, SUB, MUL: equal shapes, scalars, every broadcast pattern of up to five dimensions, constants on either side, fused activations."""

import numpy as np

import draw
from build_model import Graph, per_tensor


def shapes(rng):
    """Two shapes that broadcast: equal; one a scalar or a single element; ones drawn into either; one of lower rank."""
    rank = int(draw.choose(rng, (1, 2, 3, 4, 4, 4, 5)))
    full = draw.shape(rng, rank, 3000)
    kind = rng.integers(5)
    if kind <= 1:
        return full, list(full)
    if kind == 2:
        return full, draw.choose(rng, ([], [1], [1] * rank))
    first, second = list(full), list(full)
    for axis in range(rank):
        which = rng.integers(4)
        if which == 0:
            first[axis] = 1
        elif which == 1:
            second[axis] = 1
    if kind == 4:
        second = second[int(rng.integers(0, rank)) :]
    return first, second


def operands(rng, graph, first, second):
    """One of the two may be a constant."""
    constant = rng.integers(5)
    makers = [graph.constant if constant == side else graph.input for side in range(2)]
    return [make(draw.codes(rng, shape), draw.quantization(rng, 1e-4, 4.0)) for make, shape in zip(makers, (first, second))]


def binary(rng, name, output_scale):
    first, second = shapes(rng)
    if draw.chance(rng, 0.5):
        first, second = second, first
    graph = Graph()
    a, b = operands(rng, graph, first, second)
    if name != "MUL" and draw.chance(rng, 0.5):
        b.quantization = per_tensor(a.quantization.scale * draw.choose(rng, (1, 1, 0.5, 1.7)), b.quantization.zero_point)
    target = output_scale(rng, a.quantization.scale, b.quantization.scale)
    if draw.chance(rng, 0.3):
        scales = draw.tie_triple(rng, 64)
        if name != "MUL":
            common, target = draw.tie_pair(rng)
            scales = common, common, target
        a.quantization, b.quantization = (per_tensor(scale, x.quantization.zero_point) for scale, x in zip(scales, (a, b)))
        target = scales[2]
    shape = np.broadcast_shapes(tuple(first), tuple(second))
    output = graph.tensor(shape, quantization=per_tensor(target, draw.zero_point(rng)))
    graph.operator(name, [a, b], output, fusedActivationFunction=draw.activation(rng))
    return graph.finish(output)


def sum_scale(rng, first, second):
    return draw.near(rng, max(first, second) * rng.uniform(0.5, 2.5))


def product_scale(rng, first, second):
    return draw.near(rng, first * second * rng.uniform(20, 200))


def add(rng):
    return binary(rng, "ADD", sum_scale)


def sub(rng):
    return binary(rng, "SUB", sum_scale)


def mul(rng):
    return binary(rng, "MUL", product_scale)


FAMILIES = {"add": add, "sub": sub, "mul": mul}
