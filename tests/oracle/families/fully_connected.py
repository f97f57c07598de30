"""FULLY_CONNECTED: batches, flattened images, kept dimensions, per-tensor and per-channel scales, a weight zero point, no bias."""

from dataclasses import replace

import numpy as np

import draw
from build_model import Graph, per_tensor
from families.convolution import accumulator_of, add_bias, settle_scales

DEPTHS = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 100, 127, 128, 200, 257, 640)
UNITS = (1, 2, 3, 4, 5, 7, 8, 10, 12, 13, 16, 17, 33, 64, 127, 200, 257)


def fully_connected(rng, w_type="int8"):
    depth, units = int(draw.choose(rng, DEPTHS)), int(draw.choose(rng, UNITS))
    leading = draw.choose(rng, ([1], [1], [int(rng.integers(2, 17))], [2, 3], [1, 2, 3]))
    kept = len(leading) > 1
    shape = [*leading, depth]
    if not kept and depth % 4 == 0 and draw.chance(rng, 0.3):
        shape = [leading[0], 2, 2, depth // 4]  # flattened by the operator
    graph = Graph()
    x = graph.input(draw.codes(rng, shape), draw.quantization(rng))
    per_channel = draw.chance(rng, 0.4) and w_type != "uint8"
    w_values = draw.weights(rng, [units, depth], w_type)
    w = draw.weight_quantization(rng, units, 0, per_channel)
    if not per_channel and w_type == "int8" and draw.chance(rng, 0.15):
        w = replace(w, zero_points=(draw.zero_point(rng),))
    if w_type == "uint8":  # codes that families/legacy.py adds 128 to
        w, w_type = replace(w, zero_points=(draw.weight_zero_point(rng),)), "int8"
    mean, deviation = accumulator_of(graph.values[0] - np.int32(x.quantization.zero_point), w_values - np.int32(w.zero_point), depth)
    w, output_scale = settle_scales(rng, x, w, deviation)
    bias = add_bias(rng, graph, x.quantization.scale, w.scales, output_scale, (mean, deviation), units)
    batch = int(np.prod(leading))
    output = graph.tensor([*leading, units] if kept else [batch, units], quantization=per_tensor(output_scale, draw.zero_point(rng)))
    graph.operator("FULLY_CONNECTED", [x, graph.constant(w_values, w, w_type), bias], output, fusedActivationFunction=draw.activation(rng), keepNumDims=kept)
    return graph.finish(output)


FAMILIES = {"fully_connected": fully_connected, "fully_connected_int4": lambda rng: fully_connected(rng, "int4")}
