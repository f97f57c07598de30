"""MEAN: axes in every combination, positive and negative, in any order, kept or not; equal and different quantizations."""

import numpy as np

import draw
from build_model import Graph, per_tensor


def axes_tensor(rng, graph, axes):
    """A list; a scalar where it is one axis; now and then the same axis twice."""
    if len(axes) == 1 and draw.chance(rng, 0.3):
        return graph.constant(np.array(axes[0], np.int32))
    if draw.chance(rng, 0.1):
        axes = [*axes, axes[0]]
    return graph.constant(np.array(axes, np.int32))


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
    graph.operator("MEAN", [x, axes_tensor(rng, graph, signed)], output, keepDims=keep)
    return graph.finish(output)


FAMILIES = {"mean": mean}
