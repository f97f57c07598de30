"""MEAN: axes in every combination, positive and negative, in any order, kept or not; equal and different quantizations."""

import numpy as np

import draw
from build_model import Graph, per_tensor


def mean(rng):
    rank = int(draw.choose(rng, (1, 2, 3, 4, 4, 4)))
    shape = draw.shape(rng, rank, 6000)
    axes = [axis for axis in range(rank) if draw.chance(rng, 0.5)] or [int(rng.integers(rank))]
    if rank == 4 and draw.chance(rng, 0.4):
        axes = [1, 2]
    rng.shuffle(axes)
    keep = draw.chance(rng, 0.5)
    output_shape = [1 if axis in axes else extent for axis, extent in enumerate(shape) if keep or axis not in axes]
    signed = [axis - rank if draw.chance(rng, 0.3) else axis for axis in axes]
    source = draw.quantization(rng)
    target = source if draw.chance(rng, 0.5) else per_tensor(draw.near(rng, source.scale * rng.uniform(0.02, 1)), draw.zero_point(rng))
    if draw.chance(rng, 0.2):
        source, target = (per_tensor(scale, draw.zero_point(rng)) for scale in draw.tie_pair(rng))
    graph = Graph()
    x = graph.input(draw.codes(rng, shape), source)
    output = graph.tensor(output_shape, quantization=target)
    graph.operator("MEAN", [x, graph.constant(np.array(signed, np.int32))], output, keepDims=keep)
    return graph.finish(output)
