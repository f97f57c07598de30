"""
Odd graphs of small operators: any operator may read any earlier tensor, once or twice, and any tensor may be an output, some of them twice.

The planner must keep what is still wanted, and nothing may be computed in place over it: inputs, constants, views, outputs that others read.
"""

import numpy as np

import draw
from build_model import Graph, per_tensor
from families.movement import reshape_to

QUANTIZATION = per_tensor(1 / 32, 3)


def pick(rng, tensors):
    """Recent tensors rather than old ones."""
    return tensors[max(len(tensors) - 1 - int(rng.geometric(0.35)), 0)] if draw.chance(rng, 0.7) else draw.choose(rng, tensors)


def new(graph, x):
    return graph.tensor(x.shape, quantization=QUANTIZATION)


def relu(rng, graph, tensors):
    x = pick(rng, tensors)
    return graph.operator("RELU", [x], new(graph, x))


def binary(rng, graph, tensors):
    x = pick(rng, tensors)
    y = pick(rng, [tensor for tensor in tensors if tensor.shape == x.shape])
    return graph.operator(draw.choose(rng, ("ADD", "SUB", "MUL")), [x, y], new(graph, x))


def view(rng, graph, tensors):
    x = pick(rng, tensors)
    return reshape_to(graph, x, draw.choose(rng, ([1, 4, 3, 5], [60], [1, 60], [4, 15])))


def pool(rng, graph, tensors):
    x = pick(rng, [tensor for tensor in tensors if len(tensor.shape) == 4])
    return graph.operator("MAX_POOL_2D", [x], new(graph, x), filterHeight=2, filterWidth=2, strideH=1, strideW=1)


def transposed(rng, graph, tensors):
    x = pick(rng, [tensor for tensor in tensors if len(tensor.shape) == 4])
    moved = graph.tensor([1, 5, 3, 4], quantization=QUANTIZATION)
    graph.operator("TRANSPOSE", [x, graph.constant(np.array([0, 3, 2, 1], np.int32))], moved)
    return reshape_to(graph, moved, [1, 4, 3, 5])


def wiring(rng):
    graph = Graph()
    tensors = [graph.input(draw.codes(rng, [1, 4, 3, 5]), QUANTIZATION) for _ in range(int(rng.integers(1, 4)))]
    if draw.chance(rng, 0.4):
        tensors.append(graph.constant(draw.codes(rng, [1, 4, 3, 5]), QUANTIZATION))
    for _ in range(int(rng.integers(2, 12))):
        tensors.append(draw.choose(rng, (relu, relu, binary, binary, binary, view, view, pool, transposed))(rng, graph, tensors))
    computed = [tensor for operator in graph.operators for tensor in operator[2]]
    outputs = [computed[-1]] + [draw.choose(rng, computed) for _ in range(int(rng.integers(0, 3)))]
    if draw.chance(rng, 0.15):
        outputs.append(draw.choose(rng, graph.inputs))
    return graph.finish(*outputs)


FAMILIES = {"wiring": wiring}
