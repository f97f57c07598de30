"""int8 and int16 without scales, of which TFLM runs what moves, compares and clamps: integers that are no codes. MUL, DIV and PRELU of them: plain.py."""

import numpy as np

import draw
from build_model import Graph
from families.pooling import pool
from families.plain import binary, numbers


def moved(rng):
    """What TFLM computes, too: pools without an activation, REDUCE_MAX and REDUCE_MIN, PAD and PADV2, ABS, L2_NORMALIZATION."""
    name = draw.choose(rng, ("AVERAGE_POOL_2D", "MAX_POOL_2D", "REDUCE_MAX", "REDUCE_MIN", "PAD", "PADV2", "ABS", "L2_NORMALIZATION"))
    if name.endswith("POOL_2D"):
        return pool(rng, name, draw.choose(rng, ("int8", "int16")), scaled=False, activation=0)
    dtype = "int16" if name == "ABS" else "int8"
    graph, shape = Graph(), draw.shape(rng, int(rng.integers(1, 5)), 300)
    values = numbers(rng, shape, dtype)
    if name == "ABS":
        values.reshape(-1)[0] = -32768  # has no absolute value
    x, more, result, options = graph.input(values), [], list(shape), {}
    if name.startswith("PAD"):
        pairs = rng.integers(0, 3, (len(shape), 2)).astype(np.int32)
        more = [graph.constant(pairs), *([graph.constant(numbers(rng, [1], dtype))] if name == "PADV2" else [])]
        result = np.array(shape) + pairs.sum(axis=1)
    if name.startswith("REDUCE"):
        axis = int(rng.integers(len(shape)))
        more, result, options = [graph.constant(np.array([axis], np.int32))], [*shape[:axis], 1, *shape[axis + 1 :]], {"keepDims": True}
    output = graph.tensor(result, dtype)
    graph.operator(name, [x, *more], output, **options)
    return graph.finish(output)


def clamped(rng):
    """What TFLM clamps or compares with a scale of 0: RELU, RELU6, pools with an activation, comparisons; logical operators that give no bools."""
    name = draw.choose(rng, ("RELU", "RELU6", "MAX_POOL_2D", "AVERAGE_POOL_2D", "GREATER", "LESS_EQUAL", "EQUAL", "LOGICAL_AND", "LOGICAL_OR"))
    dtype = draw.choose(rng, ("int8", "int16"))
    if name.endswith("POOL_2D"):
        return pool(rng, name, dtype, scaled=False, activation=int(draw.choose(rng, (1, 3))))
    if name.startswith("LOGICAL"):
        return binary(rng, name, draw.choose(rng, ("bool", "int8", "int16", "int32")), values=lambda rng, shape, dtype: rng.integers(0, 3, shape).astype(dtype), result="int8")
    if not name.startswith("RELU"):
        return binary(rng, name, "int16", result="bool")
    graph, shape = Graph(), draw.shape(rng, int(rng.integers(1, 5)), 300)
    x, output = graph.input(numbers(rng, shape, dtype)), graph.tensor(shape, dtype)
    graph.operator(name, [x], output)
    return graph.finish(output)


FAMILIES = {"unscaled_moved": moved, "unscaled_clamped": clamped}
