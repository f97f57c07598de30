"""AVERAGE_POOL_2D and MAX_POOL_2D: every filter from 1x1 to 5x5 and over the whole image, paddings, strides larger than the filter."""

import draw
from build_model import Graph
from families.convolution import output_extent


def pool(rng, name, dtype="int8", scaled=True, activation=None):
    while True:
        image = draw.shape(rng, 2)
        kernel = image if draw.chance(rng, 0.2) else [int(rng.integers(1, 6)) for _ in range(2)]
        strides = [int(rng.integers(1, 5)) for _ in range(2)]
        padding = draw.padding(rng)
        outputs = [output_extent(extent, taps, stride, 1, padding) for extent, taps, stride in zip(image, kernel, strides)]
        if min(outputs) >= 1:
            break
    batch, channels = draw.batch(rng), int(draw.choose(rng, draw.CHANNELS))
    quantization = draw.quantization(rng) if scaled else None
    graph = Graph()
    x = graph.input(draw.codes(rng, [batch, *image, channels], dtype), quantization)
    output = graph.tensor([batch, *outputs, channels], dtype, quantization=quantization)
    graph.operator(
        name,
        [x],
        output,
        filterHeight=kernel[0],
        filterWidth=kernel[1],
        strideH=strides[0],
        strideW=strides[1],
        padding=padding,
        fusedActivationFunction=draw.activation(rng) if activation is None else activation,
    )
    return graph.finish(output)


def average_pool_2d(rng):
    return pool(rng, "AVERAGE_POOL_2D")


def max_pool_2d(rng):
    return pool(rng, "MAX_POOL_2D")


FAMILIES = {"average_pool_2d": average_pool_2d, "max_pool_2d": max_pool_2d}
