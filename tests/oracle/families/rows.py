"""Rows of a number that the data decide: what follows WHERE, UNIQUE, NON_MAX_SUPPRESSION and SHAPE, and slices and shapes that the model computes."""

import numpy as np
from ai_edge_litert.schema_py_generated import ActivationFunctionType, TensorType

import draw
from families.reduce import numbers
from families.search import litert, scalar


def int32(graph, *values):
    return graph.constant(np.array(values, np.int32))


def found(graph, rng, shape):
    """WHERE of a condition that holds somewhere: LiteRT's Python package does not give empty tensors."""
    condition = rng.random(shape) < draw.choose(rng, (0.1, 0.5, 1.0))
    condition.reshape(-1)[int(rng.integers(condition.size))] = True
    return graph.operator("WHERE", [graph.input(condition)], graph.tensor([-1, len(shape)], "int64"))


def picked(graph, rng, width, dtype="float32"):
    """Rows [-1, width] of a table, those where a condition holds."""
    count = int(rng.integers(1, 20))
    places = found(graph, rng, [count])
    table = graph.input(numbers(rng, [count, width], dtype))
    if draw.chance(rng, 0.5):
        return graph.operator("GATHER_ND", [table, places], graph.tensor([-1, width], dtype))
    flat = graph.operator("RESHAPE", [places, int32(graph, -1)], graph.tensor([-1], "int64"), newShape=[-1]) if draw.chance(rng, 0.5) else (
        graph.operator("SQUEEZE", [places], graph.tensor([-1], "int64"), squeezeDims=[1]))
    return graph.operator("GATHER", [table, flat], graph.tensor([-1, width], dtype))


def where_gather(rng):
    """Picked rows through operators of a row each, to sums over all of them."""
    graph, width = litert(), int(rng.integers(1, 7))
    x = picked(graph, rng, width)
    outputs = []
    for _ in range(int(rng.integers(1, 5))):
        kind, open_x = int(rng.integers(8)), lambda columns=x.shape[1], dtype="float32": graph.tensor([-1, columns], dtype)
        if kind == 0:
            activation = draw.choose(rng, (ActivationFunctionType.NONE, ActivationFunctionType.RELU))
            operands = [x, graph.constant(numbers(rng, [x.shape[1]], "float32"))]
            x = graph.operator(draw.choose(rng, ("ADD", "MUL", "SUB")), operands, open_x(), version=1, fusedActivationFunction=activation)
        elif kind == 1:
            x = graph.operator(draw.choose(rng, ("ABS", "NEG", "SQUARE", "FLOOR")), [x], open_x(), version=1)
        elif kind == 2:
            x = graph.operator("CONCATENATION", [x, graph.operator("ABS", [x], open_x())], open_x(2 * x.shape[1]), version=1, axis=draw.choose(rng, (1, -1)))
        elif kind == 3:
            units = int(rng.integers(1, 6))
            weights = graph.constant(numbers(rng, [units, x.shape[1]], "float32"))
            x = graph.operator("FULLY_CONNECTED", [x, weights, None], open_x(units), version=1)
        elif kind == 4:
            whole = graph.operator("CAST", [x], open_x(dtype="int32"), inDataType=TensorType.FLOAT32, outDataType=TensorType.INT32)
            x = graph.operator("CAST", [whole], open_x(), inDataType=TensorType.INT32, outDataType=TensorType.FLOAT32)
        elif kind == 5:
            taken = int(rng.integers(1, x.shape[1] + 1))
            x = graph.operator("STRIDED_SLICE", [x, int32(graph, 0, 0), int32(graph, 0, taken), int32(graph, 1, 1)], open_x(taken), beginMask=1, endMask=1)
        elif kind == 6:
            outputs.append(graph.operator("REDUCE_MAX", [x, int32(graph, 1)], graph.tensor([-1], "float32"), keepDims=False))
        else:
            outputs.append(graph.operator("SUM", [x, int32(graph, 0)], graph.tensor([x.shape[1]], "float32"), keepDims=False))
    return graph.finish(x, *outputs)


def boxes_selected(rng):
    """Boxes by indices up to a computed count; in half of all cases only those that score enough are looked at."""
    graph, most = litert(), int(rng.integers(1, 12))
    count = int(rng.integers(1, 40))
    corners = rng.uniform(0, 1, (count, 2))
    values = np.concatenate([corners, corners + rng.uniform(0.05, 0.5, (count, 2))], 1).astype(np.float32)
    marks = rng.uniform(0.2, 1, count).astype(np.float32)
    boxes, scores = graph.input(values), graph.input(marks)
    if draw.chance(rng, 0.5):
        least = np.float32(np.sort(marks)[int(rng.integers(count))])
        holds = graph.operator("GREATER_EQUAL", [scores, scalar(graph, least, np.float32)], graph.tensor([count], "bool"))
        places = graph.operator("WHERE", [holds], graph.tensor([-1, 1], "int64"))
        boxes = graph.operator("GATHER_ND", [boxes, places], graph.tensor([-1, 4], "float32"))
        scores = graph.operator("GATHER_ND", [scores, places], graph.tensor([-1], "float32"))
    indices, selected = graph.tensor([most], "int32"), graph.tensor([], "int32")
    inputs = [boxes, scores, scalar(graph, most, np.int32), scalar(graph, rng.uniform(0.1, 0.9), np.float32), scalar(graph, 0.1, np.float32)]
    graph.operator("NON_MAX_SUPPRESSION_V4", inputs, [indices, selected])
    end = graph.operator("RESHAPE", [selected, int32(graph, 1)], graph.tensor([1], "int32"), newShape=[1])
    if draw.chance(rng, 0.5):
        kept = graph.operator("SLICE", [indices, int32(graph, 0), end], graph.tensor([-1], "int32"))
    else:
        kept = graph.operator("STRIDED_SLICE", [indices, int32(graph, 0), end, int32(graph, 1)], graph.tensor([-1], "int32"))
    if boxes.signature:
        return graph.finish(kept, selected)
    return graph.finish(graph.operator("GATHER", [boxes, kept], graph.tensor([-1, 4], "float32")), selected)


def computed_shape(rng):
    """FILL, RANGE, BROADCAST_TO, TILE and RESHAPE by the shape of a tensor whose rows the data decide about."""
    graph, width = litert(), int(rng.integers(1, 5))
    x = picked(graph, rng, width, draw.choose(rng, ("float32", "int32")))
    shape = graph.operator("SHAPE", [x], graph.tensor([2], "int32"), outType=TensorType.INT32)
    rows = graph.operator("STRIDED_SLICE", [shape, int32(graph, 0), int32(graph, 1), int32(graph, 1)], graph.tensor([], "int32"), shrinkAxisMask=1)
    kind = int(rng.integers(6))
    if kind == 0:
        output = graph.operator("FILL", [shape, scalar(graph, 7, np.int32)], graph.tensor([-1, width], "int32"))
    elif kind == 1:
        output = graph.operator("RANGE", [scalar(graph, 0, np.int32), rows, scalar(graph, 1, np.int32)], graph.tensor([-1], "int32"))
    elif kind == 2:
        output = graph.operator("BROADCAST_TO", [graph.input(numbers(rng, [1, width], "int32")), shape], graph.tensor([-1, width], "int32"))
    elif kind == 3:
        multiples = graph.operator("PACK", [rows, scalar(graph, 2, np.int32)], graph.tensor([2], "int32"), version=1, valuesCount=2, axis=0)
        output = graph.operator("TILE", [graph.input(numbers(rng, [3, width], "float32")), multiples], graph.tensor([-1, 2 * width], "float32"))
    elif kind == 4:
        flat = graph.operator("RESHAPE", [x, int32(graph, -1)], graph.tensor([-1], x.dtype), newShape=[-1])
        output = graph.operator("RESHAPE", [flat, shape], graph.tensor([-1, width], x.dtype))
    else:
        wanted = graph.operator("PACK", [rows, scalar(graph, width, np.int32), scalar(graph, 1, np.int32)], graph.tensor([3], "int32"), version=1, valuesCount=3, axis=0)
        output = graph.operator("RESHAPE", [x, wanted], graph.tensor([-1, width, 1], x.dtype))
    return graph.finish(output, shape)


def computed_slice(rng):
    """A box from where and up to where the running model says."""
    dtype = draw.choose(rng, ("int8", "int16", "float32", "int64"))
    graph, shape = litert(), draw.shape(rng, int(rng.integers(1, 5)), 300)
    rank, x = len(shape), graph.input(numbers(rng, shape, dtype))
    begins = np.array([rng.integers(0, extent) for extent in shape], np.int32)
    counts = np.array([rng.integers(1, extent - begin + 1) for extent, begin in zip(shape, begins)], np.int32)
    open_shape = [-1, *counts[1:]] if draw.chance(rng, 0.6) else [*counts]
    if draw.chance(rng, 0.4):
        index = draw.choose(rng, (np.int32, np.int64))
        sizes = np.where((counts == np.array(shape) - begins) & (rng.random(rank) < 0.5), -1, counts)
        version = {"int8": 2, "int16": 4}.get(dtype, 1)
        output = graph.operator("SLICE", [x, graph.input(begins.astype(index)), graph.input(sizes.astype(index))], graph.tensor(open_shape, dtype), version=version)
        return graph.finish(output)
    steps, ends, mask = np.ones(rank, np.int32), begins + counts, {"beginMask": 0, "endMask": 0, "shrinkAxisMask": 0}
    out = []
    for d, (extent, count) in enumerate(zip(shape, counts)):
        kind = int(rng.integers(5))
        if kind == 0:  # one element
            mask["shrinkAxisMask"] |= 1 << d
            continue
        if kind == 1:  # backwards
            begins[d], ends[d], steps[d] = ends[d] - 1, begins[d] - 1, -int(rng.integers(1, 3))
            if ends[d] < 0:
                mask["endMask"] |= 1 << d
            out.append(-(-count // -steps[d]))
            continue
        if kind == 2:
            mask["beginMask"] |= 1 << d
            count += begins[d]
        if kind == 3:
            steps[d] = 2
            count = -(-count // 2)
        if draw.chance(rng, 0.3) and begins[d] > 0 and not mask["beginMask"] >> d & 1:
            begins[d] -= extent
        out.append(count)
    if out and draw.chance(rng, 0.6):
        out[0] = -1
    version = {"int8": 2, "int16": 4}.get(dtype, 1)
    begin, end = graph.input(begins), graph.input(ends.astype(np.int32))
    return graph.finish(graph.operator("STRIDED_SLICE", [x, begin, end, graph.constant(steps)], graph.tensor(out, dtype), version=version, **mask))


FAMILIES = {"rows_where": where_gather, "rows_boxes": boxes_selected, "rows_shape": computed_shape, "rows_slice": computed_slice}
